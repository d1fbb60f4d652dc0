// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.StopTimes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StopTest {
    @TempDir
    private Path folder;

    private final List<String> said = new ArrayList<>();
    private final Children children = new Children(said::add);

    @AfterEach
    void stop() {
        children.stop();
    }

    @Test
    void whoTakesItsTimeIsWaitedForByName() throws Exception {
        Child slow =
                start("a", "trap 'sleep 4; echo in order; exit 0' TERM; echo ready; while :; do sleep 0.1; done", 20);
        awaitLog(slow, "ready");

        children.stop();

        assertThat(said)
                .containsExactly("stopping a", "waiting for a, at most 20s; what they run has 10s to end by itself");
        assertThat(slow.plan().log().tail(1)).containsExactly("in order");
    }

    @Test
    void whoMustBeKilledLeavesNothingOfWhatItRan() throws Exception {
        Path pid = folder.resolve("pid");
        // A command of the agent, a process of it in a session of its own, and one that an earlier command has left.
        String command = "STEWARD_EXECUTION=a/1/1 sh -c '(setsid sleep 300 & echo $! > %s); sleep 301'".formatted(pid);
        Child deaf = start("a", "trap '' TERM; " + command + " & while :; do sleep 0.1; done", 1);
        Process other = new ProcessBuilder("sh", "-c", "STEWARD_EXECUTION=a/2/1 exec sleep 302").start();
        while (!Files.exists(pid) || Files.readString(pid).isBlank()) {
            Thread.onSpinWait();
        }
        ProcessHandle escaped =
                ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();

        try {
            children.stop();

            assertThat(said).endsWith("a did not stop within 1s and was killed, with what it ran");
            assertThat(deaf.isAlive()).isFalse();
            escaped.onExit().get();
            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly().waitFor();
        }
    }

    @Test
    void whoeverStopsAProgramWaitsLongerThanThatTakesAtWorst() {
        for (Duration grace : List.of(Duration.ZERO, StopTimes.GRACE, Duration.ofHours(1))) {
            assertThat(StopTimes.patience(grace)).isGreaterThan(grace);
            assertThat(StopTimes.longest(grace)).isGreaterThan(StopTimes.patience(grace));
            assertThat(StopTimes.killAfter(grace)).isGreaterThan(StopTimes.longest(grace));
        }
    }

    @Test
    void aFolderThatSomebodyElseHasIsTakenOverWhenItIsFree() throws Exception {
        Path file = folder.resolve("lock");
        Files.writeString(file, ProcessHandle.current().pid() + "\n");
        assertThat(FolderHolder.of(folder)).as("a pid without a lock").isEmpty();
        Process holder = holderOf(file);
        Child child;
        try {
            assertThat(FolderHolder.of(folder)).contains(holder.pid());

            child = start("a", "exec sleep 300", 20);
            children.check();
            children.check();

            assertThat(child.process()).isEmpty();
            assertThat(said)
                    .containsExactly(
                            "a runs already as the process %d, which this `up` has not started; that one is left alone, and when it ends this `up` starts its own"
                                    .formatted(holder.pid()));
        } finally {
            holder.destroyForcibly().waitFor();
        }
        while (said.size() < 2) {
            children.check();
            Thread.onSpinWait();
        }
        assertThat(said.getLast())
                .isEqualTo("a started again, pid %d"
                        .formatted(child.process().orElseThrow().pid()));
        assertThat(child.isAlive()).isTrue();
    }

    /** A process that holds the lock as our programs do; in this one, reading the file would let go of it. */
    private Process holderOf(Path file) throws IOException {
        Path source = Files.writeString(folder.resolve("Hold.java"), """
                void main(String[] file) throws Exception {
                    var channel = java.nio.channels.FileChannel.open(
                            java.nio.file.Path.of(file[0]), java.nio.file.StandardOpenOption.WRITE);
                    channel.lock();
                    var pid = (ProcessHandle.current().pid() + "\\n").getBytes();
                    channel.write(java.nio.ByteBuffer.wrap(pid), 0);
                    channel.truncate(pid.length);
                    System.out.println("locked");
                    Thread.sleep(600_000);
                }
                """);
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        source.toString(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(holder.inputReader().readLine()).isEqualTo("locked");
        return holder;
    }

    private Child start(String name, String shell, int killAfterSeconds) throws IOException {
        return children.start(new Child.Plan(
                "agent",
                name,
                List.of("sh", "-c", shell),
                Map.of(),
                List.of("steward", "agent"),
                true,
                Duration.ofSeconds(killAfterSeconds),
                new LogFile(folder.resolve(name + ".log")),
                folder,
                folder.resolve(name + ".json")));
    }

    private static void awaitLog(Child child, String line) {
        while (!child.plan().log().tail(1).contains(line)) {
            Thread.onSpinWait();
        }
    }
}
