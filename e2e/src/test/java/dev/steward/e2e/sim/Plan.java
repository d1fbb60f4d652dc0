// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What one simulation does to the programs, drawn from its seed: most seeds have few nodes and many faults, some have an
 * unceasing load, a few have hundreds of nodes.
 *
 * @param faultyMillis how long faults go on; then all is healed and everything must drain
 * @param downMillis after which a program that went down is started again, at most
 * @param sustained whether faults are such that each command must be done within its time, while they go on
 * @param meanMillis between two faults of a kind; a kind that is missing does not happen
 */
record Plan(
        int nodes,
        int concurrency,
        long faultyMillis,
        long tickMillis,
        Duration heartbeat,
        int downMillis,
        boolean sustained,
        Load load,
        Network network,
        Map<Fault, Long> meanMillis) {

    /**
     * What is ordered while faults go on.
     *
     * @param chunks of output that a command writes at most
     * @param slowPercent commands that take long
     * @param largePercent commands with a large document
     */
    record Load(int orders, int chunks, int slowPercent, int largePercent) {}

    /** What becomes of single frames; with jitter they overtake each other. */
    record Network(int lossPercent, int repeatPercent, int stalePercent, long delayMillis, long jitterMillis) {}

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
        LINK_CUT,
        AGENT_DISK_FULL,
        STATION_DISK_FULL
    }

    static Plan draw(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> sustained(random);
            case 1, 2 -> faulty(random, restores(random));
            default -> faulty(random, anyFaults(random));
        };
    }

    private static Map<Fault, Long> anyFaults(Random random) {
        var faults = new EnumMap<Fault, Long>(Fault.class);
        for (Fault fault : Fault.values()) {
            if (random.nextInt(3) == 0) {
                faults.put(fault, 4_000L + random.nextInt(40_000));
            }
        }
        return faults;
    }

    /** Older copies of a journal come back again and again, over a link that keeps what was said before. */
    private static Map<Fault, Long> restores(Random random) {
        var faults = new EnumMap<Fault, Long>(Fault.class);
        faults.put(Fault.JOURNAL_RESTORED, 1_500L + random.nextInt(6_000));
        faults.put(Fault.AGENT_BREAKDOWN, 1_000L + random.nextInt(6_000));
        for (Fault fault : List.of(Fault.LINK_CUT, Fault.WITHHOLD, Fault.REBOOT)) {
            if (random.nextBoolean()) {
                faults.put(fault, 2_000L + random.nextInt(10_000));
            }
        }
        return faults;
    }

    /** A bad network that never gets better, and now and then a crash: the work must go on all the same. */
    private static Plan sustained(Random random) {
        var faults = new EnumMap<Fault, Long>(Fault.class);
        faults.put(Fault.REPLAY, 10_000L);
        faults.put(Fault.GARBAGE, 10_000L);
        faults.put(Fault.SLOW_CONSUMER, 40_000L);
        faults.put(Fault.AGENT_BREAKDOWN, 60_000L);
        boolean quiet = random.nextInt(3) == 0; // where hellos are rare, timers alone find what is lost
        return new Plan(
                1 + random.nextInt(3),
                1 + random.nextInt(3),
                240_000,
                250,
                Duration.ofSeconds(quiet ? 600 : 2 + random.nextInt(5)),
                15_000,
                true,
                new Load(quiet ? 15 : 300, 3, 0, 8),
                new Network(random.nextInt(10), random.nextInt(10), 0, 1 + random.nextInt(200), random.nextInt(800)),
                faults);
    }

    private static Plan faulty(Random random, Map<Fault, Long> faults) {
        boolean large = random.nextInt(150) == 0;
        boolean heavy = !large && random.nextInt(10) == 0;
        boolean calm = random.nextInt(4) == 0;
        return new Plan(
                large ? 100 + random.nextInt(200) : 1 + random.nextInt(4),
                1 + random.nextInt(3),
                (large ? 30 : 60 + random.nextInt(180)) * 1_000L,
                large ? 1_000 : 250,
                Duration.ofSeconds(2L + random.nextInt(20)),
                random.nextBoolean() ? 15_000 : 1_500,
                false,
                new Load(
                        large ? 5 : 5 + random.nextInt(40),
                        random.nextInt(10) == 0 ? 60 : 6,
                        heavy ? 60 : 10,
                        heavy ? 60 : 8),
                new Network(
                        calm ? 0 : random.nextInt(15),
                        calm ? 0 : random.nextInt(10),
                        random.nextInt(4) == 0 ? 2 : 0,
                        1 + random.nextInt(100),
                        calm ? 0 : random.nextInt(3_000)),
                faults);
    }

    /** All the same, without faults. */
    Plan healed() {
        return new Plan(
                nodes,
                concurrency,
                faultyMillis,
                tickMillis,
                heartbeat,
                1_000,
                sustained,
                load,
                new Network(0, 0, 0, network.delayMillis, 0),
                Map.of());
    }
}
