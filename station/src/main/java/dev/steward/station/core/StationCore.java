// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.Ack;
import dev.steward.message.CommandId;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.ErrorEvent;
import dev.steward.message.ExecutionState;
import dev.steward.message.Inquiry;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.Outcome;
import dev.steward.message.Refusal;
import dev.steward.message.RefusedException;
import dev.steward.message.Space;
import dev.steward.message.Subject;
import dev.steward.message.Tally;
import dev.steward.message.WireMessage;
import dev.steward.message.audit.AuditEntry.Who;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.link.Frame;
import dev.steward.message.link.Lane;
import dev.steward.message.link.LinkCounters;
import dev.steward.message.link.LinkEvent;
import dev.steward.message.link.Now;
import dev.steward.message.link.OutboxEntry;
import dev.steward.message.link.Session;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.trust.LocalTrust;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What a station decides: the station's ends of all links, orders, and the state of every execution. A machine without
 * I/O; the loop around it feeds it one input at a time, commits what it wrote, then carries out the rest. Not
 * thread-safe.
 */
public final class StationCore {
    private static final long EXPIRE_EVERY_MS = 1_000;
    private static final long STORE_HEARD_EVERY_MS = 300_000;

    private final NodeName self;
    private final StationStore store;
    private final StationSink sink;
    private final Nodes nodes;
    private final Executions executions;
    private final Cancels cancels;
    private final Operators operators;
    private final Enrolments enrolments;
    private final HeldDocuments held;
    private final Dispatcher dispatcher;
    private final AuditLog audit;
    private final ApiTokens apiTokens;
    private final Tally undecodable = new Tally();
    private final Tally refusals = new Tally();
    private long heardGeneration;
    private long expireAt;
    private long storeHeardAt;

    public StationCore(
            NodeName self,
            Session session,
            long generation,
            StationStore store,
            StationSink sink,
            RandomGenerator random,
            Now now,
            Space space,
            Signatures signatures,
            LocalTrust trust,
            BrokerTokens tokens,
            HeadSigner signer) {
        this.self = self;
        this.store = store;
        this.sink = sink;
        this.audit = new AuditLog(store, sink, signer, now);
        this.nodes = new Nodes(self, session, generation, store, sink, random, audit::mark, !space.low());
        this.executions = new Executions(self, store, sink);
        this.cancels = new Cancels(store, sink, nodes);
        this.operators = new Operators(store, sink, nodes, signatures, trust, audit);
        var shutOut = new ShutOut(store, sink);
        var records = new NodeRecords(self, store, sink, nodes, shutOut, tokens);
        this.enrolments = new Enrolments(self, store, sink, records, shutOut, operators, signatures, audit);
        this.held = new HeldDocuments(store, sink, operators, enrolments, audit);
        this.dispatcher = new Dispatcher(store, sink, nodes, executions, cancels, operators, records, audit, space);
        this.apiTokens = new ApiTokens(store, sink, audit);
        this.storeHeardAt = now.millis() + STORE_HEARD_EVERY_MS;
    }

    /** The station begins to serve. */
    public void begin(Now now, String text) {
        audit.record(now, AuditAction.START, Who.ITSELF, text);
    }

    /** Something that is worth an entry of the audit log and is decided elsewhere. */
    public void note(Now now, AuditAction action, Who who, String text) {
        audit.record(now, action, who, text);
    }

    /**
     * Records an order: all its documents or none.
     *
     * @param via the credential with which it was handed in, as for all of the following
     */
    public Answer order(Now now, String via, List<byte[]> documents) {
        Answer answer = dispatcher.order(now, via, documents);
        handleEvents(now);
        return answer;
    }

    /** Cancels a command on the targets of the cancel documents. */
    public Answer cancel(Now now, String via, CommandId command, List<byte[]> documents) {
        Answer answer = dispatcher.cancel(now, via, command, documents);
        handleEvents(now);
        return answer;
    }

    /** Takes further signatures of a command that is held; {@code documents} are all its parts. */
    public Answer sign(Now now, String via, CommandId command, List<byte[]> documents) {
        Answer answer = dispatcher.sign(now, via, command, documents);
        handleEvents(now);
        return answer;
    }

    /** Takes another list of operators, in the one document given; it may have to wait for more signatures. */
    public Answer operators(Now now, String via, List<byte[]> documents) {
        return byAuthorities(now, () -> held.list(now, via, documents));
    }

