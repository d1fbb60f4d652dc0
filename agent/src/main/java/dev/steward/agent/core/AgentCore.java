// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.core;

import dev.steward.message.AuditHead;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.EnrolmentAnswer;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.ErrorEvent;
import dev.steward.message.Inquiry;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.OperatorList;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.Refusal;
import dev.steward.message.RefusedException;
import dev.steward.message.Space;
import dev.steward.message.Subject;
import dev.steward.message.Tally;
import dev.steward.message.TurnDown;
import dev.steward.message.WireMessage;
import dev.steward.message.audit.AuditEntry.Who;
import dev.steward.message.json.JsonObject;
import dev.steward.message.link.Frame;
import dev.steward.message.link.Lane;
import dev.steward.message.link.Link;
import dev.steward.message.link.LinkCounters;
import dev.steward.message.link.LinkEvent;
import dev.steward.message.link.LinkSink;
import dev.steward.message.link.LinkWrite;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.Now;
import dev.steward.message.link.Session;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.trust.LocalTrust;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * What an agent decides: the node's end of the link, and its executions. A machine without I/O; the loop around it
 * feeds it one input at a time, commits what it wrote, then carries out the rest. Not thread-safe.
 */
public final class AgentCore {
    /**
     * How an agent is set up.
     *
     * @param identity the key by which documents name this machine
     * @param concurrency by process name; 1 for those not named
     * @param signatures how those of documents are checked
     */
    public record Settings(
            NodeName name,
            KeyId identity,
            NodeName station,
            Session session,
            String bootId,
            Duration heartbeat,
            Map<String, Integer> concurrency,
            Capacity capacity,
            Signatures signatures) {}

    /**
     * What may wait at a node, from whatever direction.
     *
     * @param inboxCommands commands not yet started; with more the station is granted no window
     * @param inboxBytes of their documents, likewise
     * @param bulkBytes of streamed output in the outbox; above it output is cut, and the cut counted
     */
    public record Capacity(int inboxCommands, long inboxBytes, long bulkBytes) {
        public static final Capacity DEFAULT =
                new Capacity(Limits.INBOX_COMMANDS, Limits.INBOX_BYTES, Limits.BULK_OUTBOX_BYTES);
    }

    /**
     * What a live station says of itself and this node in each hello; both hold starts up.
     *
     * @param list the number of its list of operators, 0 for none
     * @param frozen whether it hears two under this node's identity
     */
    public record Told(long list, boolean frozen) {
        public static final Told NOTHING = new Told(0, false);
    }

    /**
     * What a process knows besides the journal that it takes up.
     *
     * @param alive executions that still run in this very process
     * @param foundWaiting where this very process has only reopened its journal, what its first core had found waiting
     *     there: of all else it is sure. Empty where it has just started, and the journal may be an older copy
     * @param told what the station has said to this process
     */
    public record Recovery(Set<CommandId> alive, Optional<Set<CommandId>> foundWaiting, Told told) {
        public static Recovery atStart() {
            return new Recovery(Set.of(), Optional.empty(), Told.NOTHING);
        }

        /** Of a process that has only reopened its journal. */
        public static Recovery of(AgentCore former, Set<CommandId> alive) {
            return new Recovery(alive, Optional.of(former.found.waiting()), former.judge.told());
        }

        boolean isSureOf(CommandId id) {
            return foundWaiting.isPresent() && !foundWaiting.get().contains(id);
        }
    }

    private final AgentSink sink;
    private final Capacity capacity;
    private final Link link;
    private final Outbox outbox;
    private final AuditLog audit;
    private final StationAudit stationAudit;
    private final Judge judge;
    private final Executions executions;
    private final FoundAtStart found;
    private final Orders orders;
    private final Deque<LinkEvent> events = new ArrayDeque<>();
    private final LinkSink linkSink = new LinkSink() {
        @Override
        public void write(LinkWrite write) {
            sink.write(new JournalWrite.OfLink(write));
        }

        @Override
        public void send(Frame frame) {
            sink.send(frame);
        }

        @Override
        public void tell(LinkEvent event) {
            events.addLast(event); // handled when the link is done, never in the middle of its work
        }
    };
    private final Tally undecodable = new Tally();
    private final Tally staleGenerations = new Tally();

