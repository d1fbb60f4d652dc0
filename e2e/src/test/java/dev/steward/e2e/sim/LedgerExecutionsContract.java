// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.CommandId;
import dev.steward.message.ExecutionState;
import dev.steward.message.Limits;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import dev.steward.message.link.Lane;
import dev.steward.message.link.LinkWrite;
import dev.steward.message.link.OutboxEntry;
import dev.steward.station.core.Execution;
import dev.steward.station.core.LedgerWrite;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What every ledger makes of executions and their output, on disk or in memory. */
abstract class LedgerExecutionsContract extends LedgerFixture {
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
    void anExecutionIsFoundByTheMessageThatHasOrderedItOfTheNodeThatItWentTo() {
        CommandId id = command(1, 2);
        Execution first = queued(id, SHIP1, COARSE);
        Execution second = queued(id, SHIP2, COARSE);
        Execution received = move(second, as(second, ExecutionState.RECEIVED, 0));

        assertThat(store().executionOf(SHIP1, first.messageId())).contains(first);
        assertThat(store().executionOf(SHIP2, second.messageId())).contains(received);
        assertThat(store().executionOf(SHIP1, "0000000000000-99")).isEmpty();
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
}
