// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of {@code steward up}, and what it says of processes that are not its own. */
class UpStopTest {
    private static final Duration START = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    private final String http = "127.0.0.1:" + Machine.freePort();
    private final String brokerPort = Integer.toString(Machine.freePort());
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (Process process : started.reversed()) {
            process.destroy();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                Machine.kill(process);
            }
        }
    }

    @Test
    void ctrlCWaitsForACommandThatOutlastsTheGraceAndLeavesNothingOfIt() throws Exception {
        Process up = up();
        Path pid = folder.resolve("pid");
        Machine.Result run = Machine.cli(
                Map.of("STEWARD_DATA", folder.toString()),
                "run",
                "--on",
                "ship1",
                "--timeout",
                "10m",
                "--detach",
                "--shell",
                "trap '' TERM; echo $$ > %s; while :; do sleep 0.2; done".formatted(pid));
        assertThat(run.exit()).as(run.err()).isZero();
        Await.until(
                "the command runs",
                START,
                () -> Files.exists(pid) && !Files.readString(pid).isBlank());

        up.destroy();
        assertThat(up.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(log()).contains("waiting for ship1, at most ").doesNotContain("was killed");
        assertThat(Machine.isRunning(Files.readString(pid).strip())).isFalse();
    }

    @Test
    void anAgentStartedByHandIsShownAsWhatItIsAndTakenOverWhenItEnds() throws Exception {
        Process first = up(); // which makes a node of the folder
        first.destroy();
        assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
        Process byHand = Machine.steward(List.of(
                        "agent",
                        "--name",
                        "ship1",
                        "--broker",
                        "tls://127.0.0.1:" + brokerPort,
                        "--data",
                        folder.resolve("nodes/ship1").toString(),
                        "--heartbeat",
                        "1s"))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("by-hand.log").toFile())
                .start();
        started.add(byHand);
        Path lock = folder.resolve("nodes/ship1/lock");
        Await.until(
                "the agent has its folder",
                START,
                () -> Files.exists(lock) && Files.readString(lock).strip().equals(Long.toString(byHand.pid())));

        up();

        assertThat(log())
                .contains("ship1 runs already as the process " + byHand.pid())
                .containsPattern("agent +ship1 +%d \\(not of this `up`\\)".formatted(byHand.pid()));
        byHand.destroy();
        Pattern again = Pattern.compile("ship1 started again, pid (\\d+)");
        Await.until("up starts its own", START, () -> again.matcher(log()).find());
        Matcher line = again.matcher(log());
        assertThat(line.find()).isTrue();
        assertThat(Machine.isRunning(line.group(1))).isTrue();
    }

    @Test
    void aStationStartedByHandRefusesTheUpOnItsFolderWithItsPid() throws Exception {
        Process byHand = Machine.steward(List.of(
                        "station",
                        "--broker",
                        "nats://127.0.0.1:" + brokerPort,
                        "--data",
                        folder.resolve("station").toString(),
                        "--http",
                        http))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("by-hand.log").toFile())
                .start();
        started.add(byHand);
        Await.until("the station serves", START, () -> Files.exists(folder.resolve("station/station.json")));

        Machine.Result up =
                Machine.cli(Map.of(), "up", "--data", folder.toString(), "--http", http, "--broker-port", brokerPort);

        assertThat(up.exit()).isEqualTo(1);
        assertThat(up.err()).contains("has not started").contains("kill " + byHand.pid());
    }

    private Process up() throws Exception {
        Process up = Machine.steward(List.of(
                        "up",
                        "--data",
                        folder.toString(),
                        "--http",
                        http,
                        "--broker-port",
                        brokerPort,
                        "--nodes",
                        "ship1"))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("up.log").toFile())
                .start();
        started.add(up);
        Await.until("up is ready", START, () -> {
            assertThat(up.isAlive()).as(log()).isTrue();
            return log().contains("Ctrl-C");
        });
        return up;
    }

    private String log() throws Exception {
        return Files.readString(folder.resolve("up.log"));
    }
}
