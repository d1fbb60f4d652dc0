// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.agent.core.StoredExecution;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeName;
import dev.steward.message.OutputChunk;
import dev.steward.message.link.Frame;
import dev.steward.station.core.Execution;
import dev.steward.station.core.LedgerWrite;
import dev.steward.station.core.Transition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
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
    private record Start(int attempt, long at) {}

    private record End(SimNode machine, int attempt, ExecutionState state) {}

    private static final class History {
        private final List<Start> starts = new ArrayList<>();
        private final List<End> ends = new ArrayList<>();
        private final Set<End> recorded = new HashSet<>();
    }

    private final World world;
    private final Map<Key, History> histories = new LinkedHashMap<>();
    private final Map<CommandId, SimOrder> orders = new LinkedHashMap<>();
    private final Map<NodeName, Long> disturbed = new HashMap<>();
    private final Set<Key> lost = new HashSet<>();
    private final Excuses excuses;
    private final Cancels cancels;
    private int starts;

    Oracle(World world) {
        this.world = world;
        this.excuses = new Excuses(world);
        this.cancels = new Cancels(excuses);
    }

    Excuses excuses() {
        return excuses;
    }

    void ordered(SimOrder order) {
        orders.put(order.id(), order);
    }

    /** Something has happened to an agent of this name that may have interrupted what it ran. */
    void disturbed(NodeName node) {
        disturbed.put(node, world.millis());
    }

    private SimOrder order(CommandId command) {
        return Objects.requireNonNull(orders.get(command));
    }

    /** A start is decided on. */
    void decided(SimNode machine, CommandId command) {
        SimOrder order = orders.get(command);
        if (order == null) {
            throw new Violation("%s starts %s, which nobody has ordered".formatted(machine.label, command));
        }
        if (machine.hasHeardThatItIsFrozen()) {
            throw new Violation("%s starts %s, and has heard that it is frozen".formatted(machine.label, command));
        }
        if (order.issuer() == SimOperator.BOB
                && world.operator().isRevokedBy(machine.disk().operators())) {
            throw new Violation(
                    "%s starts %s, whose issuer its list of operators revokes".formatted(machine.label, command));
        }
    }

    boolean isForged(CommandId command, NodeName node) {
        return excuses.forgery(order(command), node);
    }

    /** An attacker has put something else in the place of a document. */
    void forged(CommandId command, NodeName node) {
        excuses.forged(new Key(command, node));
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
        if (!Arrays.equals(command.encode(), order.document(machine.name))) {
            throw new Violation("%s started %s, which is not what was signed".formatted(machine.label, command.id()));
        }
        if (machine.now().wall().isAfter(command.startBefore())) {
            throw new Violation("%s started %s after its deadline".formatted(machine.label, command.id()));
        }
        int earlier = machine.known().attempt(command.id());
        if (earlier > 0 && !command.repeatable()) {
            throw new Violation("%s started %s twice: attempts %d and %d, and may not repeat it"
                    .formatted(machine.label, command.id(), earlier, attempt));
        }
        if (attempt <= earlier) {
            throw new Violation("%s started %s again as attempt %d, after attempt %d"
                    .formatted(machine.label, command.id(), attempt, earlier));
        }
        if (attempt > 1) {
            world.reached(Reached.STARTED_AGAIN);
        }
        stationKnew(machine, order, attempt);
        besideAnother(machine, order, attempt);
        cancels.judgeStart(machine, order);
        machine.known().started(command.id(), attempt);
        history(command.id(), machine.name).starts.add(new Start(attempt, world.millis()));
    }

    /** A disk may have forgotten a start; where the station has recorded it, it must not happen again. */
    private void stationKnew(SimNode machine, SimOrder order, int attempt) {
        // What a ledger has sent in a time that it has lost may run on a disk that has lost it too.
        boolean bothReplaced = excuses.ledger(order) && excuses.disk(order, machine.name);
        if (bothReplaced
                || excuses.forgery(order, machine.name)
                || excuses.stations(order)
                || excuses.clone(order, machine.name)) {
            return;
        }
        MemoryLedger ledger = world.primary().ledger();
        Optional<Execution> known = ledger.execution(order.id(), machine.name);
        boolean hasOutput = ledger.outputBytes(order.id(), machine.name, attempt) > 0;
        // It has been ordered again, and given up before it left once more; what left the first time is lost to it. Or
        // a
        // node's "not known here", said to the ledger before it was replaced, has met the command that was ordered
        // again.
        boolean gaveUp = excuses.ledger(order)
                && known.filter(execution -> execution.isFinal() && execution.attempt() == 0 && attempt == 1)
                        .filter(execution -> execution.state() == ExecutionState.CANCELED
                                || execution.state() == ExecutionState.EXPIRED
                                || execution.state() == ExecutionState.LOST)
                        .isPresent();
        if (known.isPresent()
                && !gaveUp
                && (known.get().isFinal() || known.get().attempt() >= attempt || hasOutput)) {
            throw new Violation("%s started %s as attempt %d, when the station had %s, attempt %d, recorded"
                    .formatted(
                            machine.label,
                            order.id(),
                            attempt,
                            known.get().state(),
                            known.get().attempt()));
        }
    }

    /** What was said to be lost is not started by a copy that turns up; and no start beside one that is known. */
    private void besideAnother(SimNode machine, SimOrder order, int attempt) {
        if (excuses.ledger(order) || excuses.clone(order, machine.name) || excuses.forgery(order, machine.name)) {
            return;
        }
        if (lost.contains(new Key(order.id(), machine.name))) {
            throw new Violation(
                    "%s started %s, which the station had given up as lost".formatted(machine.label, order.id()));
        }
        Optional<Execution> known = world.primary().ledger().execution(order.id(), machine.name);
        OptionalInt alive = machine.alive(order.id());
        if (alive.isPresent() && known.isPresent() && known.get().attempt() >= alive.getAsInt()) {
            throw new Violation("%s started %s as attempt %d while attempt %d, of which the station knew, was alive"
                    .formatted(machine.label, order.id(), attempt, alive.getAsInt()));
        }
    }

    // What becomes of cancels.

    /** The station has accepted a cancel for these nodes. */
    void cancelAccepted(SimOrder order, List<NodeName> targets, SimOperator by) {
        MemoryLedger ledger = world.primary().ledger();
        targets.stream()
                .filter(node -> ledger.execution(order.id(), node)
                        .filter(execution -> !execution.isFinal())
                        .isPresent())
                .forEach(node -> cancels.accepted(new Key(order.id(), node), by == order.issuer()));
    }

    /** What was canceled before the station knew the node to have it must not leave any more. */
    void judgeSend(SimStation station, Frame.Data data) {
        NodeName node = data.envelope().to();
        station.ledger()
                .executionOf(node, data.id().toString())
                .filter(execution -> execution.state() == ExecutionState.QUEUED)
                .ifPresent(execution -> cancels.judgeSend(station, order(execution.command()), node, data));
    }

    /** The station has recorded that the node has the cancel. */
    void cancelConfirmed(CommandId command, NodeName node) {
        cancels.confirmed(new Key(command, node));
    }

    /** The agent has committed a cancel of what runs, or of what waits for the station's word. */
    void cancelRecorded(Known disk, NodeName node, CommandId command) {
        disk.canceled(command);
        cancels.recorded(new Key(command, node));
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
        count(after, transition);
        boolean startedSince = after.attempt() > before.attempt();
        if (!after.state().isTerminal() && before.isFinal() && before.state() != ExecutionState.LOST && !startedSince) {
            throw new Violation("%s took %s back to %s from its end %s"
                    .formatted(station.label, name(after), after.state(), before.state()));
        }
        if (before.state() == ExecutionState.LOST && after.state() == ExecutionState.RUNNING) {
            lost.remove(new Key(after.command(), after.node())); // its start was told after all
        }
        if (after.isFinal() && !(before.isFinal() && before.state() == after.state())) {
            judgeEnd(station, before, after, transition.saidBy().equals(NodeName.CENTRAL));
        }
    }

    private void judgeEnd(SimStation station, Execution before, Execution after, boolean verdict) {
        History history = history(after.command(), after.node());
        SimOrder order = order(after.command());
        boolean cloned = excuses.clone(order, after.node());
        boolean diskReplaced = excuses.disk(order, after.node());
        boolean excused =
                diskReplaced || cloned || (verdict && excuses.ledger(order)) || excuses.forgery(order, after.node());
        int attempt = after.attempt();
        switch (after.state()) {
            case SUCCEEDED, FAILED -> {
                if (history.ends.stream().noneMatch(end -> end.attempt == attempt && end.state == after.state())) {
                    throw new Violation("%s says that %s %s, attempt %d; no such end was seen"
                            .formatted(station.label, name(after), after.state(), attempt));
                }
            }
            case CANCELED, EXPIRED, REJECTED -> {
                judgeCause(station, order, after, verdict);
                if (attempt == 0 && !excused && !history.starts.isEmpty()) {
                    throw new Violation("%s says that %s was %s without a start, but it ran"
                            .formatted(station.label, name(after), after.state()));
                }
                boolean bothReplaced = excuses.ledger(order) && diskReplaced;
                if (attempt == 0 && before.attempt() > 0 && !cloned && !bothReplaced) {
                    throw new Violation("%s says that %s was %s without a start, after it heard of one"
                            .formatted(station.label, name(after), after.state()));
                }
            }
            case INTERRUPTED -> {
                long since = history.starts.stream()
                        .filter(start -> start.attempt == attempt && !cloned)
                        .mapToLong(Start::at)
                        .min()
                        .orElse(order.orderedAt());
                if (disturbed.getOrDefault(after.node(), -1L) < since) {
                    throw new Violation(
                            "%s says that %s was interrupted; nothing has happened to its agent since it began"
                                    .formatted(station.label, name(after)));
                }
                if (!excused && history.recorded.stream().anyMatch(end -> end.attempt == attempt)) {
                    throw new Violation("%s says that %s was interrupted; its agent had recorded its end"
                            .formatted(station.label, name(after)));
                }
            }
            case LOST -> {
                lost.add(new Key(after.command(), after.node()));
                if (!excused && !excuses.forgery(order, after.node())) {
                    throw new Violation("%s says that %s was lost; its node has lost nothing"
                            .formatted(station.label, name(after)));
                }
            }
            default -> throw new Violation("%s: %s ended as %s".formatted(station.label, name(after), after.state()));
        }
    }

    private void judgeCause(SimStation station, SimOrder order, Execution after, boolean verdict) {
        boolean hasCause = switch (after.state()) {
            case CANCELED ->
                order.isCanceled()
                        || after.outcome().orElseThrow().reason().orElse("").contains("'lost'");
            case EXPIRED -> (verdict ? world.wall() : world.latestWall(after.node())).isAfter(after.startBefore());
            default ->
                order.isUnwanted()
                        || order.issuer() == SimOperator.BOB // before he is on the list, and after he is revoked
                        || excuses.forgery(order, after.node());
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
                    if (order.isAccepted() && !excuses.ledger(order)) {
                        throw new Violation(
                                "the accepted order %s for %s is not in the ledger".formatted(order.id(), node));
                    }
                    continue;
                }
                Execution execution = found.get();
                if (!execution.isFinal() && !excuses.forgery(order, node)) {
                    throw new Violation("%s is still %s%s when all has come to rest"
                            .formatted(
                                    name(execution),
                                    execution.state(),
                                    execution.provisional() ? " (provisional)" : ""));
                }
                judgeAtRest(ledger, order, execution);
            }
        }
    }

    private void judgeAtRest(MemoryLedger ledger, SimOrder order, Execution execution) {
        if (!excuses.none(order, execution.node())) {
            return;
        }
        History history = history(execution.command(), execution.node());
        judgeJournal(execution);
        cancels.judgeAtRest(execution); // a disk may have taken the answer to a cancel with it
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

    /** The node and the station must tell the same of it. */
    private void judgeJournal(Execution execution) {
        for (SimNode machine : world.nodes()) {
            Optional<StoredExecution> stored = machine.name.equals(execution.node())
                    ? machine.disk().execution(execution.command())
                    : Optional.empty();
            if (stored.isPresent() && stored.get().state() != execution.state()) {
                throw new Violation("%s is %s in the ledger and %s in the journal of %s"
                        .formatted(
                                name(execution), execution.state(), stored.get().state(), machine.label));
            }
        }
    }

    /** Output that the station has recorded is what the process wrote at that place. */
    void judge(SimStation station, LedgerWrite.PutOutput output) {
        Execution execution = output.execution();
        OutputChunk chunk = output.chunk();
        byte[] written = SimTask.output(execution.command(), output.attempt(), chunk.offset(), chunk.bytes().length);
        if (!Arrays.equals(written, chunk.bytes())) {
            throw new Violation("%s has output of %s, attempt %d, at %d, which was never written"
                    .formatted(station.label, name(execution), output.attempt(), chunk.offset()));
        }
    }

    private void count(Execution after, Transition transition) {
        if (transition.remark().startsWith("cancel refused")) {
            world.reached(Reached.CANCEL_REFUSED);
            cancels.refused(new Key(after.command(), after.node()));
        }
        world.sightings().transition(transition, excuses.forgery(order(after.command()), after.node()));
    }

    private History history(CommandId command, NodeName node) {
        return histories.computeIfAbsent(new Key(command, node), key -> new History());
    }

    static String name(Execution execution) {
        return execution.command() + " on " + execution.node();
    }
}
