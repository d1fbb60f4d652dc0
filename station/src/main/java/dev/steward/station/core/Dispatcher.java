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
            List<Optional<Lack>> lacks =
                    fresh.stream().map(parts -> held.lack(now, parts)).toList();
            checkRoom(lacks.stream().flatMap(Optional::stream).toList());
            for (int i = 0; i < fresh.size(); i++) {
                queue(now, via, fresh.get(i), lacks.get(i));
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
    void rulesChanged() {
        held.rulesChanged();
    }

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
                checkSay(now, cancel);
                accepted.put(cancel, bytes);
            }
            for (Map.Entry<Document.Cancel, byte[]> each : accepted.entrySet()) {
                cancel(now, via, each.getKey(), each.getValue());
            }
            return new Answer.Accepted(List.of(command));
        } catch (OrderRefused e) {
            return e.answer();
        }
    }

    /** Who could sign what is held may turn it down, as well as whoever has ordered it. */
    private void checkSay(Now now, Document.Cancel cancel) throws OrderRefused {
        for (Target target : cancel.targets()) {
            Execution execution =
                    store.execution(cancel.command(), target.node()).orElseThrow();
            String name = operators.trust().nameOf(cancel.issuer());
            if (execution.state() == ExecutionState.HELD
                    && !cancels.isOwn(execution, cancel)
                    && !held.hasSay(now, cancel.command(), name)) {
                throw new OrderRefused(
                        Answer.Reason.FORBIDDEN,
                        "%s is held, and %s has not ordered it, nor would a signature of his count"
                                .formatted(cancel.command(), name));
            }
        }
    }

    private void cancel(Now now, String via, Document.Cancel cancel, byte[] bytes) throws OrderRefused {
        byte[] document = signed(bytes).document();
        boolean again = store.cancelBytes(cancel.id()).isPresent();
        var changed = new ArrayList<NodeName>();
        for (Target target : cancel.targets()) {
            if (cancel(now, cancel, target.node(), bytes)) {
                changed.add(target.node());
            }
        }
        if (!changed.isEmpty() && !again) { // else it had ended, or it is the same again
            audit.record(
                    now,
                    AuditAction.CANCEL,
                    AuditLog.signer(operators.trust(), cancel, via),
                    Optional.of(cancel.command().toString()),
                    "on " + Part.described(changed, 5),
                    List.of(document));
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

    /** @return whether anything came of it */
    private boolean cancel(Now now, Document.Cancel cancel, NodeName target, byte[] bytes) {
        Execution execution = store.execution(cancel.command(), target).orElseThrow();
        Nodes.Node node = nodes.find(target).orElseThrow();
        if (execution.isFinal()) {
            return false;
        }
        if (execution.state() == ExecutionState.HELD) {
            executions.canceled(now, execution);
            return true;
        }
        Optional<OutboxEntry> unsent = store.unsent(target, execution.messageId());
        if (unsent.isPresent() && cancels.isOwn(execution, cancel)) { // else the node has a say in it
            nodes.withdraw(node, unsent.get());
            executions.canceled(now, execution);
            return true;
        }
        boolean ordered = cancels.order(now, node, execution, cancel, bytes);
        if (ordered) {
            executions.cancelOrdered(now, execution, operators.trust().nameOf(cancel.issuer()));
        }
        return ordered;
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

    private void checkRoom(List<Lack> lacks) throws OrderRefused {
        if (!lacks.isEmpty() && lacks.size() > held.room()) {
            throw new OrderRefused(
                    Answer.Reason.CONFLICT,
                    "%d of the commands lack signatures, and there is room for %d more that wait for some, of %d in all; nothing was ordered. See steward pending"
                            .formatted(lacks.size(), held.room(), Limits.HELD_COMMANDS));
        }
    }

    private void queue(Now now, String via, List<Part> parts, Optional<Lack> lack) {
        Document.Command first = parts.getFirst().document();
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
