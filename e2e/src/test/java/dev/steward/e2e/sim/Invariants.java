// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.agent.core.JournalWrite;
import dev.steward.message.CommandId;
import dev.steward.message.ExecutionState;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.audit.AuditChain;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.link.Frame;
import dev.steward.message.link.Lane;
import dev.steward.station.core.Execution;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What must hold at any time, whatever has happened. The {@link Oracle} judges what happens. */
final class Invariants {
    static final long PROGRESS_EVERY_MS = 5_000;
    private static final Duration DONE_WITHIN = Duration.ofMinutes(2);

    private final World world;

    Invariants(World world) {
        this.world = world;
    }

    void node(SimNode node) {
        if (node.disk().generation() < node.heardGeneration()) {
            throw new Violation("%s obeys a station of generation %d; generation %d has spoken"
                    .formatted(node.label, node.disk().generation(), node.heardGeneration()));
        }
        long bulk = node.disk().bulkBytes();
        if (bulk > SimNode.CAPACITY.bulkBytes()) {
            throw new Violation("%s keeps %d bytes of streamed output, limit %d"
                    .formatted(node.label, bulk, SimNode.CAPACITY.bulkBytes()));
        }
    }

    /** Whatever the process met that has just ended: what is left of its log follows from where it begins. */
    void audit(SimNode node) {
        List<JournalWrite.PutAudit> kept = List.copyOf(node.disk().audit());
        if (kept.isEmpty()) {
            return;
        }
        boolean isCut = kept.getFirst().entry().length == 0;
        AuditChain chain = AuditChain.behind(
                isCut ? new AuditMark(kept.getFirst().number(), kept.getFirst().hash()) : AuditMark.NONE);
        try {
            for (JournalWrite.PutAudit each : kept.subList(isCut ? 1 : 0, kept.size())) {
                chain.follow(new AuditChain.Link(each.entry(), each.hash().hex(), Optional.empty()));
            }
        } catch (RefusedException e) {
            throw new Violation("the audit log of %s does not hold: %s".formatted(node.label, e.getMessage()));
        }
        world.reached(Reached.NODE_LOG_VERIFIED);
    }

    /** A node tells of nothing in its log that it could yet lose. */
    void told(SimNode node, Frame frame) {
        if (frame instanceof Frame.Hello hello && hello.audit().isPresent()) {
            AuditMark mark = hello.audit().get();
            if (!node.disk().auditHash(mark.number()).equals(Optional.of(mark.hash()))) {
                throw new Violation("%s says that its audit log is at %s, and that is not on its disk, which is at %s"
                        .formatted(node.label, mark, node.disk().auditMark()));
            }
        }
    }

    void station(SimStation station) {
        if (station.ledger().quarantined() > Limits.QUARANTINE_ROWS) {
            throw new Violation(station.label + " keeps too much in quarantine");
        }
    }

    /** What is too much to look at in every step. */
    void scan() {
        for (SimNode node : world.nodes()) {
            var waiting = node.disk().open().stream()
                    .filter(execution -> execution.state() == ExecutionState.RECEIVED)
                    .toList();
            long bytes = waiting.stream()
                    .mapToLong(execution -> execution.document().length)
                    .sum();
            if (waiting.size() >= SimNode.CAPACITY.inboxCommands()) {
                world.reached(Reached.INBOX_FULL);
            }
            long limit = SimNode.CAPACITY.inboxBytes() + Limits.WINDOW_BYTES + Limits.DOCUMENT_BYTES;
            if (bytes > limit) {
                throw new Violation(
                        "%s has %d bytes of commands waiting, limit %d".formatted(node.label, bytes, limit));
            }
        }
        for (SimOrder order : world.operator().orders()) {
            if (order.isAccepted() && !world.oracle().excuses().ledger(order)) {
                order.targets().forEach(node -> isNotForgotten(order.id(), node));
            }
        }
    }

    private void isNotForgotten(CommandId command, NodeName node) {
        Optional<Execution> execution = world.primary().ledger().execution(command, node);
        if (execution.isEmpty()) {
            throw new Violation("the accepted order %s for %s is not in the ledger".formatted(command, node));
        }
        boolean waits = execution.get().state() == ExecutionState.QUEUED
                && !execution.get().provisional();
        if (waits
                && world.primary().ledger().outboxAfter(node, Lane.CONTROL, 0, Integer.MAX_VALUE).stream()
                        .noneMatch(entry ->
                                entry.id().toString().equals(execution.get().messageId()))) {
            throw new Violation("%s for %s is queued and not in the outbox".formatted(command, node));
        }
    }

    /** Under a sustained load with faults that never end, each command must come to its end in its time. */
    void progress() {
        for (Execution execution : world.primary().ledger().executions()) {
            Duration age = Duration.between(execution.orderedAt(), world.wall());
            if (!execution.isFinal()
                    && age.compareTo(DONE_WITHIN) > 0
                    && !world.oracle().isForged(execution.command(), execution.node())) {
                throw new Violation("%s on %s is still %s after %s"
                        .formatted(execution.command(), execution.node(), execution.state(), age));
            }
        }
        world.after(PROGRESS_EVERY_MS, this::progress);
    }
}
