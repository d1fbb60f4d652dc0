// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.Limits;
import dev.steward.message.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that never stop to write, and such that leave something behind that holds their output open. */
class EndlessOutputTest {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final int KEPT = Limits.OUTPUT_HEAD_BYTES + Limits.OUTPUT_TAIL_BYTES;

    @TempDir
    Path folder;

    private Path pids = Path.of("");
    private Installation installation = new Installation(Path.of(""));

    @BeforeEach
    void start() throws Exception {
        pids = folder.resolve("pids");
        installation = new Installation(folder);
        installation.startBroker();
        installation.startStation();
        installation.startAgentAndWait("ship1", "--concurrency", "shellcommand.operatingsystem=3");
    }

    @AfterEach
    void stop() throws Exception {
        installation.close();
        if (Files.exists(pids)) {
            for (String pid : Files.readAllLines(pids)) {
                ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    @Test
    void yesIsCappedAndCountedAndEndedAtItsTimeoutWhileMemoryStaysFlat() throws Exception {
        var agent = new ArrayList<Long>();
        var station = new ArrayList<Long>();
        // One alone, so that what is measured is not the programs' start, then three at once.
        installation.awaitState(order("yes", Duration.ofSeconds(3)), "ship1", "timed-out");
        List<CommandId> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ids.add(order("yes", Duration.ofSeconds(15)));
        }
        Await.until("all have timed out", SOON, () -> {
            agent.add(Machine.residentKiB(installation.process("ship1")));
            station.add(Machine.residentKiB(installation.process("station")));
            for (CommandId id : ids) {
                if (!installation.state(id, "ship1").equals("timed-out")) {
                    return false;
                }
            }
            return true;
        });

        System.out.printf(
                "yes: %d samples; highest resident KiB in the first and second half: agent %d, %d, station %d, %d%n",
                agent.size(), first(agent), second(agent), first(station), second(station));
        assertThat(agent).hasSizeGreaterThan(10);
        assertThat(second(agent)).isLessThan(first(agent) * 5 / 4);
        assertThat(second(station)).isLessThan(first(station) * 5 / 4);
        for (CommandId id : ids) {
            JsonObject execution = execution(id);
            assertThat(execution.integer("truncatedBytes", 0, Long.MAX_VALUE)).isGreaterThan(10L * KEPT);
            assertThat(execution.text("stdout")).hasSize(KEPT).startsWith("y\ny\n");
            assertThat(execution.bool("outputComplete")).isTrue();
        }
    }

    @Test
    void theBeginningAndTheEndOfTooMuchOutputAreKept() throws Exception {
        CommandId id = order("echo head; yes | head -c 50000000; echo tail", Duration.ofMinutes(1));
        installation.awaitState(id, "ship1", "succeeded");

        JsonObject execution = execution(id);
        assertThat(execution.text("stdout"))
                .startsWith("head\ny\n")
                .endsWith("y\ntail\n")
                .hasSize(KEPT);
        assertThat(execution.integer("truncatedBytes", 0, Long.MAX_VALUE)).isEqualTo(50_000_010 - KEPT);
    }

    @Test
    void aBackgroundProcessThatKeepsThePipeHoldsItsCommandUpForAGraceOnly() throws Exception {
        CommandId plain = order(leaving(""), Duration.ofMinutes(5));
        CommandId ownSession = order(leaving("setsid "), Duration.ofMinutes(5));
        CommandId writing = order("(echo hi; exec yes) & echo $! >> %s".formatted(pids), Duration.ofMinutes(5));

        for (CommandId id : List.of(plain, ownSession, writing)) {
            installation.awaitState(id, "ship1", "succeeded");
            assertThat(execution(id).text("stdout")).startsWith("hi\n");
        }
        assertThat(Files.readAllLines(pids)).hasSize(3);
        installation.awaitState(order("echo next", Duration.ofMinutes(1)), "ship1", "succeeded");
    }

    @Test
    void atItsTimeoutACommandEndsWithEverythingThatKeepsItsPipe() throws Exception {
        CommandId plain = order(leaving("") + "; sleep 1000", Duration.ofSeconds(2));
        CommandId ownSession = order(leaving("setsid ") + "; sleep 1000", Duration.ofSeconds(2));

        for (CommandId id : List.of(plain, ownSession)) {
            installation.awaitState(id, "ship1", "timed-out");
            assertThat(execution(id).text("stdout")).isEqualTo("hi\n");
        }
        List<String> left = Files.readAllLines(pids);
        assertThat(left).hasSize(2);
        for (String pid : left) {
            Await.until("process " + pid + " is gone", SOON, () -> !Machine.isRunning(pid));
        }
    }

    private String leaving(String how) {
        return "%ssh -c 'echo $$ >> %s; exec sleep 1000' & until grep -q . %<s; do sleep 0.1; done; echo hi"
                .formatted(how, pids);
    }

    private CommandId order(String shell, Duration timeout) throws Exception {
        Document.Command document = Installation.document(shell, false, "ship1");
        var limited = new Document.Command(
                document.id(),
                document.fleet(),
                document.part(),
                document.parts(),
                document.issuer(),
                document.issuedAt(),
                document.targets(),
                document.method(),
                document.domain(),
                document.arguments(),
                document.startBefore(),
                Optional.of(timeout),
                document.repeatable(),
                false);
        installation.order(List.of(limited));
        return limited.id();
    }

    private JsonObject execution(CommandId id) throws Exception {
        return installation
                .get("commands/%s/executions?output=%d&node=ship1".formatted(id, 2 * KEPT))
                .orElseThrow()
                .objects("executions", 1)
                .getFirst();
    }

    private static long first(List<Long> samples) {
        return highest(samples.subList(0, samples.size() / 2));
    }

    private static long second(List<Long> samples) {
        return highest(samples.subList(samples.size() / 2, samples.size()));
    }

    private static long highest(List<Long> samples) {
        return samples.stream().mapToLong(Long::longValue).max().orElseThrow();
    }
}
