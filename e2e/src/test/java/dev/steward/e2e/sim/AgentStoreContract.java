// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.agent.Journal;
import dev.steward.agent.core.AgentStore;
import dev.steward.agent.core.JournalWrite;
import dev.steward.agent.core.StoredExecution;
import dev.steward.message.CommandId;
import dev.steward.message.ExecutionState;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.OutputStreamName;
import dev.steward.message.Subject;
import dev.steward.message.WireMessage;
import dev.steward.message.audit.AuditHash;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.link.Lane;
import dev.steward.message.link.LinkStore.SeenKey;
import dev.steward.message.link.LinkWrite;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.OutboxEntry;
import dev.steward.message.link.Session;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every journal of an agent does, on disk or in memory. */
abstract class AgentStoreContract {
    static final NodeName CENTRAL = NodeName.CENTRAL;
    private final Instant now = Instant.now();
    private final Instant later = now.plus(Duration.ofHours(1));
    private final Instant earlier = now.minus(Duration.ofHours(1));
    private static final Instant FINE = Instant.parse("2026-01-31T12:00:00.123456789Z");
    private static final Instant COARSE = Instant.parse("2026-01-31T12:00:00.123Z");

    private final Random random = new Random(1);
    private final Session session = Session.create(random);
    private final List<CommandId> ids = new ArrayList<>();

    abstract AgentStore store();

    abstract void begin();

    abstract void apply(JournalWrite write);

    abstract void commit();

    /** Goes on with what is committed, as after a crash. */
    abstract void reopen();

    abstract List<Journal.Spawned> spawned();

    /** The audit log that is committed. */
    abstract List<JournalWrite.PutAudit> auditKept();

    /** How many frames that could not be read are committed. */
    abstract int quarantined();

    @BeforeEach
    void beginFirst() {
        begin();
    }

    private CommandId id() {
        CommandId id = CommandId.create(now, random);
        ids.add(id);
        return id;
    }

    private static StoredExecution execution(CommandId id, long position, Instant startBefore) {
        return new StoredExecution(
                id,
                position,
                "shellcommand.operatingsystem",
                bytes("document " + position),
                ExecutionState.RECEIVED,
                0,
                "",
                startBefore,
                Optional.empty(),
                Optional.empty());
    }

    private StoredExecution received(long position, Instant startBefore) {
        StoredExecution execution = execution(id(), position, startBefore);
        apply(new JournalWrite.PutExecution(execution));
        return execution;
    }

    private static StoredExecution as(
            StoredExecution from, ExecutionState state, int attempt, Optional<Instant> startedAt, String finished) {
        return new StoredExecution(
                from.id(),
                from.position(),
                from.process(),
                from.document(),
                state,
                attempt,
                attempt == 0 ? "" : "boot" + attempt,
                from.startBefore(),
                startedAt,
                finished.isEmpty() ? Optional.empty() : Optional.of(bytes(finished)));
    }

    private StoredExecution running(StoredExecution from, int attempt) {
        StoredExecution running = as(from, ExecutionState.RUNNING, attempt, Optional.of(COARSE), "");
        apply(new JournalWrite.PutExecution(running));
        return running;
    }

    private StoredExecution ended(StoredExecution from) {
        StoredExecution ended = as(from, ExecutionState.SUCCEEDED, 1, Optional.of(COARSE), "it ended");
        apply(new JournalWrite.PutExecution(ended));
        return ended;
    }

    private void quarantine() {
        var message = new WireMessage("a.b", Map.of("name", "value"), bytes("noise"));
        apply(new JournalWrite.Quarantine(message, "not a frame", now));
    }

