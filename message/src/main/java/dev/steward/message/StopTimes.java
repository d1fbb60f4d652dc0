// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import java.time.Duration;

/**
 * How long agent and station may take from SIGTERM to their end. Whoever stops them waits longer than they do: one that
 * is killed before leaves behind what its commands run.
 */
public final class StopTimes {
    /** An agent's default: after SIGTERM nothing new starts, and what runs may go on that long. */
    public static final Duration GRACE = Duration.ofSeconds(10);

    /** How long beyond the grace a stop waits for a store that does not work. */
    private static final Duration STORE_PATIENCE = Duration.ofSeconds(5);

    /** For the end of the process itself on a busy machine. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private StopTimes() {}

    /** After which a store that does not work is given up. */
    public static Duration patience(Duration grace) {
        return grace.plus(STORE_PATIENCE);
    }

    /** After which a stop ends even where a commit hangs. */
    public static Duration longest(Duration grace) {
        return patience(grace).multipliedBy(2);
    }

    /** After which whoever stops may kill. */
    public static Duration killAfter(Duration grace) {
        return longest(grace).plus(MARGIN);
    }
}
