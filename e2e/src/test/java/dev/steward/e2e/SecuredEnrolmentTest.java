// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a machine gets in at a broker that asks who connects, and is shut out there. */
class SecuredEnrolmentTest {
    private static final Duration SOON = Duration.ofMinutes(1);

    @TempDir
    static Path folder;

    private static Installation installation;

    @BeforeAll
    static void start() throws Exception {
        installation = Installation.secured(folder);
        installation.startStation();
        installation.startAgentAndWait("ship1");
    }

    @AfterAll
    static void stop() throws Exception {
        installation.close();
    }

    @Test
    void aMachineJoinsWithItsTokenAloneAndARevocationEndsItsConnection() throws Exception {
        var ship4 = new Newcomer(folder, "ship4", cli("token", "create").out().strip());
        Machine.Result approved = cli("node", "approve", "ship4", "--fingerprint", ship4.awaitFingerprint());
        assertThat(approved.exit()).as(approved.err()).isZero();
        ship4.awaitEnrolled();

        Path agentLog = folder.resolve("ship4.log");
        Process agent = ship4.startAgent(agentLog);
        try {
            installation.awaitReachable("ship4", true);
            Machine.Result run = cli("run", "--on", "ship4", "--", "echo", "joined");
            assertThat(run.out()).as(run.err()).contains("joined");

            assertThat(cli("node", "revoke", "ship4", "--yes").exit()).isZero();
            installation.awaitReachable("ship4", false);
            Await.until(
                    "the broker lets it in no more",
                    SOON,
                    () -> Files.readString(agentLog).contains("Authorization Violation"));
            assertThat(agent.isAlive()).isTrue();
            assertThat(cli("run", "--on", "ship1", "--", "echo", "others").out())
                    .contains("others");
        } finally {
            Machine.kill(agent);
        }
    }

    @Test
    void aTokenThatIsRevokedLetsNobodyAskAnyMore() throws Exception {
        String token = cli("token", "create", "--node", "ship5").out().strip();
        Machine.Result list = cli("token", "list", "--json");
        Matcher id = Pattern.compile("\"id\":\"([^\"]+)\",\"node\":\"ship5\"").matcher(list.out());
        assertThat(id.find()).as(list.out()).isTrue();
        assertThat(cli("token", "revoke", id.group(1)).exit()).isZero();
        var late = new Newcomer(folder, "ship5", token);
        try {
            late.awaitLog("Authorization Violation"); // the broker lets it in no more
            assertThat(cli("node", "pending").out()).doesNotContain("ship5");
        } finally {
            late.kill();
        }
    }

    @Test
    void aNodeThatIsToldOfABrokerWithoutTlsSaysWhatToDo() throws Exception {
        Machine.Result result = Machine.cli(
                Map.of(),
                "agent",
                "--data",
                installation.agentFolder("ship1").toString(),
                "--broker",
                "nats://127.0.0.1:" + installation.brokerPort());
        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err()).contains("is without TLS").contains("tls://HOST:PORT");
    }

    private static Machine.Result cli(String... arguments) throws Exception {
        return Machine.cli(installation.environment(), arguments);
    }
}
