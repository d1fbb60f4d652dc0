// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.Document;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every fsync of a program fails with EIO, which strace sees to, until it is let go. */
class FailedFsyncTest {
    private static final int COMMANDS = 60;
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration DRAINED = Duration.ofMinutes(3);

    @TempDir
    Path folder;

    private final List<Document.Command> commands = new ArrayList<>();
    private Path witness = Path.of("");
    private Installation installation = new Installation(Path.of(""));

    @BeforeEach
    void start() throws Exception {
        witness = Files.createDirectory(folder.resolve("witness"));
        installation = new Installation(folder);
        installation.startBroker();
        installation.startStation();
        installation.startAgentAndWait("ship1", "--grace", "2s");
        for (int i = 0; i < COMMANDS; i++) {
            commands.add(Installation.document("echo x >> %s/%d".formatted(witness, i), false, "ship1"));
        }
    }

    @AfterEach
    void stop() throws Exception {
        installation.close();
    }

    @Test
    void anAgentWhoseFsyncFailsAcknowledgesAndStartsNothingUntilItWorksAgain() throws Exception {
        Process strace = failFsyncs("ship1");
        try {
            installation.order(commands);
            awaitLines("ship1.log", "the store does not work yet", 2); // several reopenings, all in vain

            assertThat(starts()).isZero();
            assertThat(installation.states()).isEqualTo(Map.of("queued", (long) COMMANDS));
        } finally {
            letGo(strace);
        }
        awaitAllOnce();
    }

    @Test
    void anAgentWhoseFsyncGoesOnFailingStopsInTime() throws Exception {
        Process strace = failFsyncs("ship1");
        try {
            installation.order(commands);
            awaitLines("ship1.log", "the store failed", 1);
            long begin = System.nanoTime();
            assertThat(installation.stop("ship1")).isEqualTo(144);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
            awaitLines("ship1.log", "stopped, though not all could be recorded", 1);
        } finally {
            letGo(strace);
        }
        installation.startAgentAndWait("ship1");
        awaitAllOnce();
    }

    @Test
    void aStationWhoseFsyncFailsSaysSoAtOnceAndStopsInTime() throws Exception {
        Process strace = failFsyncs("station");
        try {
            awaitLines("station.log", "the store failed", 1); // hellos go on, and their places are recorded
            Machine.Result refused = Machine.cli(installation.environment(), "run", "--on", "ship1", "--", "true");
            assertThat(refused.exit()).isEqualTo(5);
            assertThat(refused.err()).contains("the ledger does not work, nothing was recorded");
            assertThat(installation.knownNodes()).hasSize(1);
            long begin = System.nanoTime();
            assertThat(installation.stop("station")).isEqualTo(144);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
        } finally {
            letGo(strace);
        }
        installation.startStation();
        installation.awaitReachable("ship1", true);
        installation.order(commands);
        awaitAllOnce();
    }

    private Process failFsyncs(String name) throws Exception {
        Path log = folder.resolve("strace-" + name + ".log");
        Process strace = new ProcessBuilder(
                        "strace",
                        "-f",
                        "-p",
                        Long.toString(installation.process(name).pid()),
                        "-o",
                        folder.resolve("fsyncs-" + name).toString(),
                        "-e",
                        "trace=fsync,fdatasync",
                        "-e",
                        "inject=fsync,fdatasync:error=EIO")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Await.until(
                "strace has attached: " + log,
                SOON,
                () -> Files.readString(log).contains(" attached") && strace.isAlive());
        return strace;
    }

    private static void letGo(Process strace) throws InterruptedException {
        strace.destroy();
        strace.waitFor();
    }

    private void awaitLines(String log, String text, int atLeast) throws Exception {
        Await.until(text + " in " + log, SOON, () -> {
            try (Stream<String> lines = Files.lines(folder.resolve(log))) {
                return lines.filter(line -> line.contains(text)).count() >= atLeast;
            }
        });
    }

    private int starts() throws Exception {
        try (Stream<Path> files = Files.list(witness)) {
            return (int) files.count();
        }
    }

    /**
     * All ran once, but for the one whose start was in the batch that failed: the disk has it as running, or has not. It
     * was not spawned, and is not spawned again.
     */
    private void awaitAllOnce() throws Exception {
        Await.until(
                "all have ended",
                DRAINED,
                () -> Set.of("succeeded", "interrupted")
                        .containsAll(installation.states().keySet()));
        assertThat(installation.states().getOrDefault("interrupted", 0L)).isLessThanOrEqualTo(1);
        for (int i = 0; i < COMMANDS; i++) {
            Path file = witness.resolve(Integer.toString(i));
            int starts = Files.exists(file) ? Files.readAllLines(file).size() : 0;
            String state = installation.state(commands.get(i).id(), "ship1");
            assertThat(starts).as(state).isEqualTo(state.equals("succeeded") ? 1 : 0);
        }
    }
}
