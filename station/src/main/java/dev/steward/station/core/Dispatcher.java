// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.Space;
import dev.steward.message.Subject;
import dev.steward.message.Target;
import dev.steward.message.Times;
import dev.steward.message.json.Json;
import dev.steward.message.link.Lane;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.Now;
import dev.steward.message.link.OutboxEntry;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.trust.Lack;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Takes orders: all of a call or nothing, and the same order twice is the same order. */
final class Dispatcher {
    private static final int EXPIRE_AT_ONCE = 500;

    /** Methods that steward itself speaks with its nodes. */
    private static final Set<String> OURS =
            Set.of("cancel", "inquiry", "hello", "link", "errorlog", "operators", "record");

    /** A refusal on the way of an order; nothing was written yet. */
    private static final class OrderRefused extends Exception {
        private static final long serialVersionUID = 1;
        private final Answer.Reason reason;

        OrderRefused(Answer.Reason reason, String message) {
            super(message, null, false, false);
            this.reason = reason;
        }

        Answer answer() {
            return new Answer.Refused(reason, String.valueOf(getMessage()));
        }
    }

    private final StationStore store;
    private final StationSink sink;
    private final Nodes nodes;
    private final Executions executions;
    private final Cancels cancels;
    private final Operators operators;
    private final NodeRecords records;
    private final Held held;
    private final AuditLog audit;
    private Space space;

    Dispatcher(
            StationStore store,
            StationSink sink,
            Nodes nodes,
            Executions executions,
            Cancels cancels,
            Operators operators,
            NodeRecords records,
            AuditLog audit,
            Space space) {
        this.space = space;
        this.store = store;
        this.sink = sink;
        this.nodes = nodes;
        this.executions = executions;
        this.cancels = cancels;
        this.operators = operators;
        this.records = records;
        this.audit = audit;
        this.held = new Held(store, sink, nodes, executions, operators, audit);
    }

    void space(Space next) {
        space = next;
    }

    Answer order(Now now, String via, List<byte[]> documents) {
        try {
            Map<CommandId, List<Part>> commands = read(documents);
            var fresh = new ArrayList<List<Part>>();
            for (List<Part> parts : commands.values()) {
                if (!isKnown(parts)) {
                    check(now, parts);
                    fresh.add(parts);
                }
            }
            if (space.low() && !fresh.isEmpty()) {
                throw new OrderRefused(
                        Answer.Reason.NO_SPACE,
                        "the station's %s; nothing was ordered. Make room there, then order again"
                                .formatted(space.text()));
            }
            for (List<Part> parts : fresh) {
                queue(now, via, parts);
            }
            return new Answer.Accepted(List.copyOf(commands.keySet()));
        } catch (OrderRefused e) {
            return e.answer();
        }
    }

    /** Takes further signatures of a command that is held. */
    Answer sign(Now now, String via, CommandId command, List<byte[]> documents) {
        return held.sign(now, via, command, documents);
    }

    /** Rules or operators have changed. */
    void review(Now now) {
        held.review(now);
    }

    Answer cancel(Now now, String via, CommandId command, List<byte[]> documents) {
        List<NodeName> targets = store.targets(command);
        if (targets.isEmpty()) {
            return new Answer.Refused(Answer.Reason.NOT_FOUND, "no command " + command);
        }
        try {
            var accepted = new LinkedHashMap<Document.Cancel, byte[]>();
            for (byte[] bytes : documents) {
                if (!(decode(bytes) instanceof Document.Cancel cancel)
                        || !cancel.command().equals(command)) {
                    throw new OrderRefused(
                            Answer.Reason.BAD_REQUEST, "expected a cancel document for the command " + command);
                }
                for (Target target : cancel.targets()) {
                    if (!targets.contains(target.node())) {
                        throw new OrderRefused(
                                Answer.Reason.UNKNOWN_NODE, "the command was not ordered for " + target.node());
                    }
                }
                Optional<byte[]> kept = store.cancelBytes(cancel.id());
                if (kept.isPresent() && !Arrays.equals(kept.get(), bytes)) {
                    throw new OrderRefused(
                            Answer.Reason.CONFLICT,
                            "the cancel %s is in the ledger with other contents".formatted(cancel.id()));
                }
                if (kept.isEmpty()) {
                    checkKeys(cancel.targets(), "nothing was canceled");
                }
                accepted.put(cancel, bytes);
            }
            for (Map.Entry<Document.Cancel, byte[]> each : accepted.entrySet()) {
                audit(now, via, each.getKey(), each.getValue());
            }
            accepted.forEach(
                    (cancel, bytes) -> cancel.targets().forEach(target -> cancel(now, cancel, target.node(), bytes)));
            return new Answer.Accepted(List.of(command));
        } catch (OrderRefused e) {
            return e.answer();
        }
    }

