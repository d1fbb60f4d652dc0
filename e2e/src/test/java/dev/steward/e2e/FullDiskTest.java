// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk of an agent or of the station fills up, to the last block, while commands wait and run. Each command appends a
 * line to a file of its own on another disk: a witness of its starts that is outside every store.
 */
class FullDiskTest {
    private static final int DISK_MIB = 40;
    private static final int RUNNING = 2;
    private static final int WAITING = 60;
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration DRAINED = Duration.ofMinutes(3);

    @TempDir
    Path folder;

    private final List<Document.Command> running = new ArrayList<>();
    private final List<Document.Command> waiting = new ArrayList<>();
    private final List<SmallDisk> disks = new ArrayList<>();
    private Path witness = Path.of("");
    private Path go = Path.of("");
    private Installation installation = new Installation(Path.of(""));

    @BeforeEach
    void prepare() throws Exception {
        witness = Files.createDirectory(folder.resolve("witness"));
        go = folder.resolve("go");
        installation = new Installation(folder);
    }

    @AfterEach
    void stop() throws Exception {
        installation.close();
        for (SmallDisk disk : disks) {
            disk.close();
        }
    }

    @Test
    void onAFullDiskOfAnAgentNothingStartsAndWhatRunsIsRecorded() throws Exception {
        SmallDisk disk = mount("nodes/ship1");
        start();
        orderWork();
        disk.fill();
        Files.createFile(go);

        // There is room for the outcomes of what ran, though there is none on the disk.
        awaitState("succeeded", running);
        awaitLine("station.log", "node ship1, disk: disk of .*nearly full: .* needs .*; no command starts", 1);
        Document.Command late = shell("echo hi");
        installation.order(List.of(late));
        CommandId canceled = waiting.getLast().id();
        assertThat(cli("cancel", canceled.toString()).exit()).isZero();
        Await.until("canceled", SOON, () -> state(canceled).equals("canceled"));
        assertThat(starts()).isEqualTo(RUNNING);
        assertThat(installation.states())
                .isEqualTo(Map.of("succeeded", (long) RUNNING, "received", WAITING - 1L, "canceled", 1L, "queued", 1L));

        installation.kill("ship1"); // and once more, after a start on the full disk
        installation.startAgentAndWait("ship1");
        assertThat(installation.stop("ship1")).isEqualTo(143);
        installation.startAgentAndWait("ship1");
        assertThat(starts()).isEqualTo(RUNNING);

        disk.makeRoom();
        awaitDrained(1);
        awaitLine("station.log", "node ship1, disk: the disk has room again", 1);
        awaitLine("station.log", "node ship1, disk: disk of .*nearly full", 1);
        checkStartedOnce(running);
        checkStartedOnce(waiting.subList(0, WAITING - 1));
        checkStartedOnce(List.of(late));
        assertThat(witness.resolve(canceled.toString())).doesNotExist();
    }

