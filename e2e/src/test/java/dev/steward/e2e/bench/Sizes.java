// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param warmup commands, and rounds of a fleet, before those that count
 * @param throughputRounds each with an installation of its own, and a plain loop before it
 * @param queuedEach commands that wait for each node while the broker is away
 * @param starts of an agent
 * @param frames commands whose frames are counted
 */
record Sizes(
        int warmup,
        int latencySamples,
        int throughputRounds,
        int throughputCommands,
        int agents,
        int fleetWarmup,
        int fleetRounds,
        int restarts,
        int queuedEach,
        int starts,
        int frames,
        Duration idle,
        int cliRuns) {
    static final Sizes FULL = new Sizes(300, 600, 3, 10_000, 1_000, 2, 7, 3, 5, 7, 100, Duration.ofMinutes(5), 10);
    static final Sizes QUICK = new Sizes(100, 300, 1, 3_000, 1_000, 1, 3, 1, 5, 3, 50, Duration.ofSeconds(65), 5);

    /** So small that the figures say nothing: for the test that the program works. */
    static final Sizes TINY = new Sizes(2, 10, 1, 20, 5, 1, 2, 1, 2, 1, 3, Duration.ofSeconds(2), 1);
}