    private OutboxEntry put(long position, Lane lane, int bytes) {
        var entry = new OutboxEntry(
                position,
                CENTRAL,
                lane,
                new MessageId(session, position),
                Subject.ack(CENTRAL, "shellcommand", "operatingsystem"),
                new byte[bytes],
                false);
        apply(new JournalWrite.OfLink(new LinkWrite.PutOutbox(entry)));
        return entry;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** All that can be read. */
    private List<Object> all() {
        var all = new ArrayList<Object>();
        for (CommandId id : ids) {
            all.add(store().execution(id));
            all.add(store().isCanceled(id));
        }
        all.add(store().open());
        all.add(spawned());
        all.add(store().lastExecutionPosition());
        all.add(store().lastOutboxPosition());
        all.add(store().bulkBytes());
        all.add(store().generation());
        all.add(store().auditMark());
        all.add(store().stationAudit());
        all.add(store().operators());
        all.add(store().isLow());
        all.add(store().seen(CENTRAL));
        for (Lane lane : Lane.values()) {
            all.add(store().outboxAfter(CENTRAL, lane, 0, 1_000_000));
        }
        return all;
    }

    @Test
    void anEmptyJournalHasNothing() {
        assertThat(store().execution(id())).isEmpty();
        assertThat(store().isCanceled(id())).isFalse();
        assertThat(store().open()).isEmpty();
        assertThat(spawned()).isEmpty();
        assertThat(store().lastExecutionPosition()).isZero();
        assertThat(store().lastOutboxPosition()).isZero();
        assertThat(store().bulkBytes()).isZero();
        assertThat(store().generation()).isZero();
        assertThat(store().auditMark()).isEqualTo(AuditMark.NONE);
        assertThat(store().stationAudit()).isEmpty();
        assertThat(store().operators()).isEmpty();
        assertThat(store().isLow()).isFalse();
        assertThat(quarantined()).isZero();
    }

    @Test
    void anExecutionComesBackAsItWasPutWithTimesInMilliseconds() {
        CommandId id = id();
        var put = new StoredExecution(
                id,
                7,
                "a.b",
                bytes("document"),
                ExecutionState.FAILED,
                2,
                "boot",
                FINE,
                Optional.of(FINE),
                Optional.of(bytes("end")));
        apply(new JournalWrite.PutExecution(put));

        assertThat(store().execution(id))
                .usingRecursiveComparison()
                .isEqualTo(Optional.of(new StoredExecution(
                        id,
                        7,
                        "a.b",
                        bytes("document"),
                        ExecutionState.FAILED,
                        2,
                        "boot",
                        COARSE,
                        Optional.of(COARSE),
                        Optional.of(bytes("end")))));
        assertThat(store().lastExecutionPosition()).isEqualTo(7);
    }

    @Test
    void aReplacementKeepsWhatWasOrderedAndChangesWhatBecameOfIt() {
        StoredExecution first = received(3, COARSE);
        var replacement = new StoredExecution(
                first.id(),
                99,
                "other.process",
                bytes("other document"),
                ExecutionState.RUNNING,
                1,
                "boot1",
                later,
                Optional.of(COARSE),
                Optional.empty());
        apply(new JournalWrite.PutExecution(replacement));

        assertThat(store().execution(first.id()))
                .usingRecursiveComparison()
                .isEqualTo(Optional.of(as(first, ExecutionState.RUNNING, 1, Optional.of(COARSE), "")));
        assertThat(store().lastExecutionPosition()).isEqualTo(3);
    }

    @Test
    void whatHasNotEndedIsOpenInOrderOfReceipt() {
        StoredExecution third = received(3, COARSE);
        StoredExecution first = received(1, COARSE);
        StoredExecution second = running(received(2, COARSE), 1);
        ended(received(4, COARSE));

        assertThat(store().open()).extracting(StoredExecution::id).containsExactly(first.id(), second.id(), third.id());
        assertThat(store().lastExecutionPosition()).isEqualTo(4);

        ended(second);
        assertThat(store().open()).extracting(StoredExecution::id).containsExactly(first.id(), third.id());
    }

    @Test
    void anExecutionThatEndedMayOpenAgain() {
        StoredExecution execution = ended(received(1, COARSE));
        StoredExecution waiting = as(execution, ExecutionState.RECEIVED, 1, Optional.of(COARSE), "");
        apply(new JournalWrite.PutExecution(waiting));

        assertThat(store().open()).usingRecursiveComparison().isEqualTo(List.of(waiting));
    }

    @Test
    void onlyWhatRunsHasAProcessAndANewStartForgetsTheOldOne() {
        StoredExecution execution = running(received(1, COARSE), 1);
        received(2, COARSE);
        assertThat(spawned()).containsExactly(new Journal.Spawned(execution.id(), 1, "boot1", 0, 0));

        apply(new JournalWrite.PutSpawned(execution.id(), 4711, 99));
        assertThat(spawned()).containsExactly(new Journal.Spawned(execution.id(), 1, "boot1", 4711, 99));

        running(execution, 2);
        assertThat(spawned()).containsExactly(new Journal.Spawned(execution.id(), 2, "boot2", 0, 0));

        ended(execution);
        assertThat(spawned()).isEmpty();
    }

    @Test
    void aCancelIsRememberedWhateverBecomesOfTheExecution() {
        StoredExecution execution = received(1, COARSE);
        StoredExecution other = received(2, COARSE);
        apply(new JournalWrite.PutCanceled(execution.id()));
        running(execution, 1);
        apply(new JournalWrite.PutSpawned(execution.id(), 1, 1));
        ended(execution);

        assertThat(store().isCanceled(execution.id())).isTrue();
        assertThat(store().isCanceled(other.id())).isFalse();
    }

    @Test
    void droppedOutputIsCountedOnceAPieceAsLongAsItsExecutionRuns() {
        StoredExecution execution = received(1, COARSE);
        StoredExecution other = received(2, COARSE);
        running(execution, 1);
        apply(new JournalWrite.PutDropped(execution.id(), OutputStreamName.STDOUT, 0, 10));
        apply(new JournalWrite.PutDropped(execution.id(), OutputStreamName.STDERR, 0, 5));
        apply(new JournalWrite.PutDropped(execution.id(), OutputStreamName.STDOUT, 10, 2));
        apply(new JournalWrite.PutDropped(execution.id(), OutputStreamName.STDOUT, 10, 2));
        assertThat(store().droppedBytes(execution.id())).isEqualTo(17);
        assertThat(store().droppedBytes(other.id())).isZero();

        ended(execution);
        assertThat(store().droppedBytes(execution.id())).isZero();
    }

    @Test
    void aWordAboutAnExecutionThatIsNotThereChangesNothing() {
        CommandId id = id();
        apply(new JournalWrite.PutSpawned(id, 1, 1));
        apply(new JournalWrite.PutCanceled(id));

        assertThat(store().execution(id)).isEmpty();
        assertThat(store().isCanceled(id)).isFalse();
    }

    @Test
    void onlyWhatEndedLongAgoAndCannotStartAgainIsForgotten() {
        StoredExecution old = ended(received(1, earlier));
        StoredExecution couldStart = ended(received(2, later.plusSeconds(1)));
        StoredExecution open = received(3, earlier);

        apply(new JournalWrite.ForgetEnded(earlier, now));
        assertThat(store().execution(old.id())).isPresent();

        apply(new JournalWrite.ForgetEnded(later, now));
        assertThat(store().execution(old.id())).isEmpty();
        assertThat(store().execution(couldStart.id())).isPresent();
        assertThat(store().execution(open.id())).isPresent();

        apply(new JournalWrite.PutExecution(execution(old.id(), 9, earlier)));
        assertThat(store().open()).extracting(StoredExecution::position).containsExactly(3L, 9L);
    }

    @Test
    void aDeadlineOfThisVeryMomentIsNotOver() {
        StoredExecution execution = ended(received(1, COARSE));
        apply(new JournalWrite.ForgetEnded(later, FINE));
        assertThat(store().execution(execution.id())).isPresent();

        apply(new JournalWrite.ForgetEnded(later, COARSE.plusMillis(1)));
        assertThat(store().execution(execution.id())).isEmpty();
    }

    @Test
    void theLastPositionIsTheHighestThatIsStillThere() {
        received(1, COARSE);
        ended(received(2, earlier));
        apply(new JournalWrite.ForgetEnded(later, now));

        assertThat(store().lastExecutionPosition()).isEqualTo(1);
    }

    @Test
    void theGenerationIsTheOneThatWasPutLast() {
        apply(new JournalWrite.PutGeneration(5));
        apply(new JournalWrite.PutGeneration(9));

        assertThat(store().generation()).isEqualTo(9);
    }

    @Test
    void theLogEndsWithTheEntryThatWasPutLast() {
        audit(3);

        assertThat(store().auditMark()).isEqualTo(new AuditMark(3, new AuditHash("%064d".formatted(3))));
    }

    @Test
    void ofTheLogTheNewestEntriesAreKeptAndTheHashUnderThem() {
        audit(Limits.NODE_AUDIT_ENTRIES + Journal.AUDIT_CUT_EVERY + 1);
        commit();

        List<JournalWrite.PutAudit> kept = auditKept();
        assertThat(kept).hasSize(Limits.NODE_AUDIT_ENTRIES + 2);
        assertThat(kept.getFirst().number()).isEqualTo(Journal.AUDIT_CUT_EVERY);
        assertThat(kept.getFirst().entry()).isEmpty();
        assertThat(kept.getFirst().hash().hex()).isEqualTo("%064d".formatted(Journal.AUDIT_CUT_EVERY));
        assertThat(kept.get(1).entry()).isEqualTo(bytes("entry " + (Journal.AUDIT_CUT_EVERY + 1)));
    }

    @Test
    void whatTheStationSaysOfItsLogIsWhatWasPutLast() {
        var mark = new AuditMark(7, new AuditHash("%064d".formatted(7)));
        apply(new JournalWrite.PutStationAudit(AuditMark.NONE));
        apply(new JournalWrite.PutStationAudit(mark));

        assertThat(store().stationAudit()).contains(mark);
    }

    private void audit(int upTo) {
        for (int number = 1; number <= upTo; number++) {
            apply(new JournalWrite.PutAudit(
                    number, bytes("entry " + number), new AuditHash("%064d".formatted(number))));
        }
    }

    @Test
    void theListOfOperatorsIsTheOneThatWasPutLast() {
        apply(new JournalWrite.PutOperators(bytes("first")));
        apply(new JournalWrite.PutOperators(bytes("second")));

        assertThat(store().operators().orElseThrow()).isEqualTo(bytes("second"));
    }

    @Test
    void whetherSpaceIsLowIsWhatWasPutLast() {
        apply(new JournalWrite.PutLow(true));
        assertThat(store().isLow()).isTrue();

        apply(new JournalWrite.PutLow(false));
        assertThat(store().isLow()).isFalse();
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
    void theLinkKeepsItsOutboxAndCountersHere() {
        OutboxEntry result = put(1, Lane.RESULTS, 5);
        put(2, Lane.BULK, 70);
        put(3, Lane.BULK, 7);
        apply(new JournalWrite.OfLink(new LinkWrite.DeleteOutbox(3)));
        apply(new JournalWrite.OfLink(new LinkWrite.PutSeen(CENTRAL, session, Lane.CONTROL, 4)));

        assertThat(store().outboxAfter(CENTRAL, Lane.RESULTS, 0, 1_000_000))
                .usingRecursiveComparison()
                .isEqualTo(List.of(result));
        assertThat(store().bulkBytes()).isEqualTo(70);
        assertThat(store().waiting(result.subject())).isEqualTo(2);
        assertThat(store().lastOutboxPosition()).isEqualTo(2);
        assertThat(store().seen(CENTRAL)).hasSize(1).containsEntry(new SeenKey(session, Lane.CONTROL), 4L);
    }

    @Test
    void whatIsCommittedStaysAndNothingOfAnUncommittedBatchDoes() {
        StoredExecution waits = received(1, COARSE);
        StoredExecution runs = running(received(2, COARSE), 1);
        apply(new JournalWrite.PutSpawned(runs.id(), 11, 12));
        StoredExecution ended = ended(received(3, earlier));
        apply(new JournalWrite.PutGeneration(5));
        audit(2);
        apply(new JournalWrite.PutStationAudit(AuditMark.NONE));
        put(1, Lane.BULK, 10);
        apply(new JournalWrite.OfLink(new LinkWrite.PutSeen(CENTRAL, session, Lane.CONTROL, 4)));
        quarantine();
        CommandId unknown = id();
        List<Object> before = all();
        commit();

        begin();
        apply(new JournalWrite.PutExecution(execution(unknown, 4, COARSE)));
        running(waits, 1);
        apply(new JournalWrite.PutCanceled(waits.id()));
        apply(new JournalWrite.PutSpawned(runs.id(), 21, 22));
        ended(runs);
        apply(new JournalWrite.ForgetEnded(later, now));
        assertThat(store().execution(ended.id())).isEmpty();
        apply(new JournalWrite.PutExecution(execution(ended.id(), 8, COARSE)));
        apply(new JournalWrite.PutGeneration(6));
        apply(new JournalWrite.PutAudit(3, bytes("lost"), new AuditHash("%064d".formatted(3))));
        apply(new JournalWrite.PutStationAudit(store().auditMark()));
        put(2, Lane.BULK, 10);
        apply(new JournalWrite.OfLink(new LinkWrite.MarkSent(List.of(1L))));
        apply(new JournalWrite.OfLink(new LinkWrite.PutSeen(CENTRAL, session, Lane.CONTROL, 5)));
        quarantine();
        reopen();

        assertThat(all()).usingRecursiveComparison().isEqualTo(before);
        assertThat(quarantined()).isEqualTo(1);
    }
}
