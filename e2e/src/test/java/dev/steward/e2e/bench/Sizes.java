// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param warmup commands, and rounds of a fleet, before those that count
 * @param throughputRounds each with an installation of its own, and a plain loop before it
 * @param queuedEach commands that wait for each node while the broker is away
 * @param starts of an agent, and revocations of an operator
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
        int cliRuns,
        Security security) {
    /**
     * How much of what security costs.
     *
     * @param rounds of throughput with it and without, each of so many {@code commands}
     * @param rest of an agent before its memory is read
     * @param steps how often each step of sealing and signing is taken
     */
    record Security(int rounds, int commands, Duration rest, int steps) {}

    static final Sizes FULL = new Sizes(
            300,
            600,
            3,
            10_000,
            1_000,
            2,
            7,
            3,
            5,
            7,
            100,
            Duration.ofMinutes(5),
            10,
            new Security(5, 3_000, Duration.ofSeconds(30), 3_000));
    static final Sizes QUICK = new Sizes(
            100,
            300,
            1,
            3_000,
            1_000,
            1,
            3,
            1,
            5,
            3,
            50,
            Duration.ofSeconds(65),
            5,
            new Security(2, 1_000, Duration.ofSeconds(10), 1_000));

    /** So small that the figures say nothing: for the test that the program works. */
    static final Sizes TINY = new Sizes(
            2,
            10,
            1,
            20,
            5,
            1,
            2,
            1,
            2,
            1,
            3,
            Duration.ofSeconds(2),
            1,
            new Security(1, 20, Duration.ofMillis(100), 20));
}
