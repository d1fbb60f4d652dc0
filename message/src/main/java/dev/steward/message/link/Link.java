// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.Subject;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.json.JsonObject;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedSet;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One end of the reliable two-way channel between a station and a node: a machine without I/O, the same at both ends.
 * Whoever drives it feeds frames and time in, and carries the effects out: writes are committed before anything is
 * sent. Not thread-safe.
 *
 * <p>A <em>conversation</em> is between two sessions, one of each end; the station counts the conversations of a link.
 * Both ends number from 1 in a new conversation and send again whatever is not recorded, so numbers need never be
 * stored: the ids tell what is known. A session that was left for another one comes back in a new conversation. A
 * conversation opens by hellos that answer each other's nonces:
 *
 * <pre>
 *   node    hello nonce=1 answer              →
 *           ←                                   hello nonce=1 echo=1 answer     station
 *   node    hello nonce=2 echo=1 answer       →
 *           ←                                   hello nonce=2 echo=2            (both live)
 * </pre>
 */
public final class Link {
    private static final long FIRST_HELLO_RETRY_MS = 1_000;
    private static final long ANSWER_PACE_MS = 250;
    private static final int MISSED_HEARTBEATS = 3;
    private static final int LEFT_SESSIONS = 16;

    /** Most urgent first. Questions and cancels do not wait behind thousands of commands. */
    private static final List<Lane> ORDER_OF_SENDING = List.of(Lane.RESULTS, Lane.CONTROL, Lane.BULK);

    /** Which end this is: the node opens conversations and keeps the heartbeat, the station answers. */
    public enum End {
        NODE,
        STATION
    }

    private final End end;
    private final NodeName self;
    private final NodeName peer;
    private final Session session;
    private final Duration heartbeat;
    private final RandomGenerator random;
    private final LinkStore store;
    private final Map<LinkStore.SeenKey, Long> seen;
    private final Map<Lane, LaneSender> senders = new EnumMap<>(Lane.class);
    private final Map<Lane, LaneReceiver> receivers = new EnumMap<>(Lane.class);
    private final LinkCounters counters = new LinkCounters();

    private long generation;
    private @Nullable Session peerSession;
    private long conversation;
    private final SequencedSet<Session> leftSessions = new LinkedHashSet<>();
    private boolean live;
    private long nonce;
    private OptionalLong peerNonce = OptionalLong.empty();
    private @Nullable Session nonceOf; // the session that has said it, and that our next hello speaks to
    private Duration peerHeartbeat;
    private long heardAt;
    private long helloAt;
    private long helloRetry = FIRST_HELLO_RETRY_MS;
    private long answerNotBefore = Long.MIN_VALUE;
    private boolean connected;

    /** Of our hello with the newest nonce: when it asked for an answer, empty where it did not, or did more than once. */
    private OptionalLong askedAt = OptionalLong.empty();

    private boolean nonceUsed;

    private final FactsExchange facts = new FactsExchange();
    private long operators;
    private boolean frozen;
    private Supplier<AuditMark> audit = () -> AuditMark.NONE;
    private final Congestion congestion = new Congestion();

    public Link(
            End end,
            NodeName self,
            NodeName peer,
            Session session,
            long generation,
            Duration heartbeat,
            LinkStore store,
            RandomGenerator random) {
        this.end = end;
        this.self = self;
        this.peer = peer;
        this.session = session;
        this.generation = generation;
        this.heartbeat = heartbeat;
        this.peerHeartbeat = heartbeat;
        this.store = store;
        this.random = random;
        this.seen = store.seen(peer);
        this.nonce = 1 + (random.nextLong() >>> 2); // an answer to an earlier start's hello must not pass as live
        for (Lane lane : Lane.values()) {
            senders.put(lane, new LaneSender(lane, random));
            receivers.put(lane, new LaneReceiver(lane, random));
        }
    }

    public NodeName peer() {
        return peer;
    }

    /** Whether the other side has answered our newest nonce and not fallen silent since. */
    public boolean isLive() {
        return live;
    }

    public long generation() {
        return generation;
    }

    public LinkCounters counters() {
        return counters;
    }

    /** What this end tells of itself in its hellos. */
    public void describe(String digest, JsonObject description) {
        facts.describe(digest, description);
    }

    /** The digest of the other end's facts as this end has stored them. */
    public void knowsFacts(String digest) {
        facts.knows(digest);
    }

    /** The number of this end's list of operators, which its hellos tell. */
    public void tellsOperators(long number) {
        operators = number;
    }

    /** How far this end's audit log has come, which its hellos tell; a hello leaves after the commit of its batch. */
    public void tellsAudit(Supplier<AuditMark> mark) {
        audit = mark;
    }

