// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeName;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import dev.steward.message.Subject;
import dev.steward.message.WireMessage;
import dev.steward.message.json.JsonObject;
import dev.steward.message.link.Lane;
import dev.steward.message.link.LinkWrite;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.OutboxEntry;
import dev.steward.message.link.Session;
import dev.steward.station.core.Execution;
import dev.steward.station.core.LedgerWrite;
import dev.steward.station.core.StationStore;
import dev.steward.station.core.Transition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;

/** A ledger under test, and what is put into it. */
abstract class LedgerFixture {
    static final NodeName SHIP1 = new NodeName("ship1");
    static final NodeName SHIP2 = new NodeName("ship2");
    static final NodeName CENTRAL = NodeName.CENTRAL;
    static final Instant FINE = Instant.parse("2026-01-31T12:00:00.123456789Z");
    static final Instant COARSE = Instant.parse("2026-01-31T12:00:00.123Z");

    final Random random = new Random(1);
    final Session session = Session.create(random);
    final List<CommandId> ids = new ArrayList<>();
    long seq;

    abstract StationStore store();

    abstract void begin();

    abstract void apply(LedgerWrite write);

    abstract void commit();

    /** Goes on with what is committed, as after a crash. */
    abstract void reopen();

    abstract long raiseGeneration(Instant now);

    abstract long mailboxPosition(String incarnation);

    abstract void putMailboxPosition(String incarnation, long position);

    /** When a node was last heard, as far as it is committed. */
    abstract Optional<Instant> lastHeard(NodeName node);

    /** The counts of a command, as far as they are committed. */
    abstract MemoryLedger.Command counts(CommandId id);

    /** How many events are committed. */
    abstract int events();

    /** How many frames that could not be read are committed. */
    abstract int quarantined();

    @BeforeEach
    void beginFirst() {
        begin();
    }

    CommandId id() {
        CommandId id = CommandId.create(COARSE.plusSeconds(ids.size()), random);
        ids.add(id);
        return id;
    }

    static Document.Command document(CommandId id, int parts) {
        return new Document.Command(
                id,
                SimOperator.FLEET,
                1,
                parts,
                SimOperator.KEY.id(),
                COARSE,
                List.of(SimKeys.target(SHIP1), SimKeys.target(SHIP2)),
                "shellcommand",
                "operatingsystem",
                JsonObject.of(Map.of("shell", "true")),
                COARSE,
                Optional.of(Duration.ofSeconds(5)),
                false,
                false);
    }

    CommandId command(int parts, int total) {
        CommandId id = id();
        apply(new LedgerWrite.PutCommand(document(id, parts), "tester", total, COARSE));
        return id;
    }

    static Execution execution(CommandId id, NodeName node, Instant startBefore) {
        return new Execution(
                id,
                node,
                1,
                "message of " + node,
                COARSE,
                startBefore,
                ExecutionState.QUEUED,
                false,
                0,
                Optional.empty(),
                Optional.empty(),
                0);
    }

    Execution queued(CommandId id, NodeName node, Instant startBefore) {
        Execution execution = execution(id, node, startBefore);
        apply(new LedgerWrite.PutExecution(execution, ++seq, CENTRAL));
        return execution;
    }

    static Execution as(Execution from, ExecutionState state, int attempt) {
        return new Execution(
                from.command(),
                from.node(),
                from.part(),
                from.messageId(),
                from.orderedAt(),
                from.startBefore(),
                state,
                false,
                attempt,
                attempt == 0 ? Optional.empty() : Optional.of(COARSE),
                Optional.empty(),
                from.storedBytes());
    }

    static Execution ended(Execution from, Outcome outcome, boolean provisional, long storedBytes) {
        return new Execution(
                from.command(),
                from.node(),
                from.part(),
                from.messageId(),
                from.orderedAt(),
                from.startBefore(),
                outcome.state(),
                provisional,
                outcome.attempt(),
                outcome.startedAt(),
                Optional.of(outcome),
                storedBytes);
    }

    static Execution ended(Execution from, ExecutionState state, boolean provisional) {
        return ended(from, Outcome.notStarted(state, "for a reason", COARSE), provisional, 0);
    }

    Execution move(Execution before, Execution after) {
        apply(new LedgerWrite.PutTransition(new Transition(++seq, before, after, SHIP1, FINE, FINE, "")));
        return after;
    }

    Execution output(Execution execution, int attempt, OutputStreamName stream, long offset, int bytes) {
        Execution after = new Execution(
                execution.command(),
                execution.node(),
                execution.part(),
                execution.messageId(),
                execution.orderedAt(),
                execution.startBefore(),
                execution.state(),
                execution.provisional(),
                execution.attempt(),
                execution.startedAt(),
                execution.outcome(),
                execution.storedBytes() + bytes);
        var chunk = new OutputChunk(stream, offset, new byte[bytes]);
        apply(new LedgerWrite.PutOutput(++seq, after, attempt, chunk));
        return after;
    }

    OutboxEntry put(long position, NodeName peer, Lane lane) {
        Subject subject = Subject.command(peer, "shellcommand", "operatingsystem");
        var entry =
                new OutboxEntry(position, peer, lane, new MessageId(session, position), subject, bytes("body"), false);
        apply(new LedgerWrite.OfLink(new LinkWrite.PutOutbox(entry)));
        return entry;
    }

    void event() {
        apply(new LedgerWrite.PutEvent(SHIP1, "errorlog", "it leaks", FINE, FINE));
    }

    void quarantine() {
        var message = new WireMessage("a.b", Map.of("name", "value"), bytes("noise"));
        apply(new LedgerWrite.Quarantine(message, "not a frame", FINE));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    Execution read(Execution of) {
        return store().execution(of.command(), of.node()).orElseThrow();
    }

    /** All that can be read at any time. */
    List<Object> all() {
        var all = new ArrayList<Object>();
        all.add(store().nodes());
        for (CommandId id : ids) {
            all.add(store().parts(id));
            all.add(store().document(id, 1));
            all.add(store().targets(id));
            for (NodeName node : List.of(SHIP1, SHIP2)) {
                all.add(store().execution(id, node));
                for (int attempt = 1; attempt <= 2; attempt++) {
                    all.add(store().outputBytes(id, node, attempt));
                    all.add(store().hasOutput(id, node, attempt, OutputStreamName.STDOUT, 0));
                }
            }
        }
        for (NodeName node : List.of(SHIP1, SHIP2)) {
            all.add(store().inFlight(node));
            all.add(store().seen(node));
            for (Lane lane : Lane.values()) {
                all.add(store().outboxAfter(node, lane, 0, 1_000_000));
            }
        }
        all.add(store().overdue(Instant.parse("2999-01-01T00:00:00Z"), 1000));
        all.add(store().lastOutboxPosition());
        all.add(store().lastSeq());
        all.add(mailboxPosition("one"));
        all.add(mailboxPosition("two"));
        return all;
    }
}
