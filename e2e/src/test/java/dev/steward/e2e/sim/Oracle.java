// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeName;
import dev.steward.station.core.Execution;
import dev.steward.station.core.Transition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What really happened, logged outside of every store: orders that were accepted, starts, ends. Judges what the programs
 * do and say. Where a disk was replaced, what only that disk knew is excused, and nothing else.
 */
final class Oracle {
    private record Key(CommandId command, NodeName node) {}

    private record Start(SimNode machine, int diskEpoch, int attempt) {
        boolean isKnownToDisk() {
            return diskEpoch == machine.diskEpoch();
        }
    }

    private record End(SimNode machine, int attempt, ExecutionState state) {}

    private static final class History {
        private final List<Start> starts = new ArrayList<>();
        private final List<End> ends = new ArrayList<>();
        private final Set<End> recorded = new HashSet<>();
    }

    private final World world;
    private final Map<Key, History> histories = new LinkedHashMap<>();
    private final Map<CommandId, SimOrder> orders = new LinkedHashMap<>();
    private final Set<NodeName> replacedDisks = new HashSet<>();
    private final Set<NodeName> clones = new HashSet<>();
    private final Set<Key> lost = new HashSet<>();
    private boolean ledgerReplaced;
    private int starts;

    Oracle(World world) {
        this.world = world;
    }

    void ordered(SimOrder order) {
        orders.put(order.id(), order);
    }

    void diskReplaced(NodeName node) {
        replacedDisks.add(node);
    }

    void cloned(NodeName node) {
        clones.add(node);
    }

    boolean isCloned(NodeName node) {
        return clones.contains(node);
    }

    void ledgerReplaced() {
        ledgerReplaced = true;
    }

    boolean isLedgerReplaced() {
        return ledgerReplaced;
    }

    int starts() {
        return starts;
    }

    /** A spawn. */
    void started(SimNode machine, Document.Command command, int attempt) {
        starts++;
        SimOrder order = orders.get(command.id());
        if (order == null || !order.targets().contains(machine.name)) {
            throw new Violation("%s started %s, which nobody ordered for it".formatted(machine.label, command.id()));
        }
        if (machine.now().wall().isAfter(command.startBefore())) {
            throw new Violation("%s started %s after its deadline".formatted(machine.label, command.id()));
        }
        History history = history(command.id(), machine.name);
        for (Start earlier : history.starts) {
            if (earlier.machine != machine || !earlier.isKnownToDisk()) {
                continue; // judged by what the station knew
            }
            if (!command.repeatable()) {
                throw new Violation("%s started %s twice: attempts %d and %d, and may not repeat it"
                        .formatted(machine.label, command.id(), earlier.attempt, attempt));
            }
            if (attempt <= earlier.attempt) {
                throw new Violation(
                        "%s started %s twice as attempt %d".formatted(machine.label, command.id(), attempt));
            }
        }
        if (attempt > 1) {
            world.reached(Reached.STARTED_AGAIN);
        }
        stationKnew(machine, command, attempt);
        besideAnother(machine, command, attempt);
        history.starts.add(new Start(machine, machine.diskEpoch(), attempt));
    }

    /** A disk may have forgotten a start; where the station has recorded it, it must not happen again. */
    private void stationKnew(SimNode machine, Document.Command command, int attempt) {
        if (ledgerReplaced || clones.contains(machine.name)) {
            return;
        }
        Optional<Execution> known = world.primary().ledger().execution(command.id(), machine.name);
        MemoryLedger ledger = world.primary().ledger();
        boolean hasOutput = ledger.outputBytes(command.id(), machine.name, attempt) > 0;
        if (known.isPresent() && (known.get().isFinal() || known.get().attempt() >= attempt || hasOutput)) {
            throw new Violation("%s started %s as attempt %d, when the station had %s, attempt %d, recorded"
                    .formatted(
                            machine.label,
                            command.id(),
                            attempt,
                            known.get().state(),
                            known.get().attempt()));
        }
    }

