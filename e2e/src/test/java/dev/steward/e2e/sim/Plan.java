// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;

/**
 * What one simulation does to the programs, drawn from its seed: most seeds have few nodes and many faults, a few have
 * hundreds of nodes.
 *
 * @param faultyMillis how long faults go on; then all is healed and everything must drain
 * @param orders how many commands are ordered in that time
 * @param sustained whether orders come without a pause and faults are such that each must be done within its time
 * @param meanMillis between two faults of a kind; a kind that is missing does not happen
 */
record Plan(
        int nodes,
        int concurrency,
        long faultyMillis,
        int orders,
        int chunks,
        long tickMillis,
        Duration heartbeat,
        int lossPercent,
        int repeatPercent,
        int stalePercent,
        long delayMillis,
        long jitterMillis,
        boolean sustained,
        Map<Fault, Long> meanMillis) {

    /** Faults that strike at moments; those of single frames are percentages. */
    enum Fault {
        AGENT_BREAKDOWN,
        AGENT_STOP,
        STATION_BREAKDOWN,
        REBOOT,
        JOURNAL_RESTORED,
        JOURNAL_DELETED,
        NODE_CLONED,
        LEDGER_RESTORED,
        SECOND_STATION,
        MAILBOX_ROLLED_BACK,
        MAILBOX_WIPED,
        MAILBOX_FULL,
        BROKER_DOWN,
        SLOW_CONSUMER,
        WITHHOLD,
        REPLAY,
        GARBAGE,
        CLOCK_JUMP,
        LINK_CUT
    }

    static Plan draw(Random random) {
        return random.nextInt(12) == 0 ? sustained(random) : faulty(random);
    }

    /** A bad network that never gets better, and now and then a crash: the work must go on all the same. */
    private static Plan sustained(Random random) {
        var faults = new EnumMap<Fault, Long>(Fault.class);
        faults.put(Fault.REPLAY, 10_000L);
        faults.put(Fault.GARBAGE, 10_000L);
        faults.put(Fault.SLOW_CONSUMER, 40_000L);
        faults.put(Fault.AGENT_BREAKDOWN, 60_000L);
        return new Plan(
                1 + random.nextInt(3),
                1 + random.nextInt(3),
                240_000,
                300,
                3,
                250,
                Duration.ofSeconds(2L + random.nextInt(5)),
                random.nextInt(10),
                random.nextInt(10),
                0,
                1 + random.nextInt(200),
                random.nextInt(800),
                true,
                faults);
    }

    private static Plan faulty(Random random) {
        boolean large = random.nextInt(150) == 0;
        int nodes = large ? 100 + random.nextInt(200) : 1 + random.nextInt(4);
        long faulty = (large ? 30 : 60 + random.nextInt(180)) * 1_000L;
        var faults = new EnumMap<Fault, Long>(Fault.class);
        for (Fault fault : Fault.values()) {
            if (random.nextInt(3) == 0) {
                faults.put(fault, 4_000L + random.nextInt(40_000));
            }
        }
        boolean calm = random.nextInt(4) == 0;
        return new Plan(
                nodes,
                1 + random.nextInt(3),
                faulty,
                large ? 5 : 5 + random.nextInt(40),
                random.nextInt(10) == 0 ? 60 : 6,
                large ? 1_000 : 250,
                Duration.ofSeconds(2L + random.nextInt(20)),
                calm ? 0 : random.nextInt(15),
                calm ? 0 : random.nextInt(10),
                random.nextInt(4) == 0 ? 2 : 0,
                1 + random.nextInt(100),
                calm ? 0 : random.nextInt(3_000),
                false,
                faults);
    }

    /** All the same, without faults. */
    Plan healed() {
        return new Plan(
                nodes,
                concurrency,
                faultyMillis,
                orders,
                chunks,
                tickMillis,
                heartbeat,
                0,
                0,
                0,
                delayMillis,
                0,
                sustained,
                Map.of());
    }
}