    private void audit(Now now, String via, Document.Cancel cancel, byte[] bytes) throws OrderRefused {
        if (store.cancelBytes(cancel.id()).isEmpty()) { // else it is the same again
            List<NodeName> nodes = cancel.targets().stream().map(Target::node).toList();
            audit.record(
                    now,
                    AuditAction.CANCEL,
                    AuditLog.signer(operators.trust(), cancel, via),
                    Optional.of(cancel.command().toString()),
                    "on " + Part.described(nodes, 5),
                    List.of(signed(bytes).document()));
        }
    }

    /** Gives up what should have started by now and was never sent; says of the rest that it looks expired. */
    void expire(Now now) {
        for (Execution execution : store.overdue(now.wall(), EXPIRE_AT_ONCE)) {
            Optional<OutboxEntry> unsent = store.unsent(execution.node(), execution.messageId());
            unsent.ifPresent(entry -> nodes.find(execution.node()).ifPresent(node -> nodes.withdraw(node, entry)));
            boolean neverSent = unsent.isPresent() || execution.state() == ExecutionState.HELD;
            executions.expired(now, execution, neverSent);
        }
    }

    private void cancel(Now now, Document.Cancel cancel, NodeName target, byte[] bytes) {
        Execution execution = store.execution(cancel.command(), target).orElseThrow();
        Nodes.Node node = nodes.find(target).orElseThrow();
        if (execution.isFinal()) {
            return;
        }
        if (execution.state() == ExecutionState.HELD) { // whoever could sign it may as well turn it down
            executions.canceled(now, execution);
            return;
        }
        Optional<OutboxEntry> unsent = store.unsent(target, execution.messageId());
        if (unsent.isPresent() && cancels.isOwn(execution, cancel)) { // else the node has a say in it
            nodes.withdraw(node, unsent.get());
            executions.canceled(now, execution);
        } else if (cancels.order(now, node, execution, cancel, bytes)) {
            executions.cancelOrdered(now, execution, operators.trust().nameOf(cancel.issuer()));
        }
    }

    private static Map<CommandId, List<Part>> read(List<byte[]> documents) throws OrderRefused {
        var commands = new LinkedHashMap<CommandId, List<Part>>();
        for (byte[] bytes : documents) {
            try {
                Part part = Part.read(bytes);
                commands.computeIfAbsent(part.document().id(), id -> new ArrayList<>())
                        .add(part);
            } catch (RefusedException e) {
                throw new OrderRefused(Answer.Reason.BAD_REQUEST, "document: " + e.getMessage());
            }
        }
        return commands;
    }

    private static SignedDocument signed(byte[] bytes) throws OrderRefused {
        try {
            return SignedDocument.decode(bytes);
        } catch (RefusedException e) {
            throw new OrderRefused(Answer.Reason.BAD_REQUEST, "document: " + e.getMessage());
        }
    }

    private static Document decode(byte[] bytes) throws OrderRefused {
        try {
            return signed(bytes).read();
        } catch (RefusedException e) {
            throw new OrderRefused(Answer.Reason.BAD_REQUEST, "document: " + e.getMessage());
        }
    }

    /** Whether the ledger has exactly these documents under this id; others are a conflict. */
    private boolean isKnown(List<Part> parts) throws OrderRefused {
        CommandId id = parts.getFirst().document().id();
        int known = store.parts(id);
        if (known == 0) {
            return false;
        }
        boolean same = known == parts.size();
        for (Part part : parts) {
            Optional<byte[]> stored = store.document(id, part.number());
            same &= stored.isPresent() && isIn(part, stored.get());
        }
        if (!same) {
            throw new OrderRefused(
                    Answer.Reason.CONFLICT, "the command %s is in the ledger with other contents".formatted(id));
        }
        return true;
    }

    /** A copy that others have signed since is the same order. */
    private static boolean isIn(Part part, byte[] stored) throws OrderRefused {
        try {
            return part.isIn(SignedDocument.decode(stored));
        } catch (RefusedException e) {
            throw new OrderRefused(Answer.Reason.CONFLICT, "in the ledger: " + e.getMessage());
        }
    }

