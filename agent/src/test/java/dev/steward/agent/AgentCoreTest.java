// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.agent.core.AgentCore;
import dev.steward.agent.core.JournalWrite;
import dev.steward.message.Ack;
import dev.steward.message.CommandId;
import dev.steward.message.ErrorEvent;
import dev.steward.message.ExecutionState;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.OperatorList;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import dev.steward.message.Refusal;
import dev.steward.message.Space;
import dev.steward.message.Subject;
import dev.steward.message.WireMessage;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.OutboxEntry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an agent makes of commands, crashes, defects and garbage. */
class AgentCoreTest extends AgentCoreFixture {
    @Test
    void whatRanWhenTheAgentWasKilledIsInterruptedAndToldOnce() throws Exception {
        CommandId id = left(ExecutionState.RUNNING, 1, false, Duration.ofHours(1));
        core();

        assertThat(state(id)).isEqualTo(ExecutionState.INTERRUPTED);
        assertThat(started).isEmpty();
        assertThat(results()).hasSize(1);
        Ack.Finished told = (Ack.Finished) Ack.decode(results().getFirst().body());
        assertThat(told.outcome().state()).isEqualTo(ExecutionState.INTERRUPTED);

        core(); // and again after one more start
        assertThat(results()).hasSize(1);
    }

    @Test
    void aRepeatableCommandStartsAgainUntilItsAttemptsAreUsedUp() {
        CommandId again = left(ExecutionState.RUNNING, Limits.ATTEMPTS - 1, true, Duration.ofHours(1));
        agree(core(), again);
        assertThat(started).containsExactly(again + "/" + Limits.ATTEMPTS);

        core();
        assertThat(state(again)).isEqualTo(ExecutionState.INTERRUPTED);
    }

    @Test
    void withoutRoomForItsOutcomeNothingStartsAndTheStationIsToldOnce() throws Exception {
        CommandId id = left(ExecutionState.RECEIVED, 0, false, Duration.ofHours(1));
        space = new Space(true, "disk of /data nearly full: 1.2 MiB free, needs 8.0 MiB");
        AgentCore core = reopened();
        core.space(now, space);
        pass(core, Duration.ofSeconds(1));
        core = reopened();
        core.space(now, space);

        assertThat(started).isEmpty();
        assertThat(state(id)).isEqualTo(ExecutionState.RECEIVED);
        assertThat(results()).hasSize(1);
        ErrorEvent told = ErrorEvent.decode(results().getFirst().body());
        assertThat(told.text()).startsWith(space.text() + "; no command starts");

        core.space(now, Space.ENOUGH);
        pass(core, Duration.ofSeconds(1));
        assertThat(started).containsExactly(id + "/1");
        assertThat(ErrorEvent.decode(results().get(1).body()).text()).contains("has room again");
    }

    @Test
    void withoutRoomOutputOfWhatRunsIsCutAndCountedAndItsOutcomeRecorded() throws Exception {
        CommandId id = left(ExecutionState.RUNNING, 1, false, Duration.ofHours(1));
        space = new Space(true, "full");
        AgentCore core = reopened(id);
        core.output(now, id, 1, new OutputChunk(OutputStreamName.STDOUT, 0, new byte[1000]));

        assertThat(journal().bulkBytes()).isZero();
        assertThat(journal().droppedBytes(id)).isEqualTo(1000);
        core.ended(now, id, Outcome.without(ExecutionState.INTERRUPTED, 1, "test", Optional.of(START), now.wall()));
        assertThat(state(id)).isEqualTo(ExecutionState.INTERRUPTED);
    }

    @Test
    void aRepeatableCommandThatWasCanceledDoesNotRunAgainAfterACrash() {
        CommandId id = left(ExecutionState.RUNNING, 1, true, Duration.ofHours(1));
        journal().apply(new JournalWrite.PutCanceled(id));
        core();

        assertThat(started).isEmpty();
        assertThat(state(id)).isEqualTo(ExecutionState.CANCELED);
    }

    @Test
    void whatWasInterruptedAndIsTooLateToRunAgainSaysSo() {
        CommandId id = left(ExecutionState.RUNNING, 1, true, Duration.ofSeconds(-1));
        agree(core(), id);

        assertThat(started).isEmpty();
        assertThat(state(id)).isEqualTo(ExecutionState.INTERRUPTED);
    }

    @Test
    void whatWaitsStartsInOrderOneAtATime() {
        CommandId first = left(ExecutionState.RECEIVED, 0, false, Duration.ofHours(1));
        CommandId second = left(ExecutionState.RECEIVED, 0, false, Duration.ofHours(1));
        AgentCore core = core();
        agree(core, second);
        assertThat(started).isEmpty(); // what waits before it is not settled yet

        agree(core, first);
        assertThat(started).containsExactly(first + "/1");
        assertThat(state(first)).isEqualTo(ExecutionState.RUNNING);
        assertThat(state(second)).isEqualTo(ExecutionState.RECEIVED);
    }