    /** Whether two sessions of the other side's identity speak in turn, and nobody has decided which of them stays. */
    public boolean isFrozen() {
        return frozen;
    }

    /** Sends nothing but hellos, which say so, and receipts, until {@link #unfreeze}. */
    public void freeze() {
        frozen = true;
    }

    /** Whoever speaks now is the only one, until another session comes back; says so at once. */
    public void unfreeze(Now now, LinkSink out) {
        frozen = false;
        leftSessions.clear();
        if (connected) {
            sayHello(now, true, false, out);
        }
        pumpAll(now, out);
    }

    /** Whether what is put into the outbox may leave at once. */
    public boolean mayLeave() {
        return live && !frozen;
    }

    /** Puts a message into the outbox and sends it as soon as the window allows. */
    public void enqueue(Now now, OutboxEntry entry, LinkSink out) {
        if (entry.encodedBytes() > Limits.FRAME_BYTES) {
            throw new IllegalArgumentException("a message of %d bytes to %s exceeds the frame limit of %d"
                    .formatted(entry.encodedBytes(), entry.subject(), Limits.FRAME_BYTES));
        }
        out.write(new LinkWrite.PutOutbox(entry));
        sender(entry.lane()).enqueue(entry, mayLeave());
        pump(now, entry.lane(), out);
    }

    /** Takes back a message that was never sent. */
    public void withdraw(OutboxEntry entry, LinkSink out) {
        if (entry.sent()) {
            throw new IllegalArgumentException("entry " + entry.position() + " may have left");
        }
        sender(entry.lane()).withdraw(entry.position());
        out.write(new LinkWrite.DeleteOutbox(entry.position()));
    }

    /**
     * Sends something else in the place of a message that may have left, from now on: whichever of the two the peer gets
     * first is the message with this id, and the other one is a duplicate.
     */
    public void replace(Lane lane, MessageId id, Subject subject, byte[] body, LinkSink out) {
        sender(lane).replace(id, subject, body);
        out.write(new LinkWrite.ReplaceOutbox(peer, lane, id, subject, body));
    }

    /**
     * The peer has evidently recorded a message whose receipt has not come yet. It is not sent again in another
     * conversation, where the peer may have come back with a store that has never seen it.
     */
    public void settle(Lane lane, MessageId id, LinkSink out) {
        OptionalLong position = sender(lane).settle(id);
        out.write(
                position.isPresent()
                        ? new LinkWrite.DeleteOutbox(position.getAsLong())
                        : new LinkWrite.ForgetOutbox(peer, lane, id));
    }

    /** Gives up what is not yet sent in this conversation, because it was meant for an earlier one. */
    public void forget(Lane lane, Subject subject, LinkSink out) {
        sender(lane).forget(subject);
        out.write(new LinkWrite.ForgetSubject(peer, lane, subject));
    }

    /** How many unrecorded bytes of this lane are welcome; 0 stops the sender. */
    public void grant(Lane lane, int bytes) {
        receiver(lane).grant(bytes);
    }

    /** The bus has a connection (again); whatever was sent before may be lost. */
    public void connected(Now now, LinkSink out) {
        connected = true;
        helloRetry = FIRST_HELLO_RETRY_MS;
        sayHello(now, true, false, out);
    }

    public void disconnected(LinkSink out) {
        connected = false;
        gone("no connection to the broker", out);
    }

    /** The last word before a planned stop. */
    public void leave(Now now, LinkSink out) {
        sayHello(now, false, true, out);
    }

    public void frame(Now now, Frame frame, LinkSink out) {
        long said = frame.envelope().generation();
        if (end == End.NODE && said != generation) {
            if (said < generation) {
                counters.staleGeneration++;
                out.tell(new LinkEvent.StaleGeneration(said, generation));
                return;
            }
            generation = said;
            out.tell(new LinkEvent.RaisedGeneration(said));
        } else if (end == End.STATION && said > generation) {
            out.tell(new LinkEvent.ObeysHigherGeneration(said)); // the word of the node is recorded all the same
        }
        switch (frame) {
            case Frame.Hello hello -> hello(now, hello, out);
            case Frame.Numbered data -> {
                if (inConversation(now, data.envelope(), data.peer(), out)) {
                    receiver(data.lane()).data(now.millis(), data, seen, this, out);
                }
            }
            case Frame.Recorded recorded -> {
                if (inConversation(now, recorded.envelope(), recorded.peer(), out)) {
                    recorded.lanes().forEach((lane, receipt) -> {
                        if (!sender(lane).recorded(now.millis(), receipt, this, out)) {
                            counters.badReceipts++;
                        }
                    });
                    pumpAll(now, out);
                }
            }
            case Frame.Resend resend -> {
                if (inConversation(now, resend.envelope(), resend.peer(), out)) {
                    sender(resend.lane()).resend(now.millis(), resend.from(), resend.upTo(), this, out);
                }
            }
        }
    }

