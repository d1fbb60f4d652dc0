// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.bus.BusListener;
import dev.steward.bus.BusSettings;
import dev.steward.bus.NatsBus;
import dev.steward.message.Ack;
import dev.steward.message.Document;
import dev.steward.message.EnrolmentAnswer;
import dev.steward.message.ErrorEvent;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.WireMessage;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.json.JsonObject;
import dev.steward.message.link.Frame;
import dev.steward.message.link.FrameCodec;
import dev.steward.message.link.Lane;
import dev.steward.message.link.Link;
import dev.steward.message.link.LinkEvent;
import dev.steward.message.link.LinkSink;
import dev.steward.message.link.LinkStore;
import dev.steward.message.link.LinkWrite;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.OutboxEntry;
import dev.steward.message.link.Session;
import dev.steward.message.seal.ForgedException;
import dev.steward.message.seal.LinkKey;
import dev.steward.message.seal.Seal;
import dev.steward.message.signing.SignedDocument;
import dev.steward.store.CommitLoop;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/** A node by script: it speaks the link for real, records what it is sent, and says of it what the test tells it to. */
final class ScriptedNode implements AutoCloseable {
    private static final NodeName STATION = NodeName.CENTRAL;
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);

    private final RandomGenerator random = new SecureRandom();
    private final Session session = Session.create(random);
    private final ScheduledExecutorService loop = new ScheduledThreadPoolExecutor(1, new DiscardPolicy());
    private final BlockingQueue<Document> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<EnrolmentAnswer> otherKeys = new LinkedBlockingQueue<>();
    private final CountDownLatch live = new CountDownLatch(1);
    private final Ends ends = new Ends();
    private final Link link;
    private final Seal seal;
    private final CompletableFuture<NatsBus> bus = new CompletableFuture<>();
    private volatile AuditMark audit = AuditMark.NONE;
    private volatile MessageId lastMessage = new MessageId(session, 1);
    private final Object heard = new Object(); // guards the next two
    private boolean frozen;
    private int hellos;
    private long counter;

    /** @param operators the number of the list of operators that it says it has */
    ScriptedNode(TestNode node, LinkKey station, String broker, Map<String, ?> facts, long operators)
            throws InterruptedException {
        NodeName self = node.name();
        String name = self.value();
        seal = node.seal(station);
        link = new Link(Link.End.NODE, self, STATION, session, 0, HEARTBEAT, ends, random);
        link.describe("facts-" + name, JsonObject.of(facts));
        link.tellsOperators(operators);
        link.tellsAudit(() -> audit);
        bus.complete(NatsBus.node(BusSettings.of(broker, name), name, new FromBus()));
        var _ = loop.scheduleAtFixedRate(() -> link.tick(CommitLoop.now(), ends), 100, 100, TimeUnit.MILLISECONDS);
        if (!live.await(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the station does not answer " + name);
        }
    }

    /** How far its own log has come, as its hellos say, the first of them now. */
    void tellsAudit(AuditMark mark) {
        audit = mark;
        loop.execute(() -> link.connected(CommitLoop.now(), ends)); // says hello
    }

    /** The next document that this node was sent and has recorded. */
    Document awaitDocument() throws InterruptedException {
        Document document = received.poll(20, TimeUnit.SECONDS);
        if (document == null) {
            throw new AssertionError("nothing arrived at the node");
        }
        return document;
    }

    /** The next other keys of its that it is told were approved. */
    NodeRecord awaitOtherKeys() throws InterruptedException, RefusedException {
        EnrolmentAnswer approved = otherKeys.poll(20, TimeUnit.SECONDS);
        if (approved == null) {
            throw new AssertionError("the node is not told of other keys");
        }
        return (NodeRecord) approved.record().orElseThrow().read();
    }

    boolean hasReceivedNothing() {
        return received.isEmpty();
    }

    /** Waits until the station's newest hello to it says so. */
    void awaitFrozen(boolean wanted) throws InterruptedException {
        await(() -> frozen == wanted, "that it is" + (wanted ? "" : " no longer") + " frozen");
    }

    /** Waits until the station has said hello to it so many times more. */
    void awaitHellos(int more) throws InterruptedException {
        int wanted;
        synchronized (heard) {
            wanted = hellos + more;
        }
        await(() -> hellos >= wanted, "hello");
    }

    private void await(BooleanSupplier holds, String what) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        synchronized (heard) {
            while (!holds.getAsBoolean()) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    throw new AssertionError("the station does not say " + what);
                }
                TimeUnit.NANOSECONDS.timedWait(heard, left);
            }
        }
    }

    /** Says something about a command. */
    void say(Ack ack) {
        Lane lane = ack instanceof Ack.Output ? Lane.BULK : Lane.RESULTS;
        send(lane, Subject.ack(STATION, "shellcommand", "operatingsystem"), ack.encode());
    }

    void say(ErrorEvent event) {
        send(Lane.RESULTS, Subject.errorLog(STATION), event.encode());
    }

    /** Sends a message that the link can read and, unless the station knows that subject and form, nobody else. */
    void send(Lane lane, Subject subject, byte[] body) {
        loop.execute(() -> {
            long number = ++counter;
            var id = new MessageId(session, number);
            link.enqueue(
                    CommitLoop.now(), new OutboxEntry(number, STATION, lane, id, subject, body, link.isLive()), ends);
        });
    }

    /** The id of the message that has brought the last document. */
    MessageId lastMessage() {
        return lastMessage;
    }

    /** Says that it stops, and stops; the station then knows it as not reachable. */
    @Override
    public void close() throws InterruptedException {
        if (!loop.isShutdown()) {
            loop.execute(() -> link.leave(CommitLoop.now(), ends));
            vanish();
        }
    }

    /** Is gone without a word. */
    void vanish() throws InterruptedException {
        loop.shutdown();
        loop.awaitTermination(5, TimeUnit.SECONDS);
        bus.join().close();
    }

    /** Where the link's effects go: a store in memory, the bus, and the queue of documents. */
    private final class Ends implements LinkStore, LinkSink {
        private final TreeMap<Long, OutboxEntry> outbox = new TreeMap<>();

        @Override
        public List<OutboxEntry> outboxAfter(NodeName peer, Lane lane, long position, int maxBytes) {
            return outbox.tailMap(position, false).values().stream()
                    .filter(entry -> entry.lane() == lane)
                    .limit(Math.max(1, maxBytes / Limits.FRAME_BYTES))
                    .toList();
        }

        @Override
        public Map<SeenKey, Long> seen(NodeName peer) {
            return new HashMap<>();
        }

        @Override
        public void write(LinkWrite write) {
            if (write instanceof LinkWrite.PutOutbox(OutboxEntry entry)) {
                outbox.put(entry.position(), entry);
            } else if (write instanceof LinkWrite.DeleteOutbox(long position)) {
                outbox.remove(position);
            }
        }

        @Override
        public void send(Frame frame) {
            bus.join().publish(seal.seal(FrameCodec.encode(frame)));
        }

        @Override
        public void tell(LinkEvent event) {
            if (event instanceof LinkEvent.PeerLive(Frame.Hello hello, boolean _)) {
                synchronized (heard) {
                    frozen = hello.frozen();
                    hellos++;
                    heard.notifyAll();
                }
                live.countDown();
            } else if (event instanceof LinkEvent.Deliver(Frame.Data data) && !isInquiry(data)) {
                try {
                    if (data.subject().equals(Subject.otherKeys(data.subject().node()))) {
                        otherKeys.add(EnrolmentAnswer.decode(data.body()));
                        return;
                    }
                    lastMessage = data.id();
                    received.add(SignedDocument.decode(data.body()).read());
                } catch (RefusedException e) {
                    throw new IllegalStateException("the station sent an unreadable document: " + e.getMessage(), e);
                }
            }
        }

        private boolean isInquiry(Frame.Data data) {
            return data.subject().equals(Subject.inquiry(data.subject().node()));
        }
    }

    private final class FromBus implements BusListener {
        @Override
        public void connected() {
            loop.execute(() -> link.connected(CommitLoop.now(), ends));
        }

        @Override
        public void disconnected(String why) {
            loop.execute(() -> link.disconnected(ends));
        }

        @Override
        public void message(WireMessage message, long position) {
            loop.execute(() -> {
                try {
                    seal.open(message);
                    link.frame(CommitLoop.now(), FrameCodec.decode(message), ends);
                    link.flush(ends);
                } catch (RefusedException | ForgedException e) {
                    throw new IllegalStateException("the station sent an unreadable frame: " + e.getMessage(), e);
                }
            });
        }
    }
}
