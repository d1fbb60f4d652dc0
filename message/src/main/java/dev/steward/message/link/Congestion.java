// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import dev.steward.message.Limits;

/**
 * What a link's sending end learns from its round trips, the time from a frame's only transmission to its receipt: how
 * long to wait for a receipt (RFC 6298), and how many bytes to have in flight on all lanes together.
 *
 * <p>A full line shows by delay: what exceeds the shortest round trip was spent in queues. As in LEDBAT (RFC 6817) the
 * window aims at a fixed delay. Its step is that of FAST TCP: what was in flight when the frame left, times the round
 * trip that is aimed at over the one that was met. So a fast link is opened wide by its first receipt, and on a slow one
 * output leaves about a second of queue in front of outcomes and hellos.
 */
final class Congestion {
    /** How much longer than the shortest round trip a full link may take. */
    private static final long QUEUE_MS = 500;

    private static final long FIRST_WINDOW_BYTES = 16 * 1024;

    /** So that a second piece of output is on its way before the receipt of the first is back. */
    private static final long MIN_WINDOW_BYTES = Limits.OUTPUT_CHUNK_BYTES + 1024;

    private static final long GRANULARITY_MS = 100; // of ticks
    private static final long MAX_TIMEOUT_MS = 60_000;

    private long shortest = Long.MAX_VALUE;
    private long smoothed;
    private long variation;
    private long window = FIRST_WINDOW_BYTES;

    /** A new conversation may take another way. */
    void restart() {
        shortest = Long.MAX_VALUE;
        smoothed = 0;
        variation = 0;
        window = FIRST_WINDOW_BYTES;
    }

    /**
     * A frame that was sent once has been answered.
     *
     * @param millis since it was sent
     * @param flight unrecorded bytes on the link when it left, its own included; 0 for a hello, which has no window
     */
    void roundTrip(long millis, long flight) {
        if (shortest == Long.MAX_VALUE) {
            smoothed = millis;
            variation = millis / 2;
        } else {
            variation = (3 * variation + Math.abs(smoothed - millis)) / 4;
            smoothed = (7 * smoothed + millis) / 8;
        }
        shortest = Math.min(shortest, millis);
        long carried = flight * (shortest + QUEUE_MS) / Math.max(millis, 1);
        // Little in flight tells little of what the link can carry: that it is at least so much.
        if (carried > window || 2 * flight >= window) {
            window = Math.clamp(carried, MIN_WINDOW_BYTES, Limits.WINDOW_BYTES);
        }
    }

    /**
     * How many bytes may be in flight on the link. Twice as many where the next is urgent: its receipt may have to wait
     * behind output that the other side sends, and that delay says nothing about this direction.
     */
    long window(Lane next) {
        return next == Lane.BULK ? window : 2 * window;
    }

    /** How long an answer may take before it counts as missing, at least {@code floorMillis}. */
    long timeout(long floorMillis) {
        return Math.clamp(smoothed + Math.max(GRANULARITY_MS, 4 * variation), floorMillis, MAX_TIMEOUT_MS);
    }
}
