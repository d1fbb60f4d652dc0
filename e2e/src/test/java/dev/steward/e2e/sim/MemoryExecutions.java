// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.CommandId;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeName;
import dev.steward.message.Outcome;
import dev.steward.station.core.Execution;
import dev.steward.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The executions of a {@link MemoryLedger}, with what finds those of a command, those under way and those overdue. */
final class MemoryExecutions {
    private record Target(CommandId command, NodeName node) {}

    /** A queued execution, by its deadline. */
    private record Due(Instant startBefore, Target target) implements Comparable<Due> {
        private static final Comparator<Due> ORDER = Comparator.comparing(Due::startBefore)
                .thenComparing(due -> due.target.command)
                .thenComparing(due -> due.target.node);

        @Override
        public int compareTo(Due other) {
            return ORDER.compare(this, other);
        }
    }

    private final UndoLog undo;
    private final Map<Target, Execution> byTarget = new LinkedHashMap<>();
    private final Map<CommandId, TreeSet<NodeName>> targets = new HashMap<>();
    private final Map<NodeName, TreeSet<CommandId>> inFlight = new HashMap<>();
    private final TreeSet<Due> queued = new TreeSet<>();

    MemoryExecutions(UndoLog undo) {
        this.undo = undo;
    }

    MemoryExecutions copy(UndoLog other) {
        undo.requireCommitted();
        var copy = new MemoryExecutions(other);
        copy.byTarget.putAll(byTarget);
        targets.forEach((command, names) -> copy.targets.put(command, new TreeSet<>(names)));
        inFlight.forEach((node, ids) -> copy.inFlight.put(node, new TreeSet<>(ids)));
        copy.queued.addAll(queued);
        return copy;
    }

    /** A new row has no start and no end, whatever the execution says. */
    void insert(Execution execution) {
        var target = new Target(execution.command(), execution.node());
        if (execution.state().isTerminal()) {
            throw new IllegalArgumentException("a new execution that has ended: SQLite could not read it again");
        }
        Execution stored = stored(execution, execution, Optional.empty());
        if (byTarget.containsKey(target)) {
            throw new StoreException("the ledger has an execution of " + target, null);
        }
        undo.put(byTarget, target, stored);
        undo.add(targets.computeIfAbsent(execution.command(), id -> new TreeSet<>()), execution.node());
        index(target, stored);
    }

    void update(Execution execution) {
        var target = new Target(execution.command(), execution.node());
        Execution before = byTarget.get(target);
        if (before != null) {
            Execution after = stored(before, execution, execution.startedAt().map(MemoryLedger::millis));
            undo.remove(queued, new Due(before.startBefore(), target));
            undo.remove(inFlight.computeIfAbsent(execution.node(), name -> new TreeSet<>()), execution.command());
            undo.put(byTarget, target, after);
            index(target, after);
        }
    }

    void putMessageId(Execution execution) {
        var target = new Target(execution.command(), execution.node());
        Execution before = byTarget.get(target);
        if (before != null) {
            undo.put(byTarget, target, stored(execution, before, before.startedAt()));
        }
    }

    /** Commands that wait for signatures. */
    List<CommandId> held() {
        return byTarget.values().stream()
                .filter(execution -> execution.state() == ExecutionState.HELD)
                .map(Execution::command)
                .distinct()
                .sorted()
                .toList();
    }

    List<Execution> held(CommandId command) {
        return targets(command).stream()
                .map(node -> find(command, node).orElseThrow())
                .filter(execution -> execution.state() == ExecutionState.HELD)
                .toList();
    }

    private void index(Target target, Execution stored) {
        switch (stored.state()) {
            case HELD, QUEUED -> undo.add(queued, new Due(stored.startBefore(), target));
            case RECEIVED, RUNNING ->
                undo.add(inFlight.computeIfAbsent(target.node, name -> new TreeSet<>()), target.command);
            default -> {}
        }
    }

    /** As it would be read again: the order is the first row's, an end belongs to a terminal state alone. */
    private static Execution stored(Execution first, Execution now, Optional<Instant> startedAt) {
        return new Execution(
                first.command(),
                first.node(),
                first.part(),
                first.messageId(),
                MemoryLedger.millis(first.orderedAt()),
                MemoryLedger.millis(first.startBefore()),
                now.state(),
                now.provisional(),
                now.attempt(),
                startedAt,
                now.state().isTerminal() ? Optional.of(outcome(now, startedAt)) : Optional.empty(),
                now.storedBytes());
    }

    private static Outcome outcome(Execution execution, Optional<Instant> startedAt) {
        Outcome told = execution.outcome().orElseThrow();
        return new Outcome(
                execution.state(),
                execution.attempt(),
                told.exitCode(),
                told.reason(),
                startedAt,
                MemoryLedger.millis(told.finishedAt()),
                told.duration().map(value -> Duration.ofMillis(value.toMillis())),
                told.stdoutBytes(),
                told.stderrBytes(),
                told.keptBytes(),
                List.of());
    }

    Optional<Execution> find(CommandId command, NodeName node) {
        return Optional.ofNullable(byTarget.get(new Target(command, node)));
    }

    List<NodeName> targets(CommandId command) {
        return List.copyOf(targets.getOrDefault(command, new TreeSet<>()));
    }

    Optional<Execution> of(NodeName node, String messageId) {
        return byTarget.values().stream()
                .filter(execution ->
                        execution.node().equals(node) && execution.messageId().equals(messageId))
                .findFirst();
    }

    List<Execution> inFlight(NodeName node) {
        return inFlight.getOrDefault(node, new TreeSet<>()).stream()
                .flatMap(command -> find(command, node).stream())
                .toList();
    }

    List<Execution> overdue(Instant now, int limit) {
        Instant before = MemoryLedger.millis(now);
        return queued.stream()
                .takeWhile(due -> due.startBefore.isBefore(before))
                .limit(limit)
                .flatMap(due -> find(due.target.command, due.target.node).stream())
                .toList();
    }

    Collection<Execution> all() {
        return Collections.unmodifiableCollection(byTarget.values());
    }
}