    @Test
    void anAgentThatCanRecordNothingMoreStopsInTimeAndTellsWhatItHas() throws Exception {
        SmallDisk disk = mount("nodes/ship1");
        start("--grace", "2s");
        orderWork();
        disk.fill();
        awaitLine("ship1.log", "nearly full", 1);
        Files.createFile(go);
        awaitState("succeeded", running.subList(0, 1));
        disk.keepFull(); // somebody else takes also what was kept in reserve
        installation.order(List.of(shell("echo hi")));
        cli("cancel", waiting.getFirst().id().toString());
        Await.until("its store goes on failing", SOON, () -> count("ship1.log", "the store does not work yet") > 1);

        long begin = System.nanoTime();
        assertThat(installation.stop("ship1")).isEqualTo(144);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
        awaitLine("ship1.log", "stopped, though not all could be recorded", 1);

        installation.startAgent("ship1");
        assertThat(installation.process("ship1").waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(installation.process("ship1").exitValue()).isEqualTo(1);
        awaitLine("ship1.log", "steward agent: the disk of .*/nodes/ship1 is full: .* make room there", 1);

        disk.makeRoom();
        installation.startAgentAndWait("ship1");
        awaitDrained(1);
        for (Document.Command command : running) {
            assertThat(state(command.id())).isIn("succeeded", "interrupted");
        }
        checkStartedOnce(running);
        checkStartedOnce(waiting.subList(1, WAITING));
        assertThat(witness.resolve(waiting.getFirst().id().toString())).doesNotExist();
    }

    @Test
    void aStationWithAFullDiskRefusesOrdersAndTakesEverythingWhenThereIsRoom() throws Exception {
        SmallDisk disk = mount("station");
        start();
        orderWork();
        disk.fill();
        awaitLine("station.log", "nearly full", 1);
        Machine.Result refused = cli("run", "--on", "ship1", "--", "echo", "hi");
        assertThat(refused.exit()).isEqualTo(5);
        assertThat(refused.err()).contains("disk of", "nearly full", "nothing was ordered");

        Files.createFile(go); // the node works on, and keeps what it has to tell
        Await.until("all have started", DRAINED, () -> starts() == RUNNING + WAITING);
        assertThat(installation.states().values().stream().mapToLong(n -> n).sum())
                .isEqualTo(RUNNING + WAITING);
        assertThat(installation.knownNodes()).hasSize(1);

        installation.kill("station");
        installation.startStation(); // on the full disk
        assertThat(cli("run", "--on", "ship1", "--", "echo", "hi").exit()).isEqualTo(5);

        disk.keepFull(); // somebody else takes also what was kept in reserve
        assertThat(cli("run", "--on", "ship1", "--", "echo", "hi").exit()).isEqualTo(5);
        assertThat(installation.knownNodes()).hasSize(1);
        long begin = System.nanoTime();
        assertThat(installation.stop("station")).isIn(143, 144);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
        Machine.Result noRoom = cli(
                "station",
                "--broker",
                "nats://127.0.0.1:1",
                "--data",
                folder.resolve("station").toString());
        assertThat(noRoom.exit()).isEqualTo(1);
        assertThat(noRoom.err()).contains("steward station: the disk of", "is full", "make room there");

        disk.makeRoom();
        installation.startStation();
        awaitDrained(0);
        assertThat(cli("run", "--on", "ship1", "--wait", "60s", "--", "echo", "hi")
                        .exit())
                .isZero();
        checkStartedOnce(running);
        checkStartedOnce(waiting);
        assertThat(installation.states()).isEqualTo(Map.of("succeeded", RUNNING + WAITING + 1L));
    }

    private SmallDisk mount(String where) throws Exception {
        var disk = new SmallDisk(folder.resolve(where), DISK_MIB);
        disks.add(disk);
        return disk;
    }

    private void start(String... more) throws Exception {
        installation.startBroker();
        installation.startStation();
        var arguments = new ArrayList<>(List.of("--concurrency", "shellcommand.operatingsystem=" + RUNNING));
        arguments.addAll(List.of(more));
        installation.startAgentAndWait("ship1", arguments.toArray(String[]::new));
    }

    /** Some commands run and write until they are told to end, and many wait behind them. */
    private void orderWork() throws Exception {
        for (int i = 0; i < RUNNING; i++) {
            running.add(shell("until [ -e %s ]; do head -c 3000 /dev/urandom | base64; sleep 0.1; done; echo done"
                    .formatted(go)));
        }
        for (int i = 0; i < WAITING; i++) {
            waiting.add(shell("echo hi"));
        }
        installation.order(running);
        awaitState("running", running);
        installation.order(waiting);
        awaitState("received", waiting);
        System.out.printf(
                "disk full with %s in the ledger, %d started by the witness%n", installation.states(), starts());
    }

    /** What it runs follows its line for the witness, in a file that its id names. */
    private Document.Command shell(String shell) {
        return Installation.document(
                "id=${STEWARD_EXECUTION#*/}; echo x >> %s/${id%%/*}; %s".formatted(witness, shell), false, "ship1");
    }

    private Machine.Result cli(String... arguments) throws Exception {
        return Machine.cli(installation.environment(), arguments);
    }

    private String state(CommandId id) throws Exception {
        return installation.state(id, "ship1");
    }

    private void awaitState(String state, List<Document.Command> commands) throws Exception {
        for (Document.Command command : commands) {
            installation.awaitState(command.id(), "ship1", state);
        }
    }

    /** Waits until a log has at least this many such lines, and sees that it has no more. */
    private void awaitLine(String log, String pattern, int times) throws Exception {
        Await.until(pattern + " in " + log, SOON, () -> count(log, pattern) >= times);
        assertThat(count(log, pattern)).as(pattern).isEqualTo(times);
    }

    private long count(String log, String pattern) throws Exception {
        try (Stream<String> lines = Files.lines(folder.resolve(log))) {
            return lines.filter(line -> line.matches(".*" + pattern + ".*")).count();
        }
    }

    private void awaitDrained(int canceled) throws Exception {
        Await.until(
                "all have ended",
                DRAINED,
                () -> installation.states().keySet().stream()
                        .noneMatch(List.of("queued", "received", "running")::contains));
        assertThat(installation.states().getOrDefault("canceled", 0L)).isEqualTo(canceled);
    }

    private int starts() throws Exception {
        try (Stream<Path> files = Files.list(witness)) {
            return (int) files.count();
        }
    }

    private void checkStartedOnce(List<Document.Command> commands) throws Exception {
        for (Document.Command command : commands) {
            assertThat(Files.readAllLines(witness.resolve(command.id().toString())))
                    .as("starts of %s, %s", command.id(), state(command.id()))
                    .hasSize(1);
        }
    }
}
