// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

/** Counts, and says at the 1st, 2nd, 4th, 8th … that this one is worth a word: a flood fills neither log nor outbox. */
public final class Tally {
    private long count;

    /** Counts one more; returns whether to speak of it. */
    public synchronized boolean next() {
        return Long.bitCount(++count) == 1;
    }

    public synchronized long count() {
        return count;
    }

    public synchronized void reset() {
        count = 0;
    }
}
