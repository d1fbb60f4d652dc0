// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.agent.core.AgentCore;
import dev.steward.agent.core.JournalWrite;
import dev.steward.agent.core.StoredExecution;
import dev.steward.message.Ack;
import dev.steward.message.CommandId;
import dev.steward.message.ExecutionState;
import dev.steward.message.Outcome;
import dev.steward.message.link.Session;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What an agent finds waiting in its journal may come from an older copy of it. */
class OlderJournalTest extends AgentCoreFixture {
    @Test
    void whatTheJournalHoldsStartsWhenTheStationKnowsOfNoOtherStart() {
        CommandId id = left(ExecutionState.RECEIVED, 0, false, Duration.ofHours(1));
        AgentCore core = core();
        station().meet(core, now);
        pass(core, Duration.ofHours(2).dividedBy(4));
        assertThat(started).isEmpty();

        station().inquire(core, now, id, 0, Optional.empty());
        assertThat(started).containsExactly(id + "/1");
    }

    @Test
    void anOlderCopyOfTheJournalDoesNotStartWhatTheStationHasHeardTheStartOf() {
        CommandId id = left(ExecutionState.RECEIVED, 0, false, Duration.ofHours(1));
        AgentCore core = core();
        station().meet(core, now);
        station().inquire(core, now, id, 1, Optional.empty());

        assertThat(started).isEmpty();
        assertThat(state(id)).isEqualTo(ExecutionState.INTERRUPTED);
        assertThat(killed).containsExactly(id);
    }

    @Test
    void whatWaitsWhenAProcessReopensItsOwnJournalStartsWithoutTheStation() {
        CommandId id = left(ExecutionState.RECEIVED, 0, false, Duration.ofHours(1));
        reopened();

        assertThat(started).containsExactly(id + "/1");
    }

    @Test
    void whatWasUnsureBeforeAJournalWasReopenedIsUnsureAfterIt() {
        CommandId id = left(ExecutionState.RECEIVED, 0, false, Duration.ofHours(1));
        core(new AgentCore.Recovery(Set.of(), Optional.of(Set.of(id)), AgentCore.Told.NOTHING));

        assertThat(started).isEmpty();
    }

    @Test
    void anOlderCopyOfTheJournalRunsARepeatableCommandAgainAsTheNextAttempt() {
        CommandId id = left(ExecutionState.RECEIVED, 0, true, Duration.ofHours(1));
        AgentCore core = core();
        station().meet(core, now);
        station().inquire(core, now, id, 1, Optional.empty());

        assertThat(started).containsExactly(id + "/2");
    }

    @Test
    void anOlderCopyOfTheJournalTakesTheEndFromTheStationAndTellsNothingNew() {
        CommandId id = left(ExecutionState.RECEIVED, 0, false, Duration.ofHours(1));
        AgentCore core = core();
        station().meet(core, now);
        station().inquire(core, now, id, 1, Optional.of(ExecutionState.SUCCEEDED));

        assertThat(started).isEmpty();
        assertThat(state(id)).isEqualTo(ExecutionState.SUCCEEDED);
        assertThat(results()).isEmpty();
    }

    @Test
    void whatWaitsFromBeforeMachinesWereNamedByTheirKeysIsForgottenAndWhatEndedStays() throws Exception {
        left(ExecutionState.RECEIVED, 0, false, Duration.ofHours(1));
        left(ExecutionState.RUNNING, 1, false, Duration.ofHours(1));
        CommandId ended = left(ExecutionState.RECEIVED, 0, false, Duration.ofHours(1));
        Outcome outcome = Outcome.notStarted(ExecutionState.EXPIRED, "too late", START);
        journal()
                .apply(new JournalWrite.PutExecution(new StoredExecution(
                        ended,
                        position,
                        PROCESS,
                        new byte[0],
                        ExecutionState.EXPIRED,
                        0,
                        "",
                        START,
                        Optional.empty(),
                        Optional.of(new Ack.Finished(ended, outcome).encode()))));
        close();
        try (var older = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("journal.db"));
                var statement = older.createStatement()) {
            statement.execute("UPDATE execution SET document = x'7b7d'");
            statement.execute("DROP TABLE audit");
            statement.execute("PRAGMA user_version = 3");
        }
        open();

        assertThat(journal().open()).isEmpty();
        assertThat(state(ended)).isEqualTo(ExecutionState.EXPIRED);
        station().meet(core(), now);
        assertThat(started).isEmpty();
    }

    @Test
    void anInquiryThatAnEarlierStartWasAskedLetsNothingStart() {
        CommandId id = left(ExecutionState.RECEIVED, 0, false, Duration.ofHours(1));
        AgentCore core = core();
        station().meet(core, now);
        station().inquire(core, now, Session.create(random), id, 0, Optional.empty());

        assertThat(started).isEmpty();
    }

    @Test
    void anInquiryThatAnEarlierStartOfTheStationHasLeftLetsNothingStart() {
        CommandId id = left(ExecutionState.RECEIVED, 0, false, Duration.ofHours(1));
        AgentCore core = core();
        station().meet(core, now);
        station().inquireFrom(Session.create(random), core, now, id);
        assertThat(started).isEmpty();

        station().inquire(core, now, id, 0, Optional.empty());
        assertThat(started).containsExactly(id + "/1");
    }

    @Test
    void whatWasCanceledDoesNotStartWhenAJournalIsReopened() {
        CommandId id = left(ExecutionState.RECEIVED, 0, false, Duration.ofHours(1));
        journal().apply(new JournalWrite.PutCanceled(id));
        reopened();

        assertThat(started).isEmpty();
    }

    @Test
    void aCancelOfWhatTheJournalHoldsWaitsForTheStationsWordToo() {
        CommandId id = left(ExecutionState.RECEIVED, 0, false, Duration.ofHours(1));
        journal().apply(new JournalWrite.PutCanceled(id));
        agree(core(), id);

        assertThat(started).isEmpty();
        assertThat(state(id)).isEqualTo(ExecutionState.CANCELED);
    }

    @Test
    void aCancelThatComesAgainIsAnsweredWithTheSameEnd() throws Exception {
        CommandId id = left(ExecutionState.RECEIVED, 0, false, Duration.ofHours(1));
        AgentCore core = core();
        station().meet(core, now);
        station().cancel(core, now, id); // ahead of the word that it may start, from a station that remembers it
        station().inquire(core, now, id, 0, Optional.empty());
        station().cancel(core, now, id);

        assertThat(started).isEmpty();
        assertThat(state(id)).isEqualTo(ExecutionState.CANCELED);
        assertThat(station().told).hasSize(2);
        byte[] told = station().told.getFirst().body();
        assertThat(Ack.decode(told)).isInstanceOf(Ack.Finished.class);
        assertThat(station().told.getLast().body()).isEqualTo(told);
    }

    @Test
    void theAgentAsksForWhatTheStationDoesNotNameByItself() throws Exception {
        CommandId id = left(ExecutionState.RECEIVED, 0, false, Duration.ofHours(1));
        AgentCore core = core();
        station().meet(core, now);
        pass(core, Duration.ofSeconds(2));
        assertThat(results()).isEmpty();

        pass(core, Duration.ofSeconds(2));
        assertThat(results()).hasSize(1);
        assertThat(Ack.decode(results().getFirst().body())).isEqualTo(new Ack.Unsure(id));

        pass(core, Duration.ofMinutes(2)); // once a conversation
        assertThat(results()).hasSize(1);
    }
}