    /** Takes further signatures of a list of operators or a record of a node that is held. */
    public Answer signHeld(Now now, String via, HeldId id, List<byte[]> documents) {
        return byAuthorities(now, () -> held.sign(now, via, id, documents));
    }

    /** Somebody who could sign such a document turns it down. */
    public Answer turnDown(Now now, String via, HeldId id, List<byte[]> documents) {
        return held.turnDown(now, via, id, documents);
    }

    private Answer byAuthorities(Now now, Supplier<Answer> question) {
        long before = operators.trust().listNumber();
        Answer answer = question.get();
        if (operators.trust().listNumber() != before) {
            dispatcher.rulesChanged();
        }
        handleEvents(now);
        return answer;
    }

    /** Makes a token good that an operator has made. */
    public Answer token(Now now, String via, Token token) {
        return enrolments.token(now, via, token);
    }

    public Answer revokeToken(Now now, String via, CommandId id) {
        return enrolments.revokeToken(now, via, id);
    }

    /** Makes a bearer token of the API good. */
    public Answer apiToken(Now now, String via, ApiToken token) {
        return apiTokens.make(now, via, token);
    }

    public Answer revokeApiToken(Now now, String via, CommandId id) {
        return apiTokens.revoke(now, via, id);
    }

    /** Takes signed records of nodes, one after the other up to the first that is refused. */
    public Answer nodeRecords(Now now, String via, List<byte[]> documents) {
        return byAuthorities(now, () -> held.records(now, via, documents));
    }

    /** A machine asks to become a node. */
    public void enrolment(Now now, SignedDocument signed, EnrolmentRequest request) {
        enrolments.request(now, signed, request);
    }

    /** Frames were refused that are not from whom they say; told at a bounded pace. */
    public void forged(Now now, String text) {
        sink.write(new LedgerWrite.PutEvent(self, "link", text, now.wall(), now.wall()));
        sink.log(System.Logger.Level.WARNING, text);
        audit.record(now, AuditAction.REFUSED, Who.ITSELF, text);
    }

    /** A person has decided that the one agent of this name that is left is the node. */
    public Answer unfreeze(Now now, String via, NodeName name) {
        Optional<Nodes.Node> node = nodes.find(name);
        if (node.isEmpty()) {
            return new Answer.Refused(Answer.Reason.NOT_FOUND, "no node '%s'".formatted(name));
        }
        if (!nodes.unfreeze(node.get(), now)) {
            return new Answer.Refused(Answer.Reason.CONFLICT, "node %s is not frozen".formatted(name));
        }
        String text = "node %s is not frozen any more: %s has said so".formatted(name, via);
        sink.write(new LedgerWrite.PutEvent(name, "clone", text, now.wall(), now.wall()));
        sink.log(System.Logger.Level.INFO, text);
        audit.record(now, AuditAction.UNFROZEN, Who.via(via), name.value(), text);
        handleEvents(now);
        return new Answer.Accepted(List.of());
    }

    /** The station's own trust file has changed. */
    public void trust(Now now, LocalTrust trust) {
        operators.local(now, trust);
        dispatcher.rulesChanged();
        held.rulesChanged();
    }

    public void connected(Now now) {
        nodes.connected(now);
        handleEvents(now);
    }

    public void disconnected(Now now) {
        nodes.disconnected();
        handleEvents(now);
    }

    public void frame(Now now, Frame frame) {
        NodeName from = frame.envelope().from();
        Optional<Nodes.Node> node = nodes.find(from);
        if (node.isEmpty()) {
            var nothing = new WireMessage("from " + from, Map.of(), new byte[0]);
            refuse(now, self, Refusal.of(nothing, "not a node of this station"));
            return;
        }
        nodes.frame(now, node.get(), frame);
        handleEvents(now);
    }

    /** A frame of this node was sealed with the newest key that it was given for its link. */
    public void speaksWithNewest(Now now, NodeName node) {
        enrolments.speaksWithNewest(now, node);
    }

    /** Something arrived that is no frame: counted, kept, and never the end of anything. */
    public void undecodable(Now now, Refusal refusal) {
        refuse(now, self, refusal);
    }

