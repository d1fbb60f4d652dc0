// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import dev.steward.agent.core.AgentCore;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.Inquiry;
import dev.steward.message.NodeName;
import dev.steward.message.Subject;
import dev.steward.message.Target;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.link.Frame;
import dev.steward.message.link.Lane;
import dev.steward.message.link.Link;
import dev.steward.message.link.LinkEvent;
import dev.steward.message.link.LinkSink;
import dev.steward.message.link.LinkWrite;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.Now;
import dev.steward.message.link.OutboxEntry;
import dev.steward.message.link.Session;
import dev.steward.store.Database;
import dev.steward.store.SqliteLinkStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;

/** The station's end of an agent's link, on a real store; frames go across at once. */
final class OtherEnd implements LinkSink, AutoCloseable {
    private final NodeName node;
    private final Database database;
    private final SqliteLinkStore store;
    private final Session session;
    private final Link link;
    private final Deque<Frame> toNode = new ArrayDeque<>();
    private final Deque<Frame> toStation = new ArrayDeque<>();
    /** What the agent has told in messages. */
    final List<Frame.Data> told = new ArrayList<>();

    /** How far the agent's own log had come, by its newest hello. */
    AuditMark audit = AuditMark.NONE;

    private long counter;

    OtherEnd(NodeName node, Path folder, RandomGenerator random) {
        this.node = node;
        this.database = Database.open(folder.resolve("other-end.db"), List.of(SqliteLinkStore.SCHEMA));
        this.store = new SqliteLinkStore(database);
        this.session = Session.create(random);
        this.link =
                new Link(Link.End.STATION, NodeName.CENTRAL, node, session, 1, Duration.ofSeconds(30), store, random);
    }

    /** Takes a frame that the agent has sent. */
    void take(Frame frame) {
        toStation.add(frame);
    }

    /** From its next hello on it says that it has this list of operators. */
    void tellsOperators(long number) {
        link.tellsOperators(number);
    }

    /** From its next hello on it says that its own log has come so far. */
    void tellsAudit(AuditMark mark) {
        link.tellsAudit(() -> mark);
    }

    /** From its next hello on it says that the node is frozen. */
    void freezes() {
        link.freeze();
    }

    void unfreezes(AgentCore core, Now now) {
        link.unfreeze(now, this);
        exchange(core, now);
    }

    /** Both say hello. */
    void meet(AgentCore core, Now now) {
        toStation.clear(); // what an earlier start of the agent had sent
        link.connected(now, this);
        core.connected(now);
        exchange(core, now);
    }

    /** Asks the present start of the agent about one command. */
    void inquire(AgentCore core, Now now, CommandId command, int attempt, Optional<ExecutionState> ended) {
        inquire(core, now, link.peerSession(), command, attempt, ended);
    }

    /** Asks in a message that an earlier start of the station has made. */
    void inquireFrom(Session maker, AgentCore core, Now now, CommandId command) {
        inquire(maker, link.peerSession(), core, now, command, 0, Optional.empty());
    }

    void inquire(
            AgentCore core, Now now, Session asked, CommandId command, int attempt, Optional<ExecutionState> ended) {
        inquire(session, asked, core, now, command, attempt, ended);
    }

    void cancel(AgentCore core, Now now, CommandId command) {
        var document = new Document.Cancel(
                CommandId.create(now.wall(), new Random(counter)),
                TestOperator.FLEET,
                TestOperator.KEY.key().id(),
                now.wall(),
                List.of(new Target(node, AgentCoreFixture.IDENTITY)),
                command);
        var id = new MessageId(session, ++counter);
        link.enqueue(
                now,
                new OutboxEntry(
                        counter, node, Lane.RESULTS, id, Subject.cancel(node), TestOperator.sign(document), true),
                this);
        exchange(core, now);
    }

    private void inquire(
            Session maker,
            Session asked,
            AgentCore core,
            Now now,
            CommandId command,
            int attempt,
            Optional<ExecutionState> ended) {
        var inquiry = new Inquiry(asked, link.conversation(), List.of(new Inquiry.Entry(command, attempt, ended)));
        var id = new MessageId(maker, ++counter);
        link.enqueue(
                now,
                new OutboxEntry(counter, node, Lane.RESULTS, id, Subject.inquiry(node), inquiry.encode(), true),
                this);
        exchange(core, now);
    }

    /** Sends a command document, or what should be one, and takes no answer yet. */
    MessageId give(AgentCore core, Now now, Subject subject, byte[] document) {
        var id = new MessageId(session, ++counter);
        link.enqueue(now, new OutboxEntry(counter, node, Lane.CONTROL, id, subject, document, true), this);
        while (!toNode.isEmpty()) {
            core.frame(now, toNode.removeFirst());
            core.flush();
            // Its receipts get through, else the link would stop; what it tells waits for an exchange.
            List<Frame> receipts =
                    toStation.stream().filter(Frame.Recorded.class::isInstance).toList();
            toStation.removeAll(receipts);
            receipts.forEach(receipt -> link.frame(now, receipt, this));
        }
        return id;
    }

    void exchange(AgentCore core, Now now) {
        while (!toNode.isEmpty() || !toStation.isEmpty()) {
            if (!toNode.isEmpty()) {
                core.frame(now, toNode.removeFirst());
                core.flush();
            } else {
                link.frame(now, toStation.removeFirst(), this);
                link.flush(this);
            }
        }
    }

    @Override
    public void write(LinkWrite write) {
        database.begin();
        store.apply(write);
        database.commit();
    }

    @Override
    public void send(Frame frame) {
        toNode.add(frame);
    }

    @Override
    public void tell(LinkEvent event) {
        if (event instanceof LinkEvent.Deliver(Frame.Data data)) {
            told.add(data);
        }
        if (event instanceof LinkEvent.PeerLive(Frame.Hello hello, boolean fresh)) {
            audit = hello.audit().orElse(AuditMark.NONE);
        }
    }

    @Override
    public void close() {
        database.close();
    }
}