    /**
     * Takes up what the journal holds.
     *
     * @param space as last seen
     * @param trust what this machine's own trust file says
     * @param draining whether nothing new is to start
     */
    public AgentCore(
            Settings settings,
            AgentStore store,
            AgentSink sink,
            MethodCheck methods,
            RandomGenerator random,
            Now now,
            Recovery recovery,
            Space space,
            LocalTrust trust,
            boolean draining) {
        this.sink = sink;
        this.capacity = settings.capacity();
        this.link = new Link(
                Link.End.NODE,
                settings.name(),
                settings.station(),
                settings.session(),
                store.generation(),
                settings.heartbeat(),
                store,
                random);
        this.outbox = new Outbox(settings, link, linkSink, store);
        this.audit = new AuditLog(store, sink, now);
        this.stationAudit = new StationAudit(store, sink, audit, now);
        link.tellsAudit(audit::mark);
        this.judge = new Judge(settings, trust, recovery.told(), store, sink, outbox, link, audit);
        var supervisor = new Supervisor(settings.concurrency());
        this.executions = new Executions(settings, store, sink, judge, outbox, supervisor, space, audit);
        this.found = new FoundAtStart(settings, store, sink, outbox, supervisor, executions);
        this.orders = new Orders(settings, store, sink, methods, outbox, judge, executions, found, audit);
        if (recovery.foundWaiting().isEmpty()) {
            String text = "the agent starts, in the machine's run %s; %s".formatted(settings.bootId(), judge.rules());
            audit.record(now, AuditAction.START, Who.ITSELF, text);
        }
        judge.report(now);
        if (draining) {
            executions.drain();
        }
        found.recover(now, recovery);
        grantWindow();
    }

    /** What the node tells of itself. */
    public void describe(String digest, JsonObject facts) {
        link.describe(digest, facts);
    }

    public void connected(Now now) {
        link.connected(now, linkSink);
        handleEvents(now);
    }

    public void disconnected(Now now) {
        link.disconnected(linkSink);
        handleEvents(now);
    }

    public void frame(Now now, Frame frame) {
        link.frame(now, frame, linkSink);
        handleEvents(now);
    }

    /** Something arrived that is no frame: counted, kept, and never the end of anything. */
    public void undecodable(Now now, Refusal refusal) {
        if (quarantine(now, refusal)) {
            String text = undecodable.count() + " frames refused; the last: " + refusal.reason();
            outbox.error(now, new ErrorEvent("link", text, now.wall()));
        }
    }

    /** Frames were refused that are not from whom they say; told at a bounded pace. */
    public void forged(Now now, String text) {
        sink.log(System.Logger.Level.WARNING, text);
        audit.refused(now, text);
        outbox.error(now, new ErrorEvent("link", text, now.wall()));
    }

    /** @return for the 1st, 2nd, 4th, 8th …: a flood must fill neither the log nor the outbox */
    private boolean quarantine(Now now, Refusal refusal) {
        sink.write(new JournalWrite.Quarantine(refusal.kept(), refusal.reason(), now.wall()));
        audit.refused(now, "on %s: %s".formatted(refusal.kept().subject(), refusal.reason()));
        boolean told = undecodable.next();
        if (told) {
            sink.log(
                    System.Logger.Level.WARNING,
                    "refused frame %d, on %s: %s"
                            .formatted(undecodable.count(), refusal.kept().subject(), refusal.reason()));
        }
        return told;
    }

    public void spawned(CommandId id, long pid, long startTicks) {
        sink.write(new JournalWrite.PutSpawned(id, pid, startTicks));
    }

    public void output(Now now, CommandId id, int attempt, OutputChunk chunk) {
        executions.output(now, id, attempt, chunk);
    }

    public void ended(Now now, CommandId id, Outcome outcome) {
        executions.ended(now, id, outcome);
        grantWindow();
    }

    /** The method of a process threw. */
    public void failed(Now now, CommandId id, String error) {
        executions.failed(now, id, error);
        grantWindow();
    }

    public void tick(Now now) {
        link.tick(now, linkSink);
        handleEvents(now);
        audit.tick(now);
        judge.tick(now);
        found.tick(now);
        executions.tick(now);
        grantWindow();
    }

    /** This machine's trust file has changed. */
    public void trust(Now now, LocalTrust trust) {
        judge.local(now, trust);
    }

    /** What room the journal's disk has. */
    public void space(Now now, Space space) {
        executions.space(now, space);
        grantWindow();
    }

    /** Ends a batch of inputs, before its commit. */
    public void flush() {
        link.flush(linkSink);
    }

    /** Nothing new starts from now on; what runs may go on. */
    public void drain() {
        executions.drain();
    }

    /** Ends what still runs, as interrupted. */
    public void interruptAll() {
        executions.interruptAll();
    }

    public boolean isIdle() {
        return executions.running().isEmpty();
    }

    /** The last word before a planned stop. */
    public void leave(Now now) {
        link.leave(now, linkSink);
        handleEvents(now);
    }

    public boolean isLive() {
        return link.isLive();
    }

    public LinkCounters counters() {
        return link.counters();
    }

