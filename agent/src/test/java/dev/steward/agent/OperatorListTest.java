// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.agent.core.AgentCore;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeName;
import dev.steward.message.Subject;
import dev.steward.message.trust.LocalTrust;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a node makes of lists of operators, and of what waits when one comes. */
class OperatorListTest extends DocumentsFixture {
    @Test
    void aRevocationComesBeforeWhatWaitsAndOutlivesARestart() {
        AgentCore core = met();
        publish(core, TestOperator.list(1, bob(Optional.empty())));
        core.drain(); // so that it waits
        Document.Command command = command(BOB);
        give(core, TestOperator.sign(command, BOB));
        assertThat(state(command.id())).isEqualTo(ExecutionState.RECEIVED);
        publish(core, TestOperator.list(2, bob(Optional.of(LONG_AGO))));

        pass(core, Duration.ofSeconds(1));
        AgentCore next = core();
        agree(next, command.id());
        assertThat(started).isEmpty();
        assertThat(reason(next, command.id())).startsWith("key: bob's key").contains("was revoked at 2020-01-01");
        Document.Command later = command(BOB);
        give(next, TestOperator.sign(later, BOB));
        assertThat(reason(next, later.id())).startsWith("key: bob's key");
    }

    @Test
    void nothingStartsWhileAListThatTheStationHasToldOfIsOnItsWay() {
        station().tellsOperators(2);
        AgentCore core = met();
        Document.Command command = command(TestOperator.KEY);
        give(core, TestOperator.sign(command));
        pass(core, Duration.ofSeconds(5));
        assertThat(started).isEmpty();

        publish(core, TestOperator.list(2));
        assertThat(started).containsExactly(command.id() + "/1");
    }

    @Test
    void aListThatIsRefusedHoldsNothingUp() {
        station().tellsOperators(2);
        AgentCore core = met();
        Document.Command command = command(TestOperator.KEY);
        give(core, TestOperator.sign(command));
        give(core, Subject.operators(SHIP), TestOperator.sign(by(EVE, TestOperator.list(2)), EVE));
        pass(core, Duration.ofSeconds(1));

        assertThat(started).containsExactly(command.id() + "/1");
    }

    @Test
    void onlyAuthoritiesMakeListsAndWhatIsRevokedStaysSo() throws Exception {
        AgentCore core = met();
        publish(core, TestOperator.list(3, bob(Optional.of(LONG_AGO))));
        give(
                core,
                Subject.operators(SHIP),
                TestOperator.sign(by(BOB, TestOperator.list(4, bob(Optional.empty()))), BOB));
        assertThat(lastError(core)).contains("list of operators 4 is refused: key: bob's key");
        publish(core, TestOperator.list(4, bob(Optional.empty())));
        assertThat(lastError(core)).contains("refused: revocation: ");
        publish(core, TestOperator.list(2, bob(Optional.of(LONG_AGO))));
        assertThat(lastError(core)).contains("refused: number: ");
        publish(core, TestOperator.list(5, bob(Optional.of(LONG_AGO)), operator("anna", EVE)));
        assertThat(lastError(core)).contains("refused: name: anna is an authority");

        Document.Command command = command(BOB);
        give(core, TestOperator.sign(command, BOB));
        assertThat(started).isEmpty();
    }

    @Test
    void aListOutlivesATrustFileThatCantBeUsedForAWhile() throws Exception {
        AgentCore core = met();
        publish(core, TestOperator.list(7, bob(Optional.of(LONG_AGO))));
        trust = LocalTrust.none("chmod 600");
        pass(core, Duration.ofSeconds(1));
        AgentCore next = met();
        next.trust(now, TestOperator.trust());

        publish(next, TestOperator.list(3, bob(Optional.empty())));
        assertThat(lastError(next)).contains("refused: number: the list of operators in force has number 7");
        give(next, TestOperator.sign(command(BOB), BOB));
        assertThat(started).isEmpty();
    }

    @Test
    void aListGrantsNothingWhereItsAuthorityHasLeftTheTrustFile() throws Exception {
        AgentCore core = met();
        publish(core, TestOperator.list(1, operator("bob", BOB)));
        core.trust(
                now,
                TestOperator.trust(
                        TestOperator.trustFile().replace("anna: " + TestOperator.KEY.key(), "vault: " + EVE.key())));

        assertRefused(core, TestOperator.sign(command(BOB), BOB), "is no operator's key here");
        give(core, TestOperator.sign(command(EVE), EVE));
        assertThat(started).hasSize(1);
    }

    @Test
    void aListThatIsLongOnItsWayIsToldOfOnce() throws Exception {
        station().tellsOperators(2);
        AgentCore core = met();
        for (int i = 0; i < 200; i++) {
            pass(core, Duration.ofSeconds(1));
            station().exchange(core, now);
        }

        assertThat(station().told.stream()
                        .filter(data -> data.subject().equals(Subject.errorLog(NodeName.CENTRAL)))
                        .count())
                .isEqualTo(1);
        assertThat(lastError(core)).startsWith("no command starts until the list of operators 2 is here");
    }

    @Test
    void anAgentThatReopensItsJournalStillWaitsForTheList() {
        station().tellsOperators(2);
        AgentCore core = met();
        Document.Command command = command(TestOperator.KEY);
        give(core, TestOperator.sign(command));
        pass(core, Duration.ofSeconds(1));
        AgentCore reopened = core(AgentCore.Recovery.of(core, Set.of()));
        pass(reopened, Duration.ofSeconds(1));

        assertThat(started).isEmpty();
    }
}
