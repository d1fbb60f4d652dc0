// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.terminal.ExitCode;
import dev.steward.message.Document;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class PolicyTest extends CommandLineFixture {
    @Test
    void anAllowedCommandIsToldWithItsRuleAndNeverRuns() {
        AtomicReference<Document.Command> ordered = orderIsAccepted("running", 1);
        executionsAre(Station.execution("ship1", "succeeded", "\"exitCode\":0,\"stdout\":\"rule at line 7\\n\""));

        assertThat(steward("policy", "test", "ship1", "--env", "A=b", "--", "ls", "-l"))
                .isZero();

        assertThat(out()).isEqualTo("ship1: allowed\nrule at line 7\n");
        assertThat(ordered.get().dryRun()).isTrue();
        assertThat(ordered.get().targets()).containsExactly(Station.target("ship1"));
        assertThat(ordered.get().startBefore()).isAfter(NOW.plus(Duration.ofSeconds(10)));
        assertThat(ordered.get().arguments().get("command")).hasToString("[ls, -l]");
    }

    @Test
    void aRefusedOneIsToldWithTheReason() {
        orderIsAccepted("running", 1);
        executionsAre(Station.execution("ship1", "rejected", "\"reason\":\"no rule \\u001b[31mallows it\""));

        assertThat(steward("policy", "test", "ship1", "--shell", "df -h")).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(out()).isEqualTo("ship1: refused\nno rule \\x1b[31mallows it\n");

        out.reset();
        assertThat(steward("policy", "test", "ship1", "--json", "--shell", "df -h"))
                .isEqualTo(ExitCode.SOME_FAILED);
        assertThat(out()).contains("\"node\":\"ship1\"", "\"verdict\":\"refused\",\"explanation\":\"no rule ");
    }

    @Test
    void aNodeThatSaysNothingInTimeIsNamed() {
        orderIsAccepted("running", 1);
        executionsAre(Station.execution("ship1", "queued", "\"reachable\":false,\"outputComplete\":false"));

        assertThat(steward("policy", "test", "ship1", "--wait", "200ms", "--", "ls"))
                .isEqualTo(ExitCode.INCOMPLETE);
        assertThat(err())
                .contains("no verdict of ship1 yet: queued, not reachable, last heard 3m ago")
                .contains("steward show 019");
        assertThat(out()).isEmpty();
    }

    @Test
    void aVerdictOfTheStationAloneIsNone() {
        orderIsAccepted("running", 1);
        executionsAre(
                Station.execution("ship1", "expired", "\"provisional\":true,\"reason\":\"no word from the node\""));

        assertThat(steward("policy", "test", "ship1", "--wait", "200ms", "--", "ls"))
                .isEqualTo(ExitCode.INCOMPLETE);
    }

    @Test
    void amongCommandsAQuestionIsMarkedAsOne() {
        station.on(
                "GET " + COMMANDS + "?",
                200,
                "{\"commands\":["
                        + Station.command(ID, "succeeded", 1, "").replace("{\"id\"", "{\"dryRun\":true,\"id\"") + "]}");

        assertThat(steward("commands", "-n", "1")).isZero();
        assertThat(out()).contains("(test) date");
    }

    @Test
    void oneNodeIsAskedAtATime() {
        orderIsAccepted("running", 1);

        assertThat(steward("policy", "test", "ship*", "--", "ls")).isEqualTo(ExitCode.USAGE);
        assertThat(steward("policy", "test", "ship9", "--", "ls")).isEqualTo(ExitCode.USAGE);
        assertThat(steward("policy", "test", "ship1")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("means 2 nodes; name one", "unknown node 'ship9'", "what shall be run?");
        assertThat(station.requests("POST")).isEmpty();
    }

    @Test
    void aRefusedSignatureIsSaidSo() {
        station.on("GET /api/v1/nodes", 200, Station.nodes("ship1"));
        station.on("POST " + COMMANDS, 403, "{\"error\":{\"code\":\"forbidden\",\"message\":\"SHA256:x is revoked\"}}");

        assertThat(steward("run", "--on", "ship1", "--", "date")).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("refused it: SHA256:x is revoked").doesNotContain("token");
    }
}