    /** What was said to be lost is not started by a copy that turns up; and no start beside one that is known. */
    private void besideAnother(SimNode machine, Document.Command command, int attempt) {
        if (ledgerReplaced || clones.contains(machine.name)) {
            return;
        }
        if (lost.contains(new Key(command.id(), machine.name))) {
            throw new Violation(
                    "%s started %s, which the station had given up as lost".formatted(machine.label, command.id()));
        }
        Optional<Execution> known = world.primary().ledger().execution(command.id(), machine.name);
        OptionalInt alive = machine.alive(command.id());
        if (alive.isPresent() && known.isPresent() && known.get().attempt() >= alive.getAsInt()) {
            throw new Violation("%s started %s as attempt %d while attempt %d, of which the station knew, was alive"
                    .formatted(machine.label, command.id(), attempt, alive.getAsInt()));
        }
    }

    /** A process ended by itself. */
    void ended(SimNode machine, CommandId command, int attempt, ExecutionState state) {
        history(command, machine.name).ends.add(new End(machine, attempt, state));
    }

    /** The agent has committed how it ended. */
    void recorded(SimNode machine, CommandId command, int attempt) {
        History history = history(command, machine.name);
        history.ends.stream()
                .filter(end -> end.machine == machine && end.attempt == attempt)
                .forEach(history.recorded::add);
    }

    /** A durable change of the ledger. */
    void judge(SimStation station, Transition transition) {
        Execution before = transition.before();
        Execution after = transition.after();
        count(before, after, transition);
        boolean startedSince = after.attempt() > before.attempt();
        if (!after.state().isTerminal() && before.isFinal() && before.state() != ExecutionState.LOST && !startedSince) {
            throw new Violation("%s took %s back to %s from its end %s"
                    .formatted(station.label, name(after), after.state(), before.state()));
        }
        if (after.isFinal() && !(before.isFinal() && before.state() == after.state())) {
            judgeEnd(station, before, after, transition.saidBy().equals(NodeName.CENTRAL));
        }
    }

    private void judgeEnd(SimStation station, Execution before, Execution after, boolean verdict) {
        History history = history(after.command(), after.node());
        boolean excused =
                replacedDisks.contains(after.node()) || clones.contains(after.node()) || (verdict && ledgerReplaced);
        int attempt = after.attempt();
        switch (after.state()) {
            case SUCCEEDED, FAILED -> {
                if (history.ends.stream().noneMatch(end -> end.attempt == attempt && end.state == after.state())) {
                    throw new Violation("%s says that %s %s, attempt %d; no such end was seen"
                            .formatted(station.label, name(after), after.state(), attempt));
                }
            }
            case CANCELED, EXPIRED, REJECTED -> {
                judgeCause(station, after);
                if (attempt == 0 && !excused && !history.starts.isEmpty()) {
                    throw new Violation("%s says that %s was %s without a start, but it ran"
                            .formatted(station.label, name(after), after.state()));
                }
                boolean bothReplaced = ledgerReplaced && replacedDisks.contains(after.node());
                if (attempt == 0 && before.attempt() > 0 && !clones.contains(after.node()) && !bothReplaced) {
                    throw new Violation("%s says that %s was %s without a start, after it heard of one"
                            .formatted(station.label, name(after), after.state()));
                }
            }
            case INTERRUPTED -> {
                if (!world.isDisturbed(after.node())) {
                    throw new Violation("%s says that %s was interrupted; nothing has happened to its agent"
                            .formatted(station.label, name(after)));
                }
                if (!excused && history.recorded.stream().anyMatch(end -> end.attempt == attempt)) {
                    throw new Violation("%s says that %s was interrupted; its agent had recorded its end"
                            .formatted(station.label, name(after)));
                }
            }
            case LOST -> {
                lost.add(new Key(after.command(), after.node()));
                if (!excused) {
                    throw new Violation("%s says that %s was lost; its node has lost nothing"
                            .formatted(station.label, name(after)));
                }
            }
            default -> throw new Violation("%s: %s ended as %s".formatted(station.label, name(after), after.state()));
        }
    }

