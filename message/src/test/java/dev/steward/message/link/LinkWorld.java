// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.WireMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.UnaryOperator;

/** A station's and a node's end of one link, with a network between them that does what the test says. */
final class LinkWorld {
    static final NodeName STATION = new NodeName("central");
    static final NodeName NODE = new NodeName("ship1");
    private static final Duration HEARTBEAT = Duration.ofSeconds(5);

    private record InTransit(long at, long tie, Peer to, WireMessage message) {}

    /** One end: the link, its store, and what it was given. */
    final class Peer implements LinkSink {
        final Link.End end;
        final NodeName name;
        final NodeName other;
        final MemoryLinkStore store = new MemoryLinkStore();
        final List<String> received = new ArrayList<>();
        final List<String> recordedByOther = new ArrayList<>();
        final List<LinkEvent> events = new ArrayList<>();
        final List<Frame> sent = new ArrayList<>();
        Link link;
        private Session session;
        private long position;
        private long counter;
        private long generation;

        Peer(Link.End end, NodeName name, NodeName other) {
            this.end = end;
            this.name = name;
            this.other = other;
            this.generation = end == Link.End.STATION ? 1 : 0;
            this.session = Session.create(random);
            this.link = newLink();
        }

        private Link newLink() {
            return new Link(end, name, other, session, generation, HEARTBEAT, store, random);
        }

        /** The process dies and starts again: memory is lost, the store is not. */
        void restart() {
            session = Session.create(random);
            counter = 0;
            if (end == Link.End.STATION) {
                generation++;
            } else {
                generation = link.generation();
            }
            link = newLink();
            link.connected(now(), this);
        }

        MessageId put(Lane lane, String text) {
            var id = new MessageId(session, ++counter);
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            var subject = Subject.command(other, "test", "link");
            link.enqueue(now(), new OutboxEntry(++position, other, lane, id, subject, body, link.isLive()), this);
            link.flush(this);
            return id;
        }

        void replace(Lane lane, MessageId id, String text) {
            link.replace(lane, id, Subject.command(other, "test", "link"), text.getBytes(StandardCharsets.UTF_8), this);
        }

        @Override
        public void write(LinkWrite write) {
            store.apply(write);
        }

        @Override
        public void send(Frame frame) {
            sent.add(frame);
            if (this == station) {
                nodes.forEach(each -> transmit(each, FrameCodec.encode(frame)));
            } else {
                transmit(station, FrameCodec.encode(frame));
            }
        }

        @Override
        public void tell(LinkEvent event) {
            events.add(event);
            if (event instanceof LinkEvent.Deliver(Frame.Data data)) {
                received.add(new String(data.body(), StandardCharsets.UTF_8));
            } else if (event instanceof LinkEvent.PeerRecorded(OutboxEntry entry)) {
                recordedByOther.add(new String(entry.body(), StandardCharsets.UTF_8));
            }
        }
    }

    private final Random random;
    private final PriorityQueue<InTransit> network =
            new PriorityQueue<>((a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.tie, b.tie));
    final Peer station;
    final Peer node;
    private final List<Peer> nodes = new ArrayList<>();
    private long millis;
    private long ties;

    /** Chances out of 100. */
    int lossPercent;

    int repeatPercent;
    long delayMillis = 1;
    /** Up to this much more, at random for each frame: above zero, frames overtake each other. */
    long jitterMillis;

    /** What becomes of each message between the ends. */
    UnaryOperator<WireMessage> onTheWay = message -> message;

    /** What each direction carries, in order; above zero, frames queue for it. */
    long bytesPerSecond;

    /** All that was put on the way, repeats included. */
    long bytesSent;

    private long stalledUntil;
    private final Map<Peer, Long> freeAt = new HashMap<>();

    LinkWorld(long seed) {
        this.random = new Random(seed);
        this.station = new Peer(Link.End.STATION, STATION, NODE);
        this.node = new Peer(Link.End.NODE, NODE, STATION);
        nodes.add(node);
    }

    /** Of the seed 1, with a conversation that is open and quiet. */
    static LinkWorld connected() {
        var world = new LinkWorld(1);
        world.connect();
        world.run(Duration.ofSeconds(1));
        return world;
    }

    /** A second program under the node's name, which hears all that is sent to it. */
    Peer twin() {
        var twin = new Peer(Link.End.NODE, NODE, STATION);
        nodes.add(twin);
        return twin;
    }

    /** It speaks no more. */
    void stop(Peer twin) {
        nodes.remove(twin);
    }

    Random random() {
        return random;
    }

    Now now() {
        return new Now(millis, Instant.EPOCH.plusMillis(millis));
    }

    /** Both buses connect. */
    void connect() {
        station.link.connected(now(), station);
        node.link.connected(now(), node);
    }

    /** Lets time pass, a tenth of a second at a time. */
    void run(Duration duration) {
        long end = millis + duration.toMillis();
        while (millis < end) {
            long next = Math.min(end, millis + 100);
            while (!network.isEmpty() && network.peek().at <= next) {
                InTransit arriving = network.remove();
                millis = Math.max(millis, arriving.at);
                arrive(arriving.to, arriving.message);
            }
            millis = next;
            station.link.tick(now(), station);
            nodes.forEach(each -> each.link.tick(now(), each));
        }
    }

    /** Lets time pass until both outboxes are empty. */
    void drain(Duration deadline) {
        long end = millis + deadline.toMillis();
        while (millis < end && !(station.store.outbox.isEmpty() && node.store.outbox.isEmpty())) {
            run(Duration.ofMillis(500));
        }
        assertThat(station.store.outbox)
                .as("the station's outbox after %s", deadline)
                .isEmpty();
        assertThat(node.store.outbox).as("the node's outbox after %s", deadline).isEmpty();
    }

    /** Nothing arrives for so long, and then all of it. */
    void stall(Duration duration) {
        stalledUntil = millis + duration.toMillis();
        List<InTransit> late = network.stream()
                .map(each -> new InTransit(Math.max(each.at, stalledUntil), each.tie, each.to, each.message))
                .toList();
        network.clear();
        network.addAll(late);
        run(duration);
    }

    void loseAllInTransit() {
        network.clear();
    }

    private void arrive(Peer to, WireMessage message) {
        try {
            to.link.frame(now(), FrameCodec.decode(onTheWay.apply(message)), to);
            to.link.flush(to);
        } catch (RefusedException e) {
            throw new AssertionError("a frame of ours was refused", e);
        }
    }

    /** When the last byte of a frame is on the line. */
    private long departure(Peer to, WireMessage message) {
        bytesSent += message.encodedBytes();
        if (bytesPerSecond == 0) {
            return millis;
        }
        long departure =
                Math.max(millis, freeAt.getOrDefault(to, 0L)) + message.encodedBytes() * 1000L / bytesPerSecond;
        freeAt.put(to, departure);
        return departure;
    }

    private void transmit(Peer to, WireMessage message) {
        int copies = random.nextInt(100) < lossPercent ? 0 : random.nextInt(100) < repeatPercent ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            long jitter = jitterMillis == 0 ? 0 : random.nextLong(jitterMillis);
            long at = Math.max(departure(to, message) + delayMillis + jitter, stalledUntil);
            network.add(new InTransit(at, ties++, to, message));
        }
    }
}
