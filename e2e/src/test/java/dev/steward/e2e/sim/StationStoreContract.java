// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import dev.steward.message.Subject;
import dev.steward.message.WireMessage;
import dev.steward.message.json.JsonObject;
import dev.steward.message.link.Lane;
import dev.steward.message.link.LinkStore.SeenKey;
import dev.steward.message.link.LinkWrite;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.OutboxEntry;
import dev.steward.message.link.Session;
import dev.steward.station.core.Execution;
import dev.steward.station.core.LedgerWrite;
import dev.steward.station.core.StationStore;
import dev.steward.station.core.StationStore.KnownNode;
import dev.steward.station.core.Transition;
import dev.steward.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every ledger of a station does, on disk or in memory. */
abstract class StationStoreContract {
    static final NodeName SHIP1 = new NodeName("ship1");
    static final NodeName SHIP2 = new NodeName("ship2");
    private static final NodeName CENTRAL = NodeName.CENTRAL;
    private static final Instant FINE = Instant.parse("2026-01-31T12:00:00.123456789Z");
    private static final Instant COARSE = Instant.parse("2026-01-31T12:00:00.123Z");

    private final Random random = new Random(1);
    private final Session session = Session.create(random);
    private final List<CommandId> ids = new ArrayList<>();
    private long seq;

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

    private CommandId id() {
        CommandId id = CommandId.create(COARSE.plusSeconds(ids.size()), random);
        ids.add(id);
        return id;
    }

    private static Document.Command document(CommandId id, int parts) {
        return new Document.Command(
                id,
                1,
                parts,
                "tester",
                COARSE,
                List.of(SHIP1, SHIP2),
                "shellcommand",
                "operatingsystem",
                JsonObject.of(Map.of("shell", "true")),
                COARSE,
                Optional.of(Duration.ofSeconds(5)),
                false);
    }

    private CommandId command(int parts, int total) {
        CommandId id = id();
        apply(new LedgerWrite.PutCommand(document(id, parts), total, COARSE));
        return id;
    }

