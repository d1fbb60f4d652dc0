// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.NodeName;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** What strikes at moments of its own, each kind again and again, until the world is healed. */
final class Faults {
    private final World world;
    private final Random random;
    private final List<SimNode> nodes;
    private final List<SimStation> stations;
    private final Set<SimProgram<?>> retired = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<NodeName, Long> ahead = new HashMap<>();

    /** @param nodes and stations are the world's own: clones and second stations come and go in them */
    Faults(World world, List<SimNode> nodes, List<SimStation> stations) {
        this.world = world;
        this.random = world.random();
        this.nodes = nodes;
        this.stations = stations;
    }

    void begin() {
        world.plan().meanMillis().forEach((fault, mean) -> world.after(gap(mean), () -> strike(fault, mean)));
    }

    /** Nobody starts it again. */
    boolean isRetired(SimProgram<?> program) {
        return retired.contains(program);
    }

    /** How far the clock of any machine of this name has ever been ahead of the right time. */
    long aheadMillis(NodeName name) {
        return ahead.getOrDefault(name, 0L);
    }

    private long gap(long mean) {
        return 500 + random.nextLong(2 * mean);
    }

    private void strike(Plan.Fault fault, long mean) {
        if (world.isHealed()) {
            return;
        }
        world.trace(() -> "fault " + fault);
        SimNode node = nodes.get(random.nextInt(nodes.size()));
        switch (fault) {
            case AGENT_BREAKDOWN -> node.arm(breakdown());
            case AGENT_STOP -> node.stopGently();
            case STATION_BREAKDOWN -> world.primary().arm(breakdown());
            case REBOOT -> node.reboot();
            case JOURNAL_RESTORED -> {
                if (random.nextBoolean()) {
                    node.keepCopy();
                } else if (node.restore()) {
                    world.reached(Reached.JOURNAL_RESTORED);
                    world.oracle().excuses().diskReplaced(node.name);
                }
            }
            case JOURNAL_DELETED -> {
                world.reached(Reached.JOURNAL_DELETED);
                world.oracle().excuses().diskReplaced(node.name);
                node.deleteJournal();
            }
            case NODE_CLONED -> cloneNode(node);
            case LEDGER_RESTORED -> {
                if (random.nextBoolean()) {
                    world.primary().keepCopy();
                } else if (world.primary().restore()) {
                    world.reached(Reached.LEDGER_RESTORED);
                    world.oracle().excuses().ledgerReplaced();
                    world.operator().orderAgain();
                }
            }
            case SECOND_STATION -> secondStation();
            case MAILBOX_ROLLED_BACK -> world.broker().rollMailboxBack();
            case MAILBOX_WIPED -> world.broker().wipeMailbox();
            case MAILBOX_FULL -> {
                world.broker().limitMailbox(random.nextInt(3_000));
                world.after(random.nextInt(20_000), () -> world.broker().limitMailbox(Long.MAX_VALUE));
            }
            case BROKER_DOWN -> world.broker().goDown(random.nextInt(30_000));
            case SLOW_CONSUMER -> {
                world.reached(Reached.SLOW_CONSUMER_CUT_OFF);
                node.client().disconnect();
                node.client().connectSoon();
            }
            case WITHHOLD ->
                world.broker()
                        .withhold(
                                random.nextBoolean() ? node.name.value() : NodeName.CENTRAL.value(),
                                1_000 + random.nextInt(60_000));
            case REPLAY -> world.broker().replay();
            case GARBAGE -> world.broker().garbage(random.nextBoolean() ? node.name.value() : NodeName.CENTRAL.value());
            case CLOCK_JUMP -> {
                long jump = random.nextInt(7_200_000) - 3_600_000L;
                world.reached(jump > 0 ? Reached.CLOCK_JUMPED_AHEAD : Reached.CLOCK_JUMPED_BACK);
                node.jumpClock(jump);
                ahead.merge(node.name, Math.max(0, node.skewMillis()), Math::max);
            }
            case AGENT_DISK_FULL -> {
                world.reached(Reached.AGENT_DISK_FULL);
                node.fillDisk(random.nextInt(20_000));
            }
            case STATION_DISK_FULL -> {
                world.reached(Reached.STATION_DISK_FULL);
                world.primary().fillDisk(random.nextInt(20_000));
            }
            case LINK_CUT -> {
                node.client().hold();
                world.after(random.nextInt(40_000), () -> node.client().release());
            }
        }
        world.after(gap(mean), () -> strike(fault, mean));
    }

    private SimProgram.Breakdown breakdown() {
        SimProgram.Breakdown[] all = SimProgram.Breakdown.values();
        return all[random.nextInt(all.length)];
    }

    private void cloneNode(SimNode node) {
        if (nodes.stream().filter(other -> other.name.equals(node.name)).count() > 1) {
            return;
        }
        world.reached(Reached.NODE_CLONED);
        world.oracle().excuses().cloned(node.name);
        SimNode clone = node.cloned();
        nodes.add(clone);
        clone.start();
        world.after(10_000 + random.nextInt(50_000), () -> endClone(node, clone));
    }

    private void endClone(SimNode node, SimNode clone) {
        if (nodes.contains(node) && nodes.contains(clone)) {
            retire(random.nextBoolean() ? node : clone);
        }
    }

    private void retire(SimNode node) {
        retired.add(node);
        nodes.remove(node);
        node.reboot();
        world.oracle().excuses().cloneEnded(node.name);
        world.broker().forget(node.client());
    }

    private void secondStation() {
        if (stations.size() > 1) {
            return;
        }
        world.reached(Reached.SECOND_STATION);
        world.oracle().excuses().secondStation();
        var second = new SimStation(world, "central'", world.primary().ledger().copy());
        stations.add(second);
        second.start();
        world.after(10_000 + random.nextInt(50_000), this::endSecondStation);
    }

    private void endSecondStation() {
        if (stations.size() > 1) {
            SimStation gone = stations.remove(random.nextInt(2));
            retired.add(gone);
            gone.kill();
            world.oracle().excuses().secondStationEnded();
            world.broker().forget(gone.reader());
            // A person has decided which one it is, and starts that one anew, so that its generation is the highest.
            world.primary().kill();
        }
    }

    /** One machine a name and one station are left. */
    void end() {
        while (true) {
            Optional<SimNode> twin = nodes.stream()
                    .filter(node -> nodes.stream().anyMatch(other -> other != node && other.name.equals(node.name)))
                    .findFirst();
            if (twin.isEmpty()) {
                break;
            }
            retire(twin.get());
        }
        endSecondStation();
        nodes.forEach(SimProgram::freeDisk);
        stations.forEach(SimProgram::freeDisk);
        world.broker().heal();
    }
}
