// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.CommandId;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.Tally;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.link.Frame;
import dev.steward.message.link.Lane;
import dev.steward.message.link.Link;
import dev.steward.message.link.LinkCounters;
import dev.steward.message.link.LinkEvent;
import dev.steward.message.link.LinkSink;
import dev.steward.message.link.LinkWrite;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.Now;
import dev.steward.message.link.OutboxEntry;
import dev.steward.message.link.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** The nodes of a station: a link each, and when each was last heard. */
final class Nodes {
    /** Nodes set the pace of hellos; the station's own value only bounds its retries. */
    private static final Duration HELLO_RETRY_LIMIT = Duration.ofSeconds(30);

    /** Something that the link of a node told. */
    record Told(Node node, LinkEvent event) {}

    /** One node. */
    static final class Node {
        final NodeName name;
        final Link link;
        /** How often a session came back that another one had replaced. */
        final Tally returns = new Tally();

        /** What the node wants to know before it starts it, in this batch. */
        final List<CommandId> asked = new ArrayList<>();

        /** The number of the list of operators that was sent last in this start, 0 for none. */
        long listSent;

        long listSentAt;

        /** How far its own audit log had come when it was heard last. */
        Optional<AuditMark> audit = Optional.empty();

        /** How often that was less than before. */
        final Tally auditBacks = new Tally();

        /** As the ledger has it; the link freezes itself. */
        private boolean frozen;

        private Instant lastHeardAt = Instant.EPOCH;
        private Instant storedHeardAt = Instant.EPOCH;

        Node(NodeName name, Link link) {
            this.name = name;
            this.link = link;
        }
    }

    private final NodeName self;
    private final Session session;
    private final long generation;
    private final StationStore store;
    private final StationSink sink;
    private final RandomGenerator random;
    private final Supplier<AuditMark> audit;
    private final Map<NodeName, Node> nodes = new LinkedHashMap<>();
    private final Deque<Told> told = new ArrayDeque<>();
    private final Set<Node> toFlush = new LinkedHashSet<>();
    private long position;
    private long counter;
    private boolean open;
    private boolean connected;
    private long listNumber;

    /**
     * @param audit how far the station's audit log has come
     * @param open whether anything is taken from nodes
     */
    Nodes(
            NodeName self,
            Session session,
            long generation,
            StationStore store,
            StationSink sink,
            RandomGenerator random,
            Supplier<AuditMark> audit,
            boolean open) {
        this.audit = audit;
        this.self = self;
        this.session = session;
        this.generation = generation;
        this.store = store;
        this.sink = sink;
        this.random = random;
        this.open = open;
        this.position = store.lastOutboxPosition();
        for (StationStore.KnownNode known : store.nodes()) {
            Node node = add(known.name());
            node.link.knowsFacts(known.factsDigest());
            node.audit = known.audit();
            if (known.frozenSince().isPresent()) {
                node.frozen = true;
                node.link.freeze();
            }
        }
    }

    Optional<Node> find(NodeName name) {
        return Optional.ofNullable(nodes.get(name));
    }

    boolean hasRoomFor(NodeName name) {
        return nodes.containsKey(name) || nodes.size() < Limits.NODES;
    }

    /** The node is known from now on. */
    void ensure(NodeName name, Now now) {
        if (!nodes.containsKey(name)) {
            sink.write(new LedgerWrite.PutNode(name, now.wall()));
            Node node = add(name);
            if (connected) {
                node.link.connected(now, sinkOf(node));
            }
        }
    }

    Collection<Node> all() {
        return nodes.values();
    }

    /** The number of the list of operators, for hellos. */
    void tellsOperators(long number) {
        listNumber = number;
        nodes.values().forEach(node -> node.link.tellsOperators(number));
    }

    /** Takes messages from nodes, or none: then they keep them. */
    void setOpen(boolean open) {
        if (this.open != open) {
            this.open = open;
            nodes.values().forEach(this::grant);
            toFlush.addAll(nodes.values()); // each is told at the end of the batch
        }
    }

    private void grant(Node node) {
        for (Lane lane : Lane.values()) {
            node.link.grant(lane, open ? Limits.WINDOW_BYTES : 0);
        }
    }

    /** Feeds a frame to the link of its sender. */
    void frame(Now now, Node node, Frame frame) {
        boolean wasLive = node.link.isLive();
        node.link.frame(now, frame, sinkOf(node));
        toFlush.add(node);
        if (wasLive || node.link.isLive()) { // else it may be a frame of long ago, from the mailbox or a replay
            node.lastHeardAt = now.wall();
        }
        sink.presence(node.name, node.link.isLive(), node.lastHeardAt);
    }