    public void tick(Now now) {
        nodes.tick(now);
        dispatcher.review(now);
        long before = operators.trust().listNumber();
        held.review(now);
        if (operators.trust().listNumber() != before) {
            dispatcher.rulesChanged();
        }
        handleEvents(now);
        if (now.millis() >= expireAt) {
            expireAt = now.millis() + EXPIRE_EVERY_MS;
            dispatcher.expire(now);
            enrolments.tick(now);
            held.tick(now);
            audit.tick(now);
        }
        if (now.millis() >= storeHeardAt) {
            storeHeardAt = now.millis() + STORE_HEARD_EVERY_MS;
            nodes.storeLastHeard();
        }
    }

    /** What room the ledger's disk has: where it is low no order is taken, and nothing from nodes, which keep it. */
    public void space(Space space) {
        dispatcher.space(space);
        nodes.setOpen(!space.low());
    }

    /** Ends a batch of inputs, before its commit. */
    public void flush(Now now) {
        nodes.heard().forEach(node -> answer(now, node));
        nodes.flush();
    }

    /** Before a planned stop. */
    public void close(Now now) {
        nodes.storeLastHeard();
        audit.record(now, AuditAction.STOP, Who.ITSELF, "the station stops");
        audit.sign(now);
    }

    /** What the links to the nodes have met, one for each node. */
    public List<LinkCounters> counters() {
        return nodes.counters();
    }

    private void handleEvents(Now now) {
        for (Optional<Nodes.Told> next = nodes.next(); next.isPresent(); next = nodes.next()) {
            Nodes.Node node = next.get().node();
            switch (next.get().event()) {
                case LinkEvent.Deliver(Frame.Data data) -> message(now, node, data);
                case LinkEvent.Unreadable(Frame.Unreadable frame, boolean known) ->
                    refuse(now, node.name, frame.refusal());
                case LinkEvent.Duplicate duplicate -> {} // recorded before; nothing is owed to a node for that
                case LinkEvent.PeerRecorded(OutboxEntry entry) -> recorded(now, node, entry);
                case LinkEvent.PeerLive(Frame.Hello hello, boolean fresh) -> live(now, node, hello, fresh);
                case LinkEvent.PeerReturned returned -> twoOfOneName(now, node);
                case LinkEvent.PeerGone(String why) -> {
                    nodes.gone(node);
                    sink.log(System.Logger.Level.INFO, "node %s not reachable: %s".formatted(node.name, why));
                }
                case LinkEvent.StaleGeneration stale -> {} // only nodes judge generations
                case LinkEvent.RaisedGeneration raised -> {} // only nodes obey
                case LinkEvent.ObeysHigherGeneration(long other) -> obeyedByNode(now, node, other);
            }
        }
    }

    private void message(Now now, Nodes.Node node, Frame.Data data) {
        try {
            Subject subject = data.subject();
            if (subject.kind() == Subject.Kind.ACK) {
                ack(now, node, Ack.decode(data.body()));
            } else if (subject.equals(Subject.errorLog(self))) {
                ErrorEvent event = ErrorEvent.decode(data.body());
                sink.write(new LedgerWrite.PutEvent(node.name, event.source(), event.text(), event.at(), now.wall()));
                sink.log(
                        System.Logger.Level.WARNING,
                        "node %s, %s: %s".formatted(node.name, event.source(), event.text()));
                refused(now, node, event);
            } else {
                throw new RefusedException("no method of the station takes " + subject);
            }
        } catch (RefusedException e) {
            var message = new WireMessage(
                    data.subject().toString(),
                    Map.of("f", node.name.value(), "i", data.id().toString()),
                    data.body());
            refuse(now, node.name, Refusal.of(message, e.getMessage()));
        }
    }

    /** A node that can't read a command says so by the id of its message: it can't tell which command that is. */
    private void refused(Now now, Nodes.Node node, ErrorEvent event) {
        event.refused()
                .flatMap(message -> store.executionOf(node.name, message))
                .filter(execution -> execution.attempt() == 0 && execution.state() != ExecutionState.HELD)
                .map(execution -> new Ack.Finished(
                        execution.command(), Outcome.notStarted(ExecutionState.REJECTED, event.text(), event.at())))
                .ifPresent(ack -> ack(now, node, ack));
    }