    private void handleEvents(Now now) {
        LinkEvent event;
        while ((event = events.pollFirst()) != null) {
            switch (event) {
                case LinkEvent.Deliver(Frame.Data data) -> message(now, data);
                case LinkEvent.Duplicate(Frame.Data data) -> duplicate(now, data);
                case LinkEvent.Unreadable(Frame.Unreadable frame, boolean known) -> {
                    quarantine(now, frame.refusal());
                    if (!known) {
                        tellRefused(now, frame.id(), frame.refusal().reason());
                    }
                }
                case LinkEvent.PeerRecorded(var entry) -> {
                    outbox.recorded(entry);
                    found.recorded(entry.id());
                }
                case LinkEvent.PeerLive(Frame.Hello hello, boolean fresh) -> {
                    judge.heard(now, new Told(hello.operators(), hello.frozen()));
                    hello.audit().ifPresent(mark -> stationAudit.heard(now, mark));
                    if (fresh) {
                        found.contact(now);
                        sink.log(
                                System.Logger.Level.INFO,
                                "station %s is there, generation %d"
                                        .formatted(
                                                hello.envelope().from(),
                                                hello.envelope().generation()));
                    }
                }
                case LinkEvent.PeerReturned returned -> {} // two stations are told apart by their generations
                case LinkEvent.PeerGone(String why) ->
                    sink.log(System.Logger.Level.WARNING, "station not reachable: " + why);
                case LinkEvent.StaleGeneration(long said, long known) -> staleGeneration(said, known);
                case LinkEvent.ObeysHigherGeneration higher -> {} // told at stations
                case LinkEvent.RaisedGeneration(long generation) ->
                    sink.write(new JournalWrite.PutGeneration(generation));
            }
        }
        grantWindow();
    }

    /** Seen for the first time. */
    private void message(Now now, Frame.Data data) {
        Subject subject = data.subject();
        try {
            if (subject.kind() != Subject.Kind.COMMAND) {
                throw new RefusedException("this node takes commands only");
            }
            if (isInquiry(data)) {
                found.inquiry(now, Inquiry.decode(data.body()), data);
                return;
            }
            if (subject.equals(Subject.otherKeys(subject.node()))) {
                judge.otherKeys(now, EnrolmentAnswer.decode(data.body()));
                return;
            }
            SignedDocument signed = SignedDocument.decode(data.body());
            switch (signed.read()) {
                case Document.Cancel cancel -> orders.cancel(now, signed, cancel, data);
                case Document.Command command -> orders.command(now, signed, command, data);
                case OperatorList list -> {
                    judge.list(now, signed, list);
                    executions.startAll(now); // which may have waited for it
                }
                case NodeRecord record -> throw new RefusedException("records of nodes are for the station");
                case EnrolmentRequest request ->
                    throw new RefusedException("requests for admission are for the station");
                case TurnDown turnDown -> throw new RefusedException("what waits at the station is turned down there");
                case AuditHead head -> throw new RefusedException("heads of an audit log order nothing");
            }
        } catch (RefusedException e) {
            var message =
                    new WireMessage(subject.toString(), Map.of("i", data.id().toString()), data.body());
            quarantine(now, Refusal.of(message, e.getMessage()));
            tellRefused(now, data.id(), e.getMessage());
        }
    }

    /** Nothing will come of this message; whoever waits for that must hear it. */
    private void tellRefused(Now now, MessageId id, String reason) {
        outbox.error(
                now, new ErrorEvent("message " + id, "refused: " + reason, now.wall(), Optional.of(id.toString())));
    }

    /** Its id is known: a command is answered with its present state. */
    private void duplicate(Now now, Frame.Data data) {
        try {
            if (data.subject().kind() == Subject.Kind.COMMAND
                    && !isInquiry(data)
                    && SignedDocument.decode(data.body()).read() instanceof Document.Command command) {
                executions.retell(now, command.id(), data.subject());
            }
        } catch (RefusedException e) {
            sink.log(System.Logger.Level.DEBUG, "recorded before, and not readable now: " + e.getMessage());
        }
    }

    private static boolean isInquiry(Frame.Data data) {
        return data.subject().equals(Subject.inquiry(data.subject().node()));
    }

    private void staleGeneration(long said, long known) {
        if (staleGenerations.next()) {
            sink.log(
                    System.Logger.Level.WARNING,
                    "refused %d frames of a station of generation %d; generation %d has spoken: is an old station running? if its ledger was restored, start it again"
                            .formatted(staleGenerations.count(), said, known));
        }
    }

    /** A full inbox, or disk, takes no more commands: they wait at the station. */
    private void grantWindow() {
        boolean full = executions.isSpaceLow()
                || executions.waitingCount() >= capacity.inboxCommands()
                || executions.waitingBytes() >= capacity.inboxBytes();
        link.grant(Lane.CONTROL, full ? 0 : Limits.WINDOW_BYTES);
    }
}