    public void tick(Now now, LinkSink out) {
        if (live && now.millis() - heardAt > MISSED_HEARTBEATS * silenceUnit().toMillis()) {
            gone("nothing heard for " + (now.millis() - heardAt) / 1000 + " s", out);
            helloRetry = firstHelloRetry();
            helloAt = now.millis();
        }
        if (end == End.NODE && connected && now.millis() >= helloAt) {
            sayHello(now, true, false, out);
        }
        if (live) {
            senders.values().forEach(sender -> sender.tick(now.millis(), this, out));
        }
    }

    /** Ends a batch: one receipt for all that it delivered. Call it before the commit; the frame leaves after it. */
    public void flush(LinkSink out) {
        if (peerSession == null) {
            return;
        }
        var due = new EnumMap<Lane, Frame.Receipt>(Lane.class);
        receivers.forEach((lane, receiver) -> {
            if (receiver.takeReceiptDue()) {
                due.put(lane, receiver.receipt());
            }
        });
        if (!due.isEmpty()) {
            out.send(new Frame.Recorded(envelope(), peerSession, due));
        }
    }

    /** Forgets what the store has forgotten. */
    void trimSeen() {
        if (seen.size() > Limits.SEEN_SESSIONS * Lane.values().length) {
            seen.clear();
            seen.putAll(store.seen(peer));
        }
    }

    Frame.Envelope envelope() {
        return new Frame.Envelope(self, peer, generation, session, conversation);
    }

    /** The number of the conversation, 0 before the first. */
    public long conversation() {
        return conversation;
    }

    /** The session that the conversation is with. */
    public Session peerSession() {
        if (peerSession == null) {
            throw new IllegalStateException("no conversation with " + peer);
        }
        return peerSession;
    }

    private void hello(Now now, Frame.Hello hello, LinkSink out) {
        if (end == End.NODE && hello.peer().filter(to -> !to.equals(session)).isPresent()) {
            counters.stale++; // for an earlier start of this node, or for a twin
            return;
        }
        peerNonce = OptionalLong.of(hello.nonce());
        nonceOf = hello.envelope().session();
        facts.heard(hello);
        boolean answersUs = hello.echo().isPresent() && hello.echo().getAsLong() == nonce;
        if (!answersUs) {
            counters.notLive++;
            // Answered at a bounded pace: where the network repeats frames, each answer would bring two more.
            if (hello.answer() && now.millis() >= answerNotBefore) {
                answerNotBefore = now.millis() + ANSWER_PACE_MS;
                sayHello(now, true, false, out);
            }
            return;
        }
        OptionalLong asked = askedAt;
        nonce++; // a replay of this hello will not be live
        nonceUsed = false;
        peerHeartbeat = hello.heartbeat();
        heardAt = now.millis();
        if (hello.leaving()) {
            gone("it said that it stops", out);
            return;
        }
        long opened =
                end == End.STATION ? spokenConversation() : hello.envelope().conversation();
        boolean fresh = opened != conversation || !hello.envelope().session().equals(peerSession);
        if (fresh) {
            open(hello.envelope().session(), opened, out);
        }
        asked.ifPresent(at -> congestion.roundTrip(now.millis() - at, 0));
        live = true;
        facts.accept(hello);
        helloRetry = firstHelloRetry();
        helloAt = now.millis() + heartbeat.toMillis();
        out.tell(new LinkEvent.PeerLive(hello, fresh));
        boolean sameConversation = hello.peer().isPresent()
                && hello.peer().get().equals(session)
                && hello.envelope().conversation() == conversation;
        if (hello.answer() || facts.lacking().isPresent()) {
            // The node asks back, so that it always holds the station's newest nonce and its next word is live.
            sayHello(now, end == End.NODE, false, out);
        }
        if (!fresh && sameConversation) {
            for (Lane lane : Lane.values()) {
                resume(now, lane, hello.lanes().getOrDefault(lane, Frame.Progress.NONE), out);
            }
        }
        pumpAll(now, out);
    }

    private boolean speaksToPeer() {
        return nonceOf != null && nonceOf.equals(peerSession);
    }

    /** The conversation with the session that the next hello speaks to: the open one, or the one that it may open. */
    private long spokenConversation() {
        if (speaksToPeer()) {
            return conversation;
        }
        return end == End.STATION ? conversation + 1 : 0;
    }