    private void ack(Now now, Nodes.Node node, Ack ack) {
        if (ack instanceof Ack.Unsure(CommandId command)) {
            node.asked.add(command);
        }
        Optional<Execution> before = store.execution(ack.command(), node.name);
        Optional<Execution> arrived = before.filter(execution -> ack.showsReceipt() && execution.mayBeUnderWay());
        arrived.filter(execution -> execution.state() != ExecutionState.HELD) // which no message carries yet
                .ifPresent(execution -> nodes.settle(node, Lane.CONTROL, execution.messageId()));
        if (ack instanceof Ack.Output output
                && before.filter(execution ->
                                !execution.isEndedFor(output.attempt()) && output.attempt() > execution.attempt())
                        .isPresent()) {
            node.asked.add(ack.command()); // output has a lane of its own: the word of its end may have come and gone
        }
        auditRefusal(now, node, ack, before);
        if (ack instanceof Ack.CancelRefused) {
            cancels.refused(node, ack.command());
        }
        if (ack instanceof Ack.CancelRefused
                && before.filter(execution -> !execution.isFinal()).isPresent()) {
            node.asked.add(ack.command()); // it has ended, and the word of that is gone
        }
        executions.ack(now, node.name, ack, before);
        arrived.ifPresent(execution -> cancels.ensure(now, node, execution));
    }

    /**
     * What a node does not do, by its own trust file or for another reason. Each thing that was ordered is refused once at
     * most, whatever the node says.
     */
    private void auditRefusal(Now now, Nodes.Node node, Ack ack, Optional<Execution> before) {
        if (before.isEmpty() || before.get().isFinal()) {
            return;
        }
        String on = ack.command().toString();
        if (ack instanceof Ack.Finished(CommandId id, Outcome outcome)
                && outcome.state() == ExecutionState.REJECTED
                && outcome.attempt() == 0
                && before.get().attempt() == 0) {
            String reason = outcome.reason().orElse("it gives no reason");
            audit.record(now, AuditAction.REFUSED, Who.ITSELF, on, "by node %s: %s".formatted(node.name, reason));
        } else if (ack instanceof Ack.CancelRefused(CommandId id, String reason)
                && store.cancel(id, node.name).isPresent()) {
            audit.record(
                    now, AuditAction.REFUSED, Who.ITSELF, on, "cancel, by node %s: %s".formatted(node.name, reason));
        }
    }

    private void recorded(Now now, Nodes.Node node, OutboxEntry entry) {
        if (entry.lane() == Lane.CONTROL) { // a command, or its cancel in its place
            store.executionOf(node.name, entry.id().toString())
                    .filter(Execution::mayBeUnderWay)
                    .ifPresent(execution -> {
                        executions.recorded(now, execution);
                        cancels.ensure(now, node, execution);
                    });
        }
    }

    private void live(Now now, Nodes.Node node, Frame.Hello hello, boolean fresh) {
        hello.facts().ifPresent(facts -> sink.write(new LedgerWrite.PutFacts(node.name, hello.factsDigest(), facts)));
        sink.presence(node.name, true, now.wall());
        hello.audit().ifPresent(mark -> nodeAudit(now, node, mark));
        operators.heard(now, node, hello, fresh);
        if (fresh) {
            sink.log(System.Logger.Level.INFO, "node %s is there".formatted(node.name));
            sink.write(new LedgerWrite.PutLastHeard(node.name, now.wall()));
            nodes.forget(
                    node, Lane.RESULTS, Subject.inquiry(node.name)); // of other conversations, worth nothing in this
            inquire(now, node);
            enrolments.live(now, node.name);
        }
    }

    /**
     * The node obeys a higher generation. Whether that station still runs, or this ledger was restored, can't be told from
     * here, and two stations that overbid each other would never end: a person decides, by the next start.
     */
    private void obeyedByNode(Now now, Nodes.Node node, long other) {
        if (other > heardGeneration && other <= Limits.GENERATION_HEARD) {
            heardGeneration = other;
            sink.write(new LedgerWrite.PutGeneration(other));
        }
        if (refusals.next()) { // each hello of each node says so
            String text =
                    "node %s obeys a station of generation %d and refuses this one, of %d (frame %d): if another runs,"
                                    .formatted(node.name, other, node.link.generation(), refusals.count())
                            + " stop one of the two; if not, this ledger is an older copy or the clock went back: start this"
                            + " station again, and it takes a higher generation";
            sink.write(new LedgerWrite.PutEvent(node.name, "generation", text, now.wall(), now.wall()));
            sink.log(System.Logger.Level.ERROR, text);
        }
    }

