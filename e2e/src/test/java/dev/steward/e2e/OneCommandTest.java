// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.CommandId;
import dev.steward.message.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Single commands on a broker, a station and agents that are real processes. */
class OneCommandTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private static Installation installation = new Installation(Path.of(""));

    @BeforeAll
    static void start() throws Exception {
        installation = new Installation(folder);
        installation.startBroker();
        installation.startStation();
        installation.startAgentAndWait("ship1");
        installation.startAgentAndWait("ship2", "--label", "region=north");
    }

    @AfterAll
    static void stop() throws Exception {
        installation.close();
    }

    @Test
    void aCommandBringsOutcomeAndOutputOfEachNodeBack() throws Exception {
        CommandId id = installation.order("echo out; echo err >&2; exit 3", false, "ship1", "ship2");
        installation.awaitState(id, "ship1", "failed");
        installation.awaitState(id, "ship2", "failed");

        JsonObject execution = installation.execution(id, "ship1");
        assertThat(execution.integer("exitCode", 0, 255)).isEqualTo(3);
        assertThat(execution.text("stdout")).isEqualTo("out\n");
        assertThat(execution.text("stderr")).isEqualTo("err\n");
        assertThat(execution.integer("attempt", 1, 3)).isEqualTo(1);
        assertThat(execution.bool("outputComplete")).isTrue();
        JsonObject command = installation.get("commands/" + id).orElseThrow();
        assertThat(command.text("state")).isEqualTo("failed");
    }

    @Test
    void aCommandOrderedWhileItsNodeIsDownRunsOnceWhenItIsBack() throws Exception {
        Path witness = folder.resolve("down");
        installation.startAgentAndWait("ship3");
        installation.stop("ship3");
        installation.awaitReachable("ship3", false);
        CommandId id = installation.order("echo x >> " + witness, false, "ship3");
        assertThat(installation.state(id, "ship3")).isEqualTo("queued");

        installation.startAgent("ship3");
        installation.awaitState(id, "ship3", "succeeded");

        assertThat(Files.readAllLines(witness)).hasSize(1);
        installation.stop("ship3");
    }

    @Test
    void aCommandSentToANodeThatHasJustDiedRunsOnceWhenTheNodeIsBackHalfAMinuteLater() throws Exception {
        Path witness = folder.resolve("dead");
        installation.startAgentAndWait("ship10");
        installation.kill("ship10"); // without a word, so that the station sends
        CommandId id = installation.order("echo x >> " + witness, false, "ship10");
        long back = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        Await.until("half a minute later", Duration.ofMinutes(1), () -> {
            assertThat(installation.state(id, "ship10")).isEqualTo("queued");
            return System.nanoTime() > back;
        });
        installation.awaitReachable("ship10", false);

        installation.startAgent("ship10");
        installation.awaitState(id, "ship10", "succeeded");

        assertThat(Files.readAllLines(witness)).hasSize(1);
        installation.stop("ship10");
    }

    @Test
    void anAgentKilledWhileACommandRunsSaysInterruptedAndItsProcessesAreGone() throws Exception {
        Path witness = folder.resolve("pids");
        installation.startAgentAndWait("ship4");
        // A child in a session of its own, a double fork, and one without the marker in its environment.
        CommandId id = installation.order(
                "w=%s; echo $$ >> $w; setsid sh -c 'echo $$ >> %<s; exec sleep 1000' & (sh -c 'echo $$ >> %<s; exec sleep 1000' &) ; env -i sh -c 'echo $$ >> %<s; exec sleep 1000' & exec sleep 1000"
                        .formatted(witness),
                false,
                "ship4");
        Await.until(
                "four processes",
                SOON,
                () -> Files.exists(witness) && Files.readAllLines(witness).size() == 4);
        installation.awaitState(id, "ship4", "running");

        installation.kill("ship4");
        installation.startAgent("ship4");
        installation.awaitState(id, "ship4", "interrupted");

        for (String pid : Files.readAllLines(witness)) {
            Await.until("process " + pid + " is gone", SOON, () -> !Machine.isRunning(pid));
        }
        assertThat(installation.execution(id, "ship4").text("reason")).contains("agent went down");
        installation.stop("ship4");
    }

    @Test
    void aRepeatableCommandThatWasInterruptedRunsAgain() throws Exception {
        Path witness = folder.resolve("again");
        installation.startAgentAndWait("ship5");
        CommandId id = installation.order(
                "echo x >> %s; if [ $(wc -l < %<s) = 1 ]; then sleep 1000; fi".formatted(witness), true, "ship5");
        Await.until(
                "first start",
                SOON,
                () -> Files.exists(witness) && !Files.readAllLines(witness).isEmpty());

        installation.kill("ship5");
        installation.startAgent("ship5");
        installation.awaitState(id, "ship5", "succeeded");

        assertThat(Files.readAllLines(witness)).hasSize(2);
        assertThat(installation.execution(id, "ship5").integer("attempt", 1, 3)).isEqualTo(2);
        installation.stop("ship5");
    }

    @Test
    void anAgentWhoseFolderWasDeletedSaysThatItKnowsNothingAndTheStationSaysLost() throws Exception {
        Path witness = folder.resolve("forgotten");
        installation.startAgentAndWait("ship6");
        CommandId id = installation.order("echo $$ > %s; exec sleep 1000".formatted(witness), false, "ship6");
        installation.awaitState(id, "ship6", "running");
        Await.until("its pid", SOON, () -> Files.exists(witness) && Files.size(witness) > 0);

        installation.kill("ship6");
        Folders.deleteFiles(installation.agentFolder("ship6"));
        installation.startAgent("ship6");

        installation.awaitState(id, "ship6", "lost");
        installation.stop("ship6");
        // Nobody knows of the sleeping process any more but this test.
        String pid = Files.readString(witness).strip();
        ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
        Await.until("process " + pid + " is gone", SOON, () -> !Machine.isRunning(pid));
    }

    @Test
    void anAgentWhoseFolderCameBackFromAnOlderCopyRunsNothingAgain() throws Exception {
        Path witness = folder.resolve("older");
        Path gate = folder.resolve("gate");
        installation.startAgentAndWait("ship9");
        CommandId first = installation.order("until [ -e %s ]; do sleep 0.1; done".formatted(gate), false, "ship9");
        CommandId waiting = installation.order("echo x >> " + witness, false, "ship9");
        installation.awaitState(first, "ship9", "running");
        installation.awaitState(waiting, "ship9", "received");
        installation.kill("ship9");
        Path copy = folder.resolve("copy");
        Folders.copyFiles(installation.agentFolder("ship9"), copy);

        Files.createFile(gate);
        installation.startAgent("ship9");
        installation.awaitState(first, "ship9", "interrupted");
        installation.awaitState(waiting, "ship9", "succeeded");
        installation.kill("ship9");
        Folders.deleteFiles(installation.agentFolder("ship9"));
        Folders.copyFiles(copy, installation.agentFolder("ship9"));
        installation.startAgentAndWait("ship9");
        CommandId after = installation.order("echo after", false, "ship9");
        installation.awaitState(after, "ship9", "succeeded"); // in order: what waited before it was settled first

        assertThat(Files.readAllLines(witness)).hasSize(1);
        assertThat(installation.state(waiting, "ship9")).isEqualTo("succeeded");
        assertThat(installation.state(first, "ship9")).isEqualTo("interrupted");
        installation.stop("ship9");
    }

    @Test
    void anAgentToldToStopLetsWhatRunsEndWithinItsGrace() throws Exception {
        installation.startAgentAndWait("ship7", "--grace", "20s");
        CommandId id = installation.order("sleep 2; echo done", false, "ship7");
        installation.awaitState(id, "ship7", "running");

        assertThat(installation.stop("ship7")).isEqualTo(143);
        installation.awaitState(id, "ship7", "succeeded");
        assertThat(installation.execution(id, "ship7").text("stdout")).isEqualTo("done\n");
        installation.awaitReachable("ship7", false);
    }

    @Test
    void anAgentToldToStopInterruptsWhatOutlastsItsGrace() throws Exception {
        installation.startAgentAndWait("ship8", "--grace", "1s");
        CommandId id = installation.order("sleep 1000", false, "ship8");
        installation.awaitState(id, "ship8", "running");

        installation.stop("ship8");
        installation.awaitState(id, "ship8", "interrupted");
    }

    @Test
    void aCancelStopsWhatRunsAndWhatWaits() throws Exception {
        CommandId running = installation.order("sleep 1000", false, "ship2");
        CommandId waiting = installation.order("echo never", false, "ship2");
        installation.awaitState(running, "ship2", "running");
        installation.awaitState(waiting, "ship2", "received");

        for (CommandId id : new CommandId[] {waiting, running}) {
            Machine.Result result = Machine.cli(installation.environment(), "cancel", id.toString());
            assertThat(result.exit()).as(result.err()).isZero();
        }

        installation.awaitState(waiting, "ship2", "canceled");
        installation.awaitState(running, "ship2", "canceled");
    }

    @Test
    void aCancelOfWhatHasLeftAndDidNotArriveKeepsItFromEverStarting() throws Exception {
        Path witness = folder.resolve("canceled");
        installation.startAgentAndWait("ship11");
        installation.kill("ship11"); // without a word, so that the station sends
        CommandId id = installation.order("echo x >> " + witness, false, "ship11");
        Machine.Result cancel = Machine.cli(installation.environment(), "cancel", id.toString(), "--wait", "1s");
        assertThat(cancel.exit()).as(cancel.err()).isEqualTo(3);
        assertThat(installation.state(id, "ship11")).isEqualTo("queued");

        installation.startAgent("ship11");
        installation.awaitState(id, "ship11", "canceled");

        CommandId after = installation.order("true", false, "ship11");
        installation.awaitState(after, "ship11", "succeeded"); // in order, so behind all that came before
        assertThat(witness).doesNotExist();
        assertThat(installation.execution(id, "ship11").text("reason")).isEqualTo("canceled before it came");
        installation.stop("ship11");
    }

    @Test
    void aCommandOverItsTimeIsKilled() throws Exception {
        Machine.Result result = Machine.cli(
                installation.environment(), "run", "--on", "ship1", "--timeout", "1s", "--json", "--", "sleep", "1000");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.out()).contains("\"state\":\"timed-out\"");
    }

    @Test
    void aDataFolderOfOneNodeIsRefusedToAnother() throws Exception {
        installation.startAgentAndWait("ship12");
        installation.stop("ship12");

        Machine.Result other = Machine.cli(
                Map.of(),
                "agent",
                "--name",
                "ship13",
                "--broker",
                installation.brokerUrl(),
                "--data",
                installation.agentFolder("ship12").toString());
        assertThat(other.exit()).isEqualTo(2);
        assertThat(other.err()).contains("--name ship13: this folder was enrolled with the name ship12");
    }

    @Test
    void aDataFolderIsHeldByOneProcessAtATime() throws Exception {
        Machine.Result second = Machine.cli(
                Map.of(),
                "agent",
                "--name",
                "ship1",
                "--broker",
                "nats://127.0.0.1:1",
                "--data",
                installation.agentFolder("ship1").toString());

        assertThat(second.exit()).isEqualTo(1);
        assertThat(second.err())
                .contains("is in use by the process "
                        + installation.process("ship1").pid());
    }

    @Test
    void factsAndLabelsOfANodeAreKnown() throws Exception {
        JsonObject node = installation.knownNodes().stream()
                .filter(found -> "ship2".equals(found.get("name")))
                .findFirst()
                .orElseThrow();

        assertThat(node.object("labels").text("region")).isEqualTo("north");
        assertThat(node.object("facts").integer("cpus", 1, 10_000)).isPositive();
    }
}