    private void judgeCause(SimStation station, Execution after) {
        SimOrder order = Objects.requireNonNull(orders.get(after.command()));
        boolean hasCause = switch (after.state()) {
            case CANCELED ->
                order.isCanceled()
                        || after.outcome().orElseThrow().reason().orElse("").contains("'lost'");
            case EXPIRED -> world.latestWall().isAfter(after.startBefore());
            default -> order.isUnwanted();
        };
        if (!hasCause) {
            throw new Violation("%s says that %s was %s, and nothing was the cause"
                    .formatted(station.label, name(after), after.state()));
        }
    }

    /** When all is drained. */
    void judgeAtRest(MemoryLedger ledger) {
        for (SimOrder order : orders.values()) {
            for (NodeName node : order.targets()) {
                Optional<Execution> found = ledger.execution(order.id(), node);
                if (found.isEmpty()) {
                    if (order.isAccepted() && !ledgerReplaced) {
                        throw new Violation(
                                "the accepted order %s for %s is not in the ledger".formatted(order.id(), node));
                    }
                    continue;
                }
                Execution execution = found.get();
                if (!execution.isFinal()) {
                    throw new Violation("%s is still %s%s when all has come to rest"
                            .formatted(
                                    name(execution),
                                    execution.state(),
                                    execution.provisional() ? " (provisional)" : ""));
                }
                judgeAtRest(ledger, execution);
            }
        }
    }

    private void judgeAtRest(MemoryLedger ledger, Execution execution) {
        History history = history(execution.command(), execution.node());
        boolean untouched =
                !replacedDisks.contains(execution.node()) && !clones.contains(execution.node()) && !ledgerReplaced;
        if (!untouched) {
            return;
        }
        for (End end : history.recorded) {
            boolean told = execution.state() == end.state || execution.attempt() > end.attempt;
            if (!told) {
                throw new Violation("%s ended as %s, its agent recorded it, and the ledger says %s"
                        .formatted(name(execution), end.state, execution.state()));
            }
        }
        boolean natural = execution.state() == ExecutionState.SUCCEEDED || execution.state() == ExecutionState.FAILED;
        if (execution.outcome().orElseThrow().truncatedBytes() > 0) {
            world.reached(Reached.OUTPUT_CUT);
        }
        long kept = execution.outcome().orElseThrow().keptBytes();
        long there = ledger.outputBytes(execution.command(), execution.node(), execution.attempt());
        if (natural && (kept != there || kept != execution.storedBytes())) {
            throw new Violation("%s kept %d bytes of output, counts %d and %d are there"
                    .formatted(name(execution), kept, execution.storedBytes(), there));
        }
    }

    private void count(Execution before, Execution after, Transition transition) {
        boolean station = transition.saidBy().equals(NodeName.CENTRAL);
        boolean news = before.state() != after.state() || before.provisional() != after.provisional();
        if (transition.remark().startsWith("cancel refused")) {
            world.reached(Reached.CANCEL_REFUSED);
        }
        if (before.provisional() && !after.provisional()) {
            world.reached(Reached.LATE_WORD_AFTER_A_VERDICT);
        }
        if (!news) {
            return;
        }
        switch (after.state()) {
            case CANCELED ->
                world.reached(
                        station
                                ? Reached.CANCELED_BEFORE_IT_LEFT
                                : after.attempt() > 0 ? Reached.CANCELED_WHILE_RUNNING : Reached.CANCELED_BY_NODE);
            case EXPIRED ->
                world.reached(
                        !station
                                ? Reached.EXPIRED_AT_NODE
                                : after.provisional() ? Reached.EXPIRED_PROVISIONALLY : Reached.EXPIRED_BEFORE_IT_LEFT);
            case REJECTED -> world.reached(Reached.REJECTED);
            case INTERRUPTED -> {
                world.reached(Reached.INTERRUPTED);
                if (after.attempt() == dev.steward.message.Limits.ATTEMPTS) {
                    world.reached(Reached.ATTEMPTS_USED_UP);
                }
            }
            case LOST -> world.reached(Reached.LOST);
            default -> {}
        }
    }

    private History history(CommandId command, NodeName node) {
        return histories.computeIfAbsent(new Key(command, node), key -> new History());
    }

    private static String name(Execution execution) {
        return execution.command() + " on " + execution.node();
    }
}
