// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

/** What a link met that an undisturbed one would not. Read and written by the thread that runs the link. */
public final class LinkCounters {
    /** Frames whose number was already taken. */
    public long repeats;
    /** Messages whose id was already recorded. */
    public long duplicates;
    /** Frames ahead of the next number: something before them is missing. */
    public long gaps;
    /** Frames of or for another session than the present one. */
    public long stale;
    /** Receipts for numbers that were never sent. */
    public long badReceipts;
    /** Messages beyond a window of zero. */
    public long overWindow;
    /** Frames of a station that a newer one has replaced. */
    public long staleGeneration;
    /** Hellos that did not answer the newest nonce. */
    public long notLive;

    @Override
    public String toString() {
        return "repeats=%d duplicates=%d gaps=%d stale=%d badReceipts=%d overWindow=%d notLive=%d staleGeneration=%d"
                .formatted(repeats, duplicates, gaps, stale, badReceipts, overWindow, notLive, staleGeneration);
    }
}
