// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ChildrenTest {
    @TempDir
    private Path folder;

    private final List<String> said = new ArrayList<>();
    private final Children children = new Children(said::add);

    @AfterEach
    void stop() {
        children.stop();
    }

    @Test
    void aChildLeadsASessionOfItsOwnUnderThePidWeKnow() throws Exception {
        Child child = start("agent", "a", "exec cat");
        Process process = child.process().orElseThrow();
        String stat = statOnceRunning(process.pid(), "cat");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        assertThat(fields[3]).as("session").isEqualTo(String.valueOf(process.pid()));
        assertThat(ProcessRecord.read(folder.resolve("a.json")).orElseThrow().pid())
                .isEqualTo(process.pid());
    }

    @Test
    void aChildSeesTheEndOfUpAtItsStdin() throws Exception {
        Child child = start("agent", "a", "cat; echo over");
        Process process = child.process().orElseThrow();
        assertThat(process.waitFor(200, TimeUnit.MILLISECONDS)).isFalse();

        process.getOutputStream().close();

        assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(child.plan().log().tail(3)).containsExactly("over");
    }

    @Test
    void whoCrashesIsStartedAgain() throws Exception {
        start("agent", "a", "echo run; sleep 0.1; exit 3");
        checkUntil("started again");

        assertThat(said.getFirst())
                .contains("a crashed (exit 3), is started again in 1s")
                .contains("a.log");
    }

    @Test
    void whoCannotRunSaysWhyOnceHoweverOftenItIsTried() throws Exception {
        Path tries = folder.resolve("tries");
        start("agent", "a", "echo x >> %s; echo the data folder is in use by the process 7; exit 1".formatted(tries));
        while (!Files.exists(tries) || Files.readAllLines(tries).size() < 3) {
            children.check();
            Thread.sleep(20);
        }

        assertThat(said)
                .containsExactly(
                        "a can't run, and is tried again and again: the data folder is in use by the process 7");
    }

    @Test
    void whoIsStoppedByHandStaysDown() throws Exception {
        Child child = start("agent", "a", "exec sleep 60");
        long pid = child.process().orElseThrow().pid();
        statOnceRunning(pid, "sleep");
        ProcessHandle.of(pid).orElseThrow().destroy();
        checkUntil("stays down");

        assertThat(said.getLast()).endsWith("\n  steward agent --name 'a b'");
        long later = System.nanoTime() + Duration.ofMillis(1500).toNanos();
        while (System.nanoTime() < later) {
            children.check();
            Thread.sleep(50);
        }
        assertThat(said).hasSize(1);
        assertThat(child.isAlive()).isFalse();
    }

    @Test
    void agentsStopBeforeTheStationAndThatBeforeTheBroker() throws Exception {
        start("broker", "broker", "exec sleep 60");
        start("station", "station", "exec sleep 60");
        start("agent", "a", "exec sleep 60");
        start("agent", "b", "exec sleep 60");

        children.stop();
        children.stop();

        assertThat(said).containsExactly("stopping a, b", "stopping station", "stopping broker");
        assertThat(start("agent", "late", "exec sleep 60").isAlive()).isFalse();
    }

    @Test
    void aLogKeepsOneOlderOne() throws Exception {
        var log = new LogFile(folder.resolve("x.log"));
        Files.writeString(log.path(), "first\n");
        log.rotate();
        Files.writeString(log.path(), "second\n");
        log.rotate();

        assertThat(log.path()).doesNotExist();
        assertThat(folder.resolve("x.log.1")).hasContent("second");
    }

    private Child start(String role, String name, String shell) throws IOException {
        return children.start(new Child.Plan(
                role,
                name,
                List.of("sh", "-c", shell),
                Map.of(),
                List.of("steward", role, "--name", "a b"),
                true,
                Duration.ofSeconds(20),
                new LogFile(folder.resolve(name + ".log")),
                folder,
                folder.resolve(name + ".json")));
    }

    /** The process's line in /proc once it has become the program; it is a shell before. */
    private static String statOnceRunning(long pid, String program) throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (true) {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            if (stat.contains("(" + program + ")")) {
                return stat;
            }
            assertThat(System.nanoTime()).as("still not " + program).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private void checkUntil(String text) throws IOException, InterruptedException {
        while (said.stream().noneMatch(line -> line.contains(text))) {
            children.check();
            Thread.sleep(20);
        }
    }
}
