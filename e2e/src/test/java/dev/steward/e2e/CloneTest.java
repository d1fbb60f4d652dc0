// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.CommandId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node's data folder on two machines. */
class CloneTest {
    private static final Duration SOON = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    private Installation installation = new Installation(Path.of(""));

    @BeforeEach
    void start() throws Exception {
        installation = new Installation(folder);
        installation.startBroker();
        installation.startStation();
        installation.startAgentAndWait("ship1");
    }

    @AfterEach
    void stop() throws Exception {
        installation.close();
    }

    @Test
    void bothAreFrozenUntilOneIsStoppedAndAPersonDecidesAndWhatWaitedRunsOnce() throws Exception {
        Witness witness = Witness.in(folder);
        witness.allowAll();
        CommandId before = installation.order(witness.command(1, "0"), false, "ship1");
        installation.awaitState(before, "ship1", "succeeded");
        installation.kill("ship1");
        Path copy = folder.resolve("copy");
        Folders.copyFiles(installation.agentFolder("ship1"), copy);
        installation.startAgentAndWait("ship1");
        Process twin = Machine.steward(List.of(
                        "agent",
                        "--name",
                        "ship1",
                        "--broker",
                        installation.brokerUrl(),
                        "--data",
                        copy.toString(),
                        "--heartbeat",
                        "2s"))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("twin.log").toFile())
                .start();
        try {
            Await.until("frozen", SOON, () -> cli("nodes").out().contains("frozen for"));
            assertThat(cli("events").out()).contains("two agents speak as ship1");
            Machine.Result run = cli("run", "--on", "ship1", "--wait", "1s", "--shell", witness.command(2, "0"));
            assertThat(run.exit()).as(run.err()).isEqualTo(3);
            assertThat(run.err()).contains("ship1 is frozen", "node unfreeze ship1", "queued, frozen");

            installation.kill("station");
            installation.startStation();
            installation.awaitReachable("ship1", true);
            int turns = turns();
            Await.until("both have said hello again", SOON, () -> turns() >= turns + 3);
            assertThat(witness.started()).containsExactly(1);
            assertThat(installation.states()).containsEntry("queued", 1L);
        } finally {
            Machine.kill(twin);
        }

        assertThat(cli("node", "unfreeze", "ship1").exit()).isZero();
        Await.until("it has run", SOON, () -> witness.ended().contains(2));
        Await.until("the station knows", SOON, () -> installation.states().equals(Map.of("succeeded", 2L)));
        assertThat(witness.starts(1)).isEqualTo(1);
        assertThat(witness.starts(2)).isEqualTo(1);
        assertThat(cli("nodes").out()).contains("reachable").doesNotContain("frozen");
        assertThat(cli("node", "unfreeze", "ship1").err()).contains("node ship1 is not frozen");
    }

    /** How often the station has taken up a conversation with one of the two. */
    private int turns() throws IOException {
        return Files.readString(folder.resolve("station.log")).split("node ship1 is there", -1).length;
    }

    private Machine.Result cli(String... arguments) throws Exception {
        return Machine.cli(installation.environment(), arguments);
    }
}