    private void check(Now now, List<Part> parts) throws OrderRefused {
        Document.Command first = parts.getFirst().document();
        Set<Integer> numbers = new HashSet<>();
        Set<NodeName> targets = new HashSet<>();
        for (Part part : parts) {
            Document.Command document = part.document();
            numbers.add(document.part());
            if (document.parts() != parts.size() || !saysTheSame(document, first)) {
                throw new OrderRefused(
                        Answer.Reason.BAD_REQUEST,
                        "the parts of %s do not fit together: all of them in one call, alike in all but part and targets"
                                .formatted(first.id()));
            }
            for (Target each : document.targets()) {
                NodeName target = each.node();
                if (!targets.add(target)) {
                    throw new OrderRefused(
                            Answer.Reason.BAD_REQUEST, "%s names %s twice".formatted(first.id(), target));
                }
                if (nodes.find(target).isEmpty()) {
                    throw new OrderRefused(
                            Answer.Reason.UNKNOWN_NODE,
                            "no node '%s'; nothing was ordered. See steward nodes".formatted(target));
                }
                if (!records.isLetIn(target)) {
                    throw new OrderRefused(
                            Answer.Reason.UNKNOWN_NODE,
                            "the key of node '%s' was revoked, or never approved; nothing was ordered. See steward node pending"
                                    .formatted(target));
                }
            }
            checkKeys(document.targets(), "nothing was ordered");
        }
        if (OURS.contains(first.method())) {
            throw new OrderRefused(
                    Answer.Reason.BAD_REQUEST, "the method '%s' is not for commands".formatted(first.method()));
        }
        if (numbers.size() != parts.size()) {
            throw new OrderRefused(Answer.Reason.BAD_REQUEST, "a part of %s comes twice".formatted(first.id()));
        }
        if (!first.startBefore().isAfter(now.wall())) {
            throw new OrderRefused(
                    Answer.Reason.BAD_REQUEST,
                    "the deadline %s of %s has passed".formatted(Times.text(first.startBefore()), first.id()));
        }
    }

    /** No node would heed it, so that whoever orders had better know at once. */
    private void checkKeys(List<Target> targets, String outcome) throws OrderRefused {
        for (Target target : targets) {
            Optional<String> refusal = records.targetRefusal(target);
            if (refusal.isPresent()) {
                throw new OrderRefused(Answer.Reason.CONFLICT, refusal.get() + "; " + outcome);
            }
        }
    }

    private static boolean saysTheSame(Document.Command a, Document.Command b) {
        return a.fleet().equals(b.fleet())
                && a.method().equals(b.method())
                && a.domain().equals(b.domain())
                && a.issuer().equals(b.issuer())
                && a.startBefore().equals(b.startBefore())
                && a.timeout().equals(b.timeout())
                && a.repeatable() == b.repeatable()
                && a.dryRun() == b.dryRun()
                && Json.text(Map.of("", a.arguments())).equals(Json.text(Map.of("", b.arguments())));
    }

    private void queue(Now now, String via, List<Part> parts) throws OrderRefused {
        Document.Command first = parts.getFirst().document();
        Optional<Lack> lack = held.lack(now, parts);
        if (lack.isPresent() && !held.hasRoom()) {
            throw new OrderRefused(
                    Answer.Reason.CONFLICT,
                    "it has %s, and %d commands wait for signatures, the most that are kept; see steward pending"
                            .formatted(lack.get(), Limits.HELD_COMMANDS));
        }
        String issuer = operators.trust().nameOf(first.issuer());
        int total = Part.targets(parts).size();
        sink.write(new LedgerWrite.PutCommand(first, issuer, total, now.wall()));
        for (Part part : parts) {
            sink.write(new LedgerWrite.PutDocument(
                    first.id(), part.number(), part.signed().encode()));
            for (Target each : part.document().targets()) {
                executions.ordered(lack.isPresent() ? waiting(now, part, each.node()) : sent(now, part, each.node()));
            }
        }
        lack.ifPresent(each -> held.put(now, parts, each));
        audit.record(
                now,
                lack.isPresent() ? AuditAction.HELD : AuditAction.ORDER,
                AuditLog.signer(operators.trust(), first, via),
                Optional.of(first.id().toString()),
                lack.map(each -> "it has %s: ".formatted(each)).orElse("") + Part.described(parts),
                Part.documents(parts));
    }

    private static Execution waiting(Now now, Part part, NodeName target) {
        return execution(now, part, target, "", ExecutionState.HELD);
    }

    private Execution sent(Now now, Part part, NodeName target) {
        Nodes.Node node = nodes.find(target).orElseThrow();
        Subject subject = Subject.command(
                target, part.document().method(), part.document().domain());
        MessageId message =
                nodes.enqueue(now, node, Lane.CONTROL, subject, part.signed().encode());
        return execution(now, part, target, message.toString(), ExecutionState.QUEUED);
    }

    private static Execution execution(Now now, Part part, NodeName target, String message, ExecutionState state) {
        return new Execution(
                part.document().id(),
                target,
                part.number(),
                message,
                now.wall(),
                part.document().startBefore(),
                state,
                false,
                0,
                Optional.empty(),
                Optional.empty(),
                0);
    }
}