    private void open(Session with, long number, LinkSink out) {
        if (leftSessions.remove(with)) {
            frozen |= end == End.STATION; // two stations are told apart by their generations
            out.tell(new LinkEvent.PeerReturned(with));
        }
        if (peerSession != null && !peerSession.equals(with)) {
            leftSessions.add(peerSession);
            if (leftSessions.size() > LEFT_SESSIONS) {
                leftSessions.removeFirst();
            }
        }
        peerSession = with;
        conversation = number;
        congestion.restart();
        senders.values().forEach(LaneSender::restart);
        receivers.values().forEach(LaneReceiver::restart);
    }

    /** A hello within a conversation tells of receipts and of tails that were lost. */
    private void resume(Now now, Lane lane, Frame.Progress progress, LinkSink out) {
        if (progress.seen() > sender(lane).highestSent()) {
            counters.badReceipts++;
            return;
        }
        sender(lane).recorded(now.millis(), new Frame.Receipt(progress.seen(), progress.window()), this, out);
        receiver(lane).peerSent(now.millis(), progress.sent(), this, out);
    }

    private boolean inConversation(Now now, Frame.Envelope envelope, Session to, LinkSink out) {
        if (envelope.session().equals(peerSession) && to.equals(session) && envelope.conversation() == conversation) {
            heardAt = now.millis();
            return true; // liveness only decides whether we send; what arrives in order is good either way
        }
        counters.stale++;
        // The other side talks to a session that is over, or we have missed its hello: ask, at the pace of retries.
        if (connected && now.millis() >= helloAt) {
            sayHello(now, true, false, out);
        }
        return false;
    }

    private void sayHello(Now now, boolean answer, boolean leaving, LinkSink out) {
        var lanes = new EnumMap<Lane, Frame.Progress>(Lane.class);
        for (Lane lane : Lane.values()) {
            long sent = sender(lane).highestSent();
            Frame.Receipt receipt = receiver(lane).receipt();
            var progress = new Frame.Progress(sent, receipt.number(), receipt.window());
            if (speaksToPeer() && !progress.equals(Frame.Progress.NONE)) {
                lanes.put(lane, progress);
            }
        }
        out.send(new Frame.Hello(
                new Frame.Envelope(self, peer, generation, session, spokenConversation()),
                Optional.ofNullable(nonceOf),
                nonce,
                peerNonce,
                answer,
                leaving,
                now.wall(),
                heartbeat,
                lanes,
                facts.ownDigest(),
                facts.knownDigest(),
                peerNonce.isPresent() ? facts.lacking() : Optional.empty(),
                operators,
                frozen,
                Optional.of(audit.get()).filter(mark -> !mark.isNone())));
        askedAt = answer && !nonceUsed ? OptionalLong.of(now.millis()) : OptionalLong.empty();
        nonceUsed = true;
        if (answer) {
            helloAt = now.millis() + helloRetry + random.nextLong(helloRetry / 2);
            helloRetry = Math.min(helloRetry * 2, heartbeat.toMillis());
        }
    }

    private long firstHelloRetry() {
        return Math.min(congestion.timeout(FIRST_HELLO_RETRY_MS), heartbeat.toMillis());
    }

    private void gone(String why, LinkSink out) {
        if (live) {
            live = false;
            senders.values().forEach(LaneSender::forgetTimes);
            out.tell(new LinkEvent.PeerGone(why));
        }
    }

    /** A node judges its station by its own heartbeat, which the station answers; the station by the node's. */
    private Duration silenceUnit() {
        return end == End.NODE ? heartbeat : peerHeartbeat;
    }

    Congestion congestion() {
        return congestion;
    }

    /** Unrecorded bytes on all lanes. */
    long inFlightBytes() {
        return senders.values().stream().mapToLong(LaneSender::inFlightBytes).sum();
    }

    /** Whether the link can carry more of a lane; what is less urgent does not count. */
    boolean hasRoom(Lane lane) {
        long bytes = 0;
        for (Lane each : ORDER_OF_SENDING) {
            bytes += sender(each).inFlightBytes();
            if (each == lane) {
                break;
            }
        }
        return bytes < congestion.window(lane);
    }

    private void pumpAll(Now now, LinkSink out) {
        ORDER_OF_SENDING.forEach(lane -> pump(now, lane, out));
    }

    private void pump(Now now, Lane lane, LinkSink out) {
        if (mayLeave()) {
            sender(lane).pump(now.millis(), this, store, out);
        }
    }

    private LaneSender sender(Lane lane) {
        return Objects.requireNonNull(senders.get(lane));
    }

    private LaneReceiver receiver(Lane lane) {
        return Objects.requireNonNull(receivers.get(lane));
    }
}