    @Test
    void whatIsNotStartedByItsDeadlineExpires() {
        CommandId runs = left(ExecutionState.RECEIVED, 0, false, Duration.ofHours(1));
        CommandId waits = left(ExecutionState.RECEIVED, 0, false, Duration.ofSeconds(30));
        CommandId late = left(ExecutionState.RECEIVED, 0, false, Duration.ofSeconds(-1));
        AgentCore core = core();
        core.tick(now);
        assertThat(state(late)).isEqualTo(ExecutionState.RECEIVED); // it may have run: the station knows

        agree(core, runs, waits, late);
        pass(core, Duration.ofSeconds(1));
        assertThat(state(late)).isEqualTo(ExecutionState.EXPIRED);
        assertThat(state(waits)).isEqualTo(ExecutionState.RECEIVED);

        pass(core, Duration.ofSeconds(31));
        assertThat(state(waits)).isEqualTo(ExecutionState.EXPIRED);
        assertThat(state(runs)).isEqualTo(ExecutionState.RUNNING);
    }

    @Test
    void aProcessThatFailsStartsAgainAfterAPauseAndTheStationIsTold() throws Exception {
        CommandId first = left(ExecutionState.RUNNING, 1, false, Duration.ofHours(1));
        CommandId second = left(ExecutionState.RECEIVED, 0, false, Duration.ofHours(1));
        AgentCore core = reopened(first);
        agree(core, second);

        core.failed(now, first, "a defect");
        assertThat(state(first)).isEqualTo(ExecutionState.INTERRUPTED);
        assertThat(started).isEmpty();
        OutboxEntry event = results().stream()
                .filter(entry -> entry.subject().equals(Subject.errorLog(NodeName.CENTRAL)))
                .findFirst()
                .orElseThrow();
        assertThat(ErrorEvent.decode(event.body()).text()).contains(PROCESS).contains("a defect");

        pass(core, Duration.ofMillis(900));
        assertThat(started).isEmpty();
        pass(core, Duration.ofMillis(200));
        assertThat(started).containsExactly(second + "/1");
    }

    @Test
    void whatStillRunsAfterTheJournalWasReopenedIsNotInterrupted() {
        CommandId id = left(ExecutionState.RUNNING, 1, false, Duration.ofHours(1));
        AgentCore core = reopened(id);

        assertThat(state(id)).isEqualTo(ExecutionState.RUNNING);
        assertThat(core.isIdle()).isFalse();
        core.interruptAll();
        assertThat(stopped).containsExactly(id);
    }

    @Test
    void anAgentThatStopsStartsNothingNew() {
        CommandId first = left(ExecutionState.RUNNING, 1, false, Duration.ofHours(1));
        CommandId second = left(ExecutionState.RECEIVED, 0, false, Duration.ofHours(1));
        AgentCore core = reopened(first);
        core.drain();
        agree(core, second);
        core.failed(now, first, "whatever");
        pass(core, Duration.ofMinutes(5));

        assertThat(started).isEmpty();
    }

    @Test
    void garbageIsCountedAndKeptAndToldAtABoundedPace() {
        AgentCore core = core();
        for (int i = 0; i < 1000; i++) {
            core.undecodable(now, Refusal.of(new WireMessage("ship1.x", Map.of(), new byte[] {1, 2}), "no frame"));
        }

        assertThat(results()).hasSize(10); // the 1st, 2nd, 4th … 512th
    }

    @Test
    void aCommandThatCantBeReadIsAnsweredByTheIdOfItsMessage() throws Exception {
        AgentCore core = core();
        station().meet(core, now);
        MessageId newer = station().give(core, now, Subject.command(SHIP, "test", "test"), new byte[] {'{', '}'});
        station().exchange(core, now);

        ErrorEvent told = ErrorEvent.decode(station().told.getLast().body());
        assertThat(told.refused()).contains(newer.toString());
        assertThat(told.text()).startsWith("refused: ");
        assertThat(results()).isEmpty();
    }

    @Test
    void errorsThatWaitAreBoundedAndTheNextOneCountsThoseLeftOut() throws Exception {
        AgentCore core = core();
        station().meet(core, now);
        Subject errors = Subject.errorLog(NodeName.CENTRAL);
        OperatorList older = TestOperator.list(1);
        station().give(core, now, Subject.operators(SHIP), TestOperator.sign(TestOperator.list(2)));
        for (int i = 0; i < Limits.ERRORS_WAITING + 20; i++) {
            station().give(core, now, Subject.operators(SHIP), TestOperator.sign(older));
        }
        assertThat(journal().waiting(errors)).isEqualTo(Limits.ERRORS_WAITING);
        station().give(core, now, Subject.command(SHIP, "t", "t"), new byte[0]);
        assertThat(journal().waiting(errors))
                .as("a refusal that an execution waits for")
                .isEqualTo(Limits.ERRORS_WAITING + 1);

        core(); // the next start finds them waiting
        assertThat(journal().waiting(errors)).isEqualTo(Limits.ERRORS_WAITING + 1);
        station().exchange(core, now);
        assertThat(journal().waiting(errors)).isZero();
        assertThat(ErrorEvent.decode(station().told.getLast().body()).text()).contains("before it 20 errors");
    }
}