    /** Puts a message for a node into its outbox; returns its id. */
    MessageId enqueue(Now now, Node node, Lane lane, Subject subject, byte[] body) {
        var id = new MessageId(session, ++counter);
        node.link.enqueue(
                now,
                new OutboxEntry(++position, node.name, lane, id, subject, body, node.link.mayLeave()),
                sinkOf(node));
        return id;
    }

    /** Gives up messages that were meant for an earlier conversation. */
    void forget(Node node, Lane lane, Subject subject) {
        node.link.forget(lane, subject, sinkOf(node));
    }

    /** Sends something else in the place of a message that may have left. */
    void replace(Node node, Lane lane, String id, Subject subject, byte[] body) {
        node.link.replace(lane, stored(id), subject, body, sinkOf(node));
    }

    /** A message that the node has evidently recorded. */
    void settle(Node node, Lane lane, String id) {
        node.link.settle(lane, stored(id), sinkOf(node));
    }

    private static MessageId stored(String id) {
        try {
            return MessageId.parse(id);
        } catch (RefusedException e) {
            throw new IllegalStateException("the ledger's id of a message: " + e.getMessage(), e);
        }
    }

    void withdraw(Node node, OutboxEntry entry) {
        node.link.withdraw(entry, sinkOf(node));
    }

    /** Whoever spoke under this name is heard no more. */
    void cutOff(NodeName name, Now now) {
        Node node = nodes.get(name);
        if (node != null) {
            node.link.disconnected(sinkOf(node));
            unfreeze(node, now);
            if (node.audit.isPresent()) { // whoever comes after him begins a log of his own
                node.audit = Optional.empty();
                sink.write(new LedgerWrite.PutNodeAudit(name, Optional.empty(), now.wall()));
            }
            if (connected) {
                node.link.connected(now, sinkOf(node)); // for whoever comes after him
            }
        }
    }

    /** Makes last that the node's link is frozen; @return whether that is news. */
    boolean freeze(Node node, Now now) {
        boolean news = !node.frozen;
        if (news) {
            node.frozen = true;
            sink.write(new LedgerWrite.PutFrozen(node.name, Optional.of(now.wall())));
        }
        return news;
    }

    /** @return whether it was frozen */
    boolean unfreeze(Node node, Now now) {
        boolean was = node.frozen;
        if (was) {
            node.frozen = false;
            sink.write(new LedgerWrite.PutFrozen(node.name, Optional.empty()));
            node.link.unfreeze(now, sinkOf(node));
        }
        return was;
    }

    void connected(Now now) {
        connected = true;
        nodes.values().forEach(node -> node.link.connected(now, sinkOf(node)));
    }

    void disconnected() {
        connected = false;
        nodes.values().forEach(node -> node.link.disconnected(sinkOf(node)));
    }

    void tick(Now now) {
        nodes.values().forEach(node -> node.link.tick(now, sinkOf(node)));
    }

    /** The nodes that were heard since the last {@link #flush}. */
    List<Node> heard() {
        return List.copyOf(toFlush);
    }

    void flush() {
        toFlush.forEach(node -> node.link.flush(sinkOf(node)));
        toFlush.clear();
    }

    /** Stores when each node was last heard, where that has changed. */
    void storeLastHeard() {
        for (Node node : nodes.values()) {
            if (node.lastHeardAt.isAfter(node.storedHeardAt)) {
                node.storedHeardAt = node.lastHeardAt;
                sink.write(new LedgerWrite.PutLastHeard(node.name, node.lastHeardAt));
            }
        }
    }

    void gone(Node node) {
        sink.presence(node.name, false, node.lastHeardAt);
    }

    /** The next thing that a link has told, none when all are handled. */
    Optional<Told> next() {
        return Optional.ofNullable(told.pollFirst());
    }

    List<LinkCounters> counters() {
        return nodes.values().stream().map(node -> node.link.counters()).toList();
    }

    private Node add(NodeName name) {
        var node = new Node(
                name, new Link(Link.End.STATION, self, name, session, generation, HELLO_RETRY_LIMIT, store, random));
        node.link.tellsOperators(listNumber);
        node.link.tellsAudit(audit);
        nodes.put(name, node);
        grant(node);
        return node;
    }

    private LinkSink sinkOf(Node node) {
        return new LinkSink() {
            @Override
            public void write(LinkWrite write) {
                sink.write(new LedgerWrite.OfLink(write));
            }

            @Override
            public void send(Frame frame) {
                sink.send(frame);
            }

            @Override
            public void tell(LinkEvent event) {
                told.addLast(new Told(node, event)); // handled when the link is done
            }
        };
    }
}