    private void twoOfOneName(Now now, Nodes.Node node) {
        boolean news = nodes.freeze(node, now);
        boolean due = node.returns.next(); // the two may take turns for long
        if (news || due) {
            String text =
                    "two agents speak as %1$s (turn %2$d): was its data folder copied to another machine? it is frozen, so nothing starts there: stop one of the two, then `steward node unfreeze %1$s`"
                            .formatted(node.name, node.returns.count());
            sink.write(new LedgerWrite.PutEvent(node.name, "clone", text, now.wall(), now.wall()));
            sink.log(System.Logger.Level.ERROR, text);
            audit.record(now, AuditAction.FROZEN, Who.ITSELF, node.name.value(), text);
        }
    }

    /**
     * How far a node's own audit log has come. A disk that was put back from a copy shortens it as much as somebody who
     * wants to hide something; which of the two it was a person finds out. Nothing is held up for it.
     */
    private void nodeAudit(Now now, Nodes.Node node, AuditMark said) {
        Optional<AuditMark> former = node.audit;
        if (former.filter(said::equals).isPresent()) {
            return;
        }
        node.audit = Optional.of(said);
        sink.write(new LedgerWrite.PutNodeAudit(node.name, node.audit, now.wall()));
        if (former.filter(said::goesBackFrom).isPresent() && node.auditBacks.next()) { // two of one name take turns
            String text =
                    "the audit log of node %s went back from entry %s to %s (time %d): its disk was restored or copied, or the log was changed; `steward audit verify --node %1$s` compares it with what was verified before"
                            .formatted(node.name, former.get(), said, node.auditBacks.count());
            sink.write(new LedgerWrite.PutEvent(node.name, "audit", text, now.wall(), now.wall()));
            sink.log(System.Logger.Level.WARNING, text);
            audit.record(now, AuditAction.WENT_BACK, Who.ITSELF, node.name.value(), text);
        }
    }

    /** Either side may have come back with an older store: ask what became of all that the node has recorded. */
    private void inquire(Now now, Nodes.Node node) {
        List<Inquiry.Entry> open =
                store.inFlight(node.name).stream().map(StationCore::known).toList();
        inquire(now, node, open);
    }

    /** Tells a node what it wants to know before it starts what it has found in its journal. */
    private void answer(Now now, Nodes.Node node) {
        if (!node.asked.isEmpty()) {
            // What a ledger has lost was ordered all the same: the node has it, and no end is known.
            List<Inquiry.Entry> entries = node.asked.stream()
                    .map(command -> store.execution(command, node.name)
                            .map(StationCore::known)
                            .orElse(new Inquiry.Entry(command, 0, Optional.empty())))
                    .toList();
            node.asked.clear();
            inquire(now, node, entries);
            handleEvents(now);
        }
    }

    private void inquire(Now now, Nodes.Node node, List<Inquiry.Entry> entries) {
        entries.stream()
                .filter(entry -> entry.ended().isEmpty())
                .forEach(entry -> cancels.repeat(now, node, entry.command()));
        for (int from = 0; from < entries.size(); from += Inquiry.MAX) {
            var inquiry = new Inquiry(
                    node.link.peerSession(),
                    node.link.conversation(),
                    entries.subList(from, Math.min(entries.size(), from + Inquiry.MAX)));
            nodes.enqueue(now, node, Lane.RESULTS, Subject.inquiry(node.name), inquiry.encode());
        }
    }

    private static Inquiry.Entry known(Execution execution) {
        return new Inquiry.Entry(
                execution.command(),
                execution.attempt(),
                execution.isFinal() ? Optional.of(execution.state()) : Optional.empty());
    }

    /** @param from the node whose link has brought it, or the station itself where it came on none */
    private void refuse(Now now, NodeName from, Refusal refusal) {
        sink.write(new LedgerWrite.Quarantine(refusal.kept(), refusal.reason(), now.wall()));
        if (undecodable.next()) {
            String text = "%d frames refused; the last, on %s: %s"
                    .formatted(undecodable.count(), refusal.kept().subject(), refusal.reason());
            sink.write(new LedgerWrite.PutEvent(from, "link", text, now.wall(), now.wall()));
            sink.log(System.Logger.Level.WARNING, text);
        }
    }
}