    private static Execution execution(CommandId id, NodeName node, Instant startBefore) {
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

    private Execution queued(CommandId id, NodeName node, Instant startBefore) {
        Execution execution = execution(id, node, startBefore);
        apply(new LedgerWrite.PutExecution(execution, ++seq, CENTRAL));
        return execution;
    }

    private static Execution as(Execution from, ExecutionState state, int attempt) {
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

    private static Execution ended(Execution from, Outcome outcome, boolean provisional, long storedBytes) {
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

    private static Execution ended(Execution from, ExecutionState state, boolean provisional) {
        return ended(from, Outcome.notStarted(state, "for a reason", COARSE), provisional, 0);
    }

    private Execution move(Execution before, Execution after) {
        apply(new LedgerWrite.PutTransition(new Transition(++seq, before, after, SHIP1, FINE, FINE, "")));
        return after;
    }

    private Execution output(Execution execution, int attempt, OutputStreamName stream, long offset, int bytes) {
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

    private OutboxEntry put(long position, NodeName peer, Lane lane) {
        Subject subject = Subject.command(peer, "shellcommand", "operatingsystem");
        var entry =
                new OutboxEntry(position, peer, lane, new MessageId(session, position), subject, bytes("body"), false);
        apply(new LedgerWrite.OfLink(new LinkWrite.PutOutbox(entry)));
        return entry;
    }

    private void event() {
        apply(new LedgerWrite.PutEvent(SHIP1, "errorlog", "it leaks", FINE, FINE));
    }

    private void quarantine() {
        var message = new WireMessage("a.b", Map.of("name", "value"), bytes("noise"));
        apply(new LedgerWrite.Quarantine(message, "not a frame", FINE));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Execution read(Execution of) {
        return store().execution(of.command(), of.node()).orElseThrow();
    }

    /** All that can be read at any time. */
    private List<Object> all() {
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

    @Test
    void anEmptyLedgerHasNothing() {
        CommandId id = id();
        assertThat(store().nodes()).isEmpty();
        assertThat(store().execution(id, SHIP1)).isEmpty();
        assertThat(store().targets(id)).isEmpty();
        assertThat(store().document(id, 1)).isEmpty();
        assertThat(store().parts(id)).isZero();
        assertThat(store().inFlight(SHIP1)).isEmpty();
        assertThat(store().overdue(FINE, 10)).isEmpty();
        assertThat(store().unsent(SHIP1, new MessageId(session, 1).toString())).isEmpty();
        assertThat(store().hasOutput(id, SHIP1, 1, OutputStreamName.STDOUT, 0)).isFalse();
        assertThat(store().outputBytes(id, SHIP1, 1)).isZero();
        assertThat(store().lastOutboxPosition()).isZero();
        assertThat(store().lastSeq()).isZero();
        assertThat(store().outboxAfter(SHIP1, Lane.CONTROL, 0, 10)).isEmpty();
        assertThat(store().seen(SHIP1)).isEmpty();
        assertThat(mailboxPosition("one")).isZero();
    }

    @Test
    void nodesComeBackByNameWithTheDigestOfTheirFacts() {
        apply(new LedgerWrite.PutNode(SHIP2, FINE));
        apply(new LedgerWrite.PutNode(SHIP1, FINE));
        apply(new LedgerWrite.PutFacts(SHIP2, "digest", JsonObject.of(Map.of("os", "linux"))));
        apply(new LedgerWrite.PutFacts(CENTRAL, "digest", JsonObject.of(Map.of())));

        assertThat(store().nodes()).containsExactly(new KnownNode(SHIP1, ""), new KnownNode(SHIP2, "digest"));
    }

    @Test
    void capitalsSortBeforeSmallLettersAndDigitsBeforeBoth() {
        for (String name : List.of("b", "a-b", "B", "1", "a_b", "aB", "a")) {
            apply(new LedgerWrite.PutNode(new NodeName(name), FINE));
        }

        assertThat(store().nodes())
                .extracting(node -> node.name().value())
                .containsExactly("1", "B", "a", "a-b", "aB", "a_b", "b");
    }

    @Test
    void aNodeIsHeardOnceItIsKnown() {
        apply(new LedgerWrite.PutLastHeard(SHIP2, FINE));
        apply(new LedgerWrite.PutNode(SHIP1, FINE));
        commit();
        assertThat(lastHeard(SHIP1)).isEmpty();

        begin();
        apply(new LedgerWrite.PutLastHeard(SHIP1, FINE));
        apply(new LedgerWrite.PutFacts(SHIP1, "digest", JsonObject.of(Map.of())));
        commit();
        assertThat(lastHeard(SHIP1)).contains(COARSE);
        assertThat(store().nodes()).containsExactly(new KnownNode(SHIP1, "digest"));
    }

    @Test
    void aCommandHasItsPartsAndTheirBytes() {
        CommandId id = command(2, 3);
        apply(new LedgerWrite.PutDocument(id, 1, bytes("first")));
        apply(new LedgerWrite.PutDocument(id, 2, bytes("")));

        assertThat(store().parts(id)).isEqualTo(2);
        assertThat(store().document(id, 1).orElseThrow()).isEqualTo(bytes("first"));
        assertThat(store().document(id, 2).orElseThrow()).isEmpty();
        assertThat(store().document(id, 3)).isEmpty();
    }

    @Test
    void aNewExecutionComesBackAsItWasPutWithTimesInMilliseconds() {
        CommandId id = command(1, 1);
        var put = new Execution(
                id,
                SHIP1,
                3,
                "message",
                FINE,
                FINE,
                ExecutionState.QUEUED,
                false,
                0,
                Optional.empty(),
                Optional.empty(),
                4);
        apply(new LedgerWrite.PutExecution(put, ++seq, CENTRAL));

        assertThat(store().execution(id, SHIP1))
                .contains(new Execution(
                        id,
                        SHIP1,
                        3,
                        "message",
                        COARSE,
                        COARSE,
                        ExecutionState.QUEUED,
                        false,
                        0,
                        Optional.empty(),
                        Optional.empty(),
                        4));
        assertThat(store().execution(id, SHIP2)).isEmpty();
        assertThat(store().lastSeq()).isEqualTo(seq);
    }

    @Test
    void aSecondRowUnderTheSameKeyIsRefused() {
        CommandId id = command(1, 2);
        apply(new LedgerWrite.PutNode(SHIP1, FINE));
        apply(new LedgerWrite.PutDocument(id, 1, bytes("first")));
        Execution execution = queued(id, SHIP1, COARSE);
        output(execution, 1, OutputStreamName.STDOUT, 0, 5);
        var chunk = new OutputChunk(OutputStreamName.STDOUT, 7, new byte[1]);

        refused(new LedgerWrite.PutNode(SHIP1, FINE));
        refused(new LedgerWrite.PutCommand(document(id, 1), 2, COARSE));
        refused(new LedgerWrite.PutDocument(id, 1, bytes("other")));
        refused(new LedgerWrite.PutExecution(execution, 100, CENTRAL));
        refused(new LedgerWrite.PutExecution(execution(id, SHIP2, COARSE), 1, CENTRAL));
        refused(new LedgerWrite.PutTransition(new Transition(1, execution, execution, SHIP1, FINE, FINE, "")));
        refused(new LedgerWrite.PutOutput(2, execution, 1, chunk));
        refused(new LedgerWrite.PutOutput(100, execution, 1, new OutputChunk(OutputStreamName.STDOUT, 0, new byte[1])));
    }

    private void refused(LedgerWrite write) {
        assertThatThrownBy(() -> apply(write)).as("%s", write).isInstanceOf(StoreException.class);
    }

    @Test
    void theTargetsOfACommandAreTheNodesOfItsExecutions() {
        CommandId id = command(1, 2);
        CommandId other = command(1, 1);
        queued(id, SHIP2, COARSE);
        queued(id, SHIP1, COARSE);
        queued(other, SHIP1, COARSE);

        assertThat(store().targets(id)).containsExactlyInAnyOrder(SHIP1, SHIP2);
        assertThat(store().targets(other)).containsExactly(SHIP1);
    }

    @Test
    void aTransitionChangesWhatBecameOfAnExecutionAndNotWhatWasOrdered() {
        Execution execution = queued(command(1, 1), SHIP1, COARSE);
        var running = new Execution(
                execution.command(),
                SHIP1,
                99,
                "other message",
                FINE.plusSeconds(1),
                FINE.plusSeconds(1),
                ExecutionState.RUNNING,
                true,
                2,
                Optional.of(FINE),
                Optional.empty(),
                77);
        move(execution, running);

        assertThat(read(execution))
                .isEqualTo(new Execution(
                        execution.command(),
                        SHIP1,
                        1,
                        execution.messageId(),
                        COARSE,
                        COARSE,
                        ExecutionState.RUNNING,
                        true,
                        2,
                        Optional.of(COARSE),
                        Optional.empty(),
                        77));
    }

    @Test
    void anEndComesBackWithItsOutcomeButWithoutItsOutput() {
        Execution execution = queued(command(1, 1), SHIP1, COARSE);
        var told = new Outcome(
                ExecutionState.FAILED,
                2,
                OptionalInt.of(3),
                Optional.of("out of memory"),
                Optional.of(FINE),
                FINE,
                Optional.of(Duration.ofNanos(1_999_999)),
                10,
                20,
                25,
                List.of(new OutputChunk(OutputStreamName.STDOUT, 0, new byte[3])));
        move(execution, ended(execution, told, false, 25));

        var read = new Outcome(
                ExecutionState.FAILED,
                2,
                OptionalInt.of(3),
                Optional.of("out of memory"),
                Optional.of(COARSE),
                COARSE,
                Optional.of(Duration.ofMillis(1)),
                10,
                20,
                25,
                List.of());
        assertThat(read(execution)).isEqualTo(ended(execution, read, false, 25));
    }

    @Test
    void anEndWithoutAStartComesBackAsSuch() {
        Execution execution = queued(command(1, 1), SHIP1, COARSE);
        Execution expired = move(execution, ended(execution, ExecutionState.EXPIRED, true));
        assertThat(read(execution)).isEqualTo(expired);
        assertThat(read(execution).isFinal()).isFalse();

        Execution received = move(expired, as(execution, ExecutionState.RECEIVED, 0));
        assertThat(read(execution)).isEqualTo(received);
    }

    @Test
    void aLongReasonIsCutOnceAndNotAgain() {
        Execution execution = queued(command(1, 1), SHIP1, COARSE);
        String reason = "x".repeat(Limits.REASON_CHARS + 10);
        Execution rejected = move(
                execution, ended(execution, Outcome.notStarted(ExecutionState.REJECTED, reason, COARSE), false, 0));

        assertThat(read(execution)).isEqualTo(rejected);
    }

    @Test
    void wordsAboutAnExecutionThatIsNotThereAreKeptButMakeNone() {
        CommandId id = command(1, 1);
        Execution unknown = execution(id, SHIP1, COARSE);
        move(unknown, as(unknown, ExecutionState.RUNNING, 1));
        output(unknown, 1, OutputStreamName.STDERR, 0, 5);

        assertThat(store().execution(id, SHIP1)).isEmpty();
        assertThat(store().targets(id)).isEmpty();
        assertThat(store().inFlight(SHIP1)).isEmpty();
        assertThat(store().hasOutput(id, SHIP1, 1, OutputStreamName.STDERR, 0)).isTrue();
        assertThat(store().lastSeq()).isEqualTo(2);
    }

    @Test
    void whatANodeHasRecordedAndNotEndedIsInFlightByCommand() {
        CommandId first = command(1, 2);
        CommandId second = command(1, 1);
        CommandId third = command(1, 1);
        Execution running = queued(second, SHIP1, COARSE);
        Execution received = queued(first, SHIP1, COARSE);
        queued(third, SHIP1, COARSE);
        Execution elsewhere = queued(first, SHIP2, COARSE);
        running = move(running, as(running, ExecutionState.RUNNING, 1));
        received = move(received, as(received, ExecutionState.RECEIVED, 0));
        elsewhere = move(elsewhere, as(elsewhere, ExecutionState.RECEIVED, 0));
        assertThat(store().inFlight(SHIP1)).containsExactly(received, running);
        assertThat(store().inFlight(SHIP2)).containsExactly(elsewhere);

        running = move(running, as(running, ExecutionState.RECEIVED, 1));
        assertThat(store().inFlight(SHIP1)).containsExactly(received, running);

        move(running, ended(running, ExecutionState.CANCELED, false));
        assertThat(store().inFlight(SHIP1)).containsExactly(received);
    }

    @Test
    void onlyWhatIsQueuedAndPastItsDeadlineIsOverdue() {
        CommandId id = command(1, 2);
        Execution first = queued(id, SHIP1, COARSE);
        Execution second = queued(id, SHIP2, COARSE.plusMillis(1));
        Execution received = queued(command(1, 1), SHIP1, COARSE);
        move(received, as(received, ExecutionState.RECEIVED, 0));

        assertThat(store().overdue(FINE, 10)).isEmpty();
        assertThat(store().overdue(COARSE.plusMillis(1), 10)).containsExactly(first);
        assertThat(store().overdue(COARSE.plusMillis(2), 10)).containsExactlyInAnyOrder(first, second);
        assertThat(store().overdue(COARSE.plusMillis(2), 1)).hasSize(1);

        move(first, ended(first, ExecutionState.EXPIRED, true));
        assertThat(store().overdue(COARSE.plusMillis(2), 10)).containsExactly(second);
    }

    @Test
    void aCommandIsUnsentUntilItLeavesOnItsLane() {
        OutboxEntry first = put(1, SHIP1, Lane.CONTROL);
        OutboxEntry second = put(2, SHIP1, Lane.RESULTS);
        String id = first.id().toString();
        assertThat(store().unsent(SHIP1, id)).usingRecursiveComparison().isEqualTo(Optional.of(first));
        assertThat(store().unsent(SHIP2, id)).isEmpty();
        assertThat(store().unsent(SHIP1, second.id().toString())).isEmpty();

        apply(new LedgerWrite.OfLink(new LinkWrite.MarkSent(List.of(1L))));
        assertThat(store().unsent(SHIP1, id)).isEmpty();
    }

    @Test
    void outputIsKnownByItsPlaceAndCountedByItsStart() {
        Execution execution = queued(command(1, 1), SHIP1, COARSE);
        CommandId id = execution.command();
        execution = output(execution, 1, OutputStreamName.STDOUT, 0, 5);
        execution = output(execution, 1, OutputStreamName.STDOUT, 5, 10);
        execution = output(execution, 1, OutputStreamName.STDERR, 0, 100);
        execution = output(execution, 1, OutputStreamName.STDERR, 100, 0);
        execution = output(execution, 2, OutputStreamName.STDOUT, 7, 1000);

        assertThat(read(execution).storedBytes()).isEqualTo(1115);
        assertThat(store().outputBytes(id, SHIP1, 1)).isEqualTo(115);
        assertThat(store().outputBytes(id, SHIP1, 2)).isEqualTo(1000);
        assertThat(store().outputBytes(id, SHIP2, 1)).isZero();
        assertThat(store().hasOutput(id, SHIP1, 1, OutputStreamName.STDOUT, 5)).isTrue();
        assertThat(store().hasOutput(id, SHIP1, 1, OutputStreamName.STDERR, 100))
                .isTrue();
        assertThat(store().hasOutput(id, SHIP1, 1, OutputStreamName.STDERR, 5)).isFalse();
        assertThat(store().hasOutput(id, SHIP1, 2, OutputStreamName.STDOUT, 0)).isFalse();
        assertThat(store().hasOutput(id, SHIP2, 1, OutputStreamName.STDOUT, 0)).isFalse();
        assertThat(store().lastSeq()).isEqualTo(6);
    }

    @Test
    void outputOfAnEndedExecutionLeavesItsEndAsItIs() {
        Execution execution = queued(command(1, 1), SHIP1, COARSE);
        Execution ended = move(execution, ended(execution, ExecutionState.SUCCEEDED, false));
        Execution after = output(ended, 1, OutputStreamName.STDOUT, 0, 5);

        assertThat(read(execution)).isEqualTo(after);
    }

    @Test
    void theLastNumberIsTheHighestOfTransitionsAndOutputs() {
        Execution execution = queued(command(1, 1), SHIP1, COARSE);
        move(execution, execution);
        assertThat(store().lastSeq()).isEqualTo(2);

        output(execution, 1, OutputStreamName.STDOUT, 0, 1);
        assertThat(store().lastSeq()).isEqualTo(3);

        move(execution, execution);
        assertThat(store().lastSeq()).isEqualTo(4);
    }

    @Test
    void aCommandCountsTheEndsThatAreFinal() {
        CommandId id = command(2, 2);
        Execution first = queued(id, SHIP1, COARSE);
        Execution second = queued(id, SHIP2, COARSE);
        Execution expired = move(first, ended(first, ExecutionState.EXPIRED, true));
        commit();
        assertThat(counts(id)).isEqualTo(new MemoryLedger.Command(2, 2, 2, 0));

        begin();
        Execution lost = move(expired, ended(first, ExecutionState.LOST, false));
        move(second, ended(second, ExecutionState.SUCCEEDED, false));
        commit();
        assertThat(counts(id)).isEqualTo(new MemoryLedger.Command(2, 2, 0, 1));

        begin();
        Execution running = move(lost, as(first, ExecutionState.RUNNING, 1));
        commit();
        assertThat(counts(id)).isEqualTo(new MemoryLedger.Command(2, 2, 1, 0));

        begin();
        move(running, ended(first, ExecutionState.SUCCEEDED, false));
        commit();
        assertThat(counts(id)).isEqualTo(new MemoryLedger.Command(2, 2, 0, 0));
    }

    @Test
    void eventsAreKept() {
        event();
        event();
        commit();

        assertThat(events()).isEqualTo(2);
    }

    @Test
    void theNewestUnreadableFramesAreKept() {
        quarantine();
        commit();
        assertThat(quarantined()).isEqualTo(1);

        begin();
        for (int i = 0; i < Limits.QUARANTINE_ROWS; i++) {
            quarantine();
        }
        commit();
        assertThat(quarantined()).isEqualTo(Limits.QUARANTINE_ROWS);
    }

    @Test
    void aGenerationIsAboveTheLastAndNotBelowTheClock() {
        Instant start = Instant.ofEpochSecond(1000, 999_999_999);
        assertThat(raiseGeneration(start)).isEqualTo(1000);
        assertThat(raiseGeneration(start)).isEqualTo(1001);
        assertThat(raiseGeneration(Instant.ofEpochSecond(5))).isEqualTo(1002);
        assertThat(raiseGeneration(Instant.ofEpochSecond(2000))).isEqualTo(2000);
    }

    @Test
    void thePlaceInAMailboxIsThatOfOneIncarnation() {
        putMailboxPosition("one", 7);
        assertThat(mailboxPosition("one")).isEqualTo(7);
        assertThat(mailboxPosition("two")).isZero();

        putMailboxPosition("two", 3);
        assertThat(mailboxPosition("one")).isZero();
        assertThat(mailboxPosition("two")).isEqualTo(3);
    }

    @Test
    void theLinksKeepTheirOutboxAndCountersHere() {
        put(1, SHIP1, Lane.CONTROL);
        OutboxEntry entry = put(2, SHIP2, Lane.CONTROL);
        put(3, SHIP1, Lane.CONTROL);
        apply(new LedgerWrite.OfLink(new LinkWrite.DeleteOutbox(3)));
        apply(new LedgerWrite.OfLink(new LinkWrite.PutSeen(SHIP1, session, Lane.RESULTS, 4)));

        assertThat(store().outboxAfter(SHIP2, Lane.CONTROL, 0, 1_000_000))
                .usingRecursiveComparison()
                .isEqualTo(List.of(entry));
        assertThat(store().lastOutboxPosition()).isEqualTo(2);
        assertThat(store().seen(SHIP1)).hasSize(1).containsEntry(new SeenKey(session, Lane.RESULTS), 4L);
        assertThat(store().seen(SHIP2)).isEmpty();
    }

    @Test
    void whatIsCommittedStaysAndNothingOfAnUncommittedBatchDoes() {
        apply(new LedgerWrite.PutNode(SHIP1, FINE));
        apply(new LedgerWrite.PutLastHeard(SHIP1, FINE));
        apply(new LedgerWrite.PutFacts(SHIP1, "digest", JsonObject.of(Map.of())));
        CommandId id = command(1, 2);
        apply(new LedgerWrite.PutDocument(id, 1, bytes("document")));
        Execution first = queued(id, SHIP1, COARSE);
        Execution second = queued(id, SHIP2, COARSE);
        Execution running =
                output(move(second, as(second, ExecutionState.RUNNING, 1)), 1, OutputStreamName.STDOUT, 0, 5);
        put(1, SHIP1, Lane.CONTROL);
        apply(new LedgerWrite.OfLink(new LinkWrite.PutSeen(SHIP1, session, Lane.RESULTS, 4)));
        event();
        quarantine();
        putMailboxPosition("one", 7);
        long generation = raiseGeneration(Instant.EPOCH);
        CommandId unknown = id();
        List<Object> before = all();
        commit();

        begin();
        apply(new LedgerWrite.PutNode(SHIP2, FINE));
        apply(new LedgerWrite.PutLastHeard(SHIP1, FINE.plusSeconds(1)));
        apply(new LedgerWrite.PutFacts(SHIP1, "other", JsonObject.of(Map.of())));
        apply(new LedgerWrite.PutCommand(document(unknown, 1), 1, COARSE));
        apply(new LedgerWrite.PutDocument(unknown, 1, bytes("document")));
        queued(unknown, SHIP1, COARSE);
        Execution received = move(first, as(first, ExecutionState.RECEIVED, 0));
        move(received, as(first, ExecutionState.RUNNING, 1));
        output(running, 2, OutputStreamName.STDOUT, 0, 5);
        move(running, ended(running, ExecutionState.FAILED, false));
        put(2, SHIP2, Lane.CONTROL);
        apply(new LedgerWrite.OfLink(new LinkWrite.DeleteOutbox(1)));
        apply(new LedgerWrite.OfLink(new LinkWrite.PutSeen(SHIP1, session, Lane.RESULTS, 5)));
        event();
        quarantine();
        putMailboxPosition("two", 8);
        assertThat(raiseGeneration(Instant.EPOCH)).isEqualTo(generation + 1);
        reopen();

        assertThat(all()).usingRecursiveComparison().isEqualTo(before);
        assertThat(counts(id)).isEqualTo(new MemoryLedger.Command(1, 2, 2, 0));
        assertThat(lastHeard(SHIP1)).contains(COARSE);
        assertThat(events()).isEqualTo(1);
        assertThat(quarantined()).isEqualTo(1);
        assertThat(raiseGeneration(Instant.EPOCH)).isEqualTo(generation + 1);
    }
}
