// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.agent.core.AgentCore;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.Outcome;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A node whose station says that two speak under its identity. */
class FrozenTest extends DocumentsFixture {
    @Test
    void nothingStartsUntilTheStationSaysOtherwiseAndWhatRunsGoesOn() {
        AgentCore core = met();
        Document.Command runs = command(TestOperator.KEY);
        Document.Command waits = command(TestOperator.KEY);
        give(core, TestOperator.sign(runs));
        give(core, TestOperator.sign(waits)); // behind it
        hearFrozen(core);
        core.ended(now, runs.id(), ended());
        pass(core, Duration.ofSeconds(5));
        assertThat(state(runs.id())).isEqualTo(ExecutionState.FAILED);
        assertThat(state(waits.id())).isEqualTo(ExecutionState.RECEIVED);
        assertThat(stopped).isEmpty();
        assertThat(started).containsExactly(runs.id() + "/1");

        station().unfreezes(core, now);
        pass(core, Duration.ofSeconds(1));
        assertThat(started).containsExactly(runs.id() + "/1", waits.id() + "/1");
    }

    @Test
    void anAgentThatReopensItsJournalStaysFrozen() {
        AgentCore core = met();
        Document.Command runs = command(TestOperator.KEY);
        Document.Command waits = command(TestOperator.KEY);
        give(core, TestOperator.sign(runs));
        give(core, TestOperator.sign(waits));
        hearFrozen(core);
        AgentCore reopened = core(AgentCore.Recovery.of(core, Set.of(runs.id())));
        reopened.ended(now, runs.id(), ended());
        pass(reopened, Duration.ofSeconds(5));

        assertThat(started).containsExactly(runs.id() + "/1");
    }

    @Test
    void anAgentThatStartsAnewHoldsWhatItFoundUntilTheStationAsksForIt() {
        AgentCore core = met();
        core.drain();
        Document.Command waits = command(TestOperator.KEY);
        give(core, TestOperator.sign(waits));
        station().freezes();
        AgentCore next = core();
        station().meet(next, now);
        pass(next, Duration.ofSeconds(60));
        assertThat(started).isEmpty();

        station().unfreezes(next, now);
        station().inquire(next, now, waits.id(), 0, Optional.empty());
        assertThat(started).containsExactly(waits.id() + "/1");
    }

    private Outcome ended() {
        return Outcome.without(ExecutionState.FAILED, 1, "over", Optional.of(START), now.wall());
    }

    private void hearFrozen(AgentCore core) {
        station().freezes();
        station().meet(core, now);
    }
}
