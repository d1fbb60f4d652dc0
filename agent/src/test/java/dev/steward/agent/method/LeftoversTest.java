// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import static dev.steward.agent.method.RecordingTask.await;
import static dev.steward.agent.method.RecordingTask.isAlive;
import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.agent.method.Leftovers.Recorded;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes as an agent that was killed leaves them. */
class LeftoversTest {
    private final String marker = "STEWARD_TEST_LEFTOVER=" + UUID.randomUUID();
    private final List<Long> started = new ArrayList<>();

    @TempDir
    private Path folder = Path.of("");

    @AfterEach
    void endWhatATestLeft() {
        started.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    @Test
    void killsMarkedProcessesWhereverTheyAre() throws Exception {
        leave("note & setsid sh -c note & (sh -c 'note &' &); note", 4);

        assertThat(Leftovers.killMarked(marker)).isGreaterThanOrEqualTo(4);
        assertThat(started).noneMatch(RecordingTask::isAlive);
    }

    @Test
    void killsByPrefixAndNothingElse() throws Exception {
        leave("exec note", 1);

        assertThat(Leftovers.killMarked(marker + "x")).isZero();
        assertThat(Leftovers.killMarked("X" + marker)).isZero();
        assertThat(started).allMatch(RecordingTask::isAlive);
        assertThat(Leftovers.killMarked(marker.substring(0, marker.length() - 1)))
                .isEqualTo(1);
    }

    @Test
    void killsByMarkerAloneWhereTheAgentDiedBeforeItKnewThePid() throws Exception {
        leave("exec note", 1);

        // Group 0 would be the agent's own.
        assertThat(Leftovers.kill(List.of(new Recorded(marker, Leftovers.bootId(), 0, 0))))
                .isEqualTo(1);
        assertThat(started).noneMatch(RecordingTask::isAlive);
    }

    @Test
    void killsTheSessionOfARecordedProcessThatLives() throws Exception {
        Process leader = leave("env -i \"$NOTE\" & exec note", 2);
        Recorded recorded = recorded(leader);
        assertThat(Leftovers.killMarked("STEWARD_TEST_LEFTOVER=other")).isZero();

        assertThat(Leftovers.kill(List.of(recorded))).isEqualTo(2);
        assertThat(started).noneMatch(RecordingTask::isAlive);
    }

    @Test
    void killsWhatIsLeftOfTheSessionAfterItsLeader() throws Exception {
        Process leader = leave("env -i \"$NOTE\" & read -r _", 1);
        Recorded recorded = recorded(leader);
        leader.getOutputStream().close();
        leader.waitFor();

        assertThat(Leftovers.killMarked(marker)).as("without the variable").isZero();
        assertThat(Leftovers.kill(List.of(recorded))).isEqualTo(1);
        assertThat(started).noneMatch(RecordingTask::isAlive);
    }

    @Test
    void sparesASessionWhoseNumberWasGivenOutAgain() throws Exception {
        Process leader = leave("env -i \"$NOTE\" & exec note", 2);
        Recorded recorded = recorded(leader);
        var earlier =
                new Recorded(recorded.marker() + "x", recorded.bootId(), recorded.pid(), recorded.startTicks() - 1);
        var otherBoot = new Recorded(recorded.marker(), "another boot", recorded.pid(), recorded.startTicks());

        assertThat(Leftovers.kill(List.of(earlier, otherBoot))).isZero();
        assertThat(started).allMatch(RecordingTask::isAlive);
    }

    @Test
    void sparesProcessesOlderThanTheRecordedLeader() throws Exception {
        Process leader = leave("env -i \"$NOTE\" & read -r _", 1);
        Recorded recorded = recorded(leader);
        leader.getOutputStream().close();
        leader.waitFor();
        var later =
                new Recorded(recorded.marker(), recorded.bootId(), recorded.pid(), recorded.startTicks() + 1_000_000);

        assertThat(Leftovers.kill(List.of(later))).isZero();
        assertThat(started).allMatch(RecordingTask::isAlive);
    }

    private Recorded recorded(Process leader) {
        long startTicks = ProcessTable.entry(leader.pid()).orElseThrow().startTicks();
        return new Recorded(marker, Leftovers.bootId(), leader.pid(), startTicks);
    }

    /** Runs a line in a marked session; each {@code note} in it is a process that notes its pid and stays. */
    private Process leave(String line, int processes) throws IOException {
        Path note = folder.resolve("note");
        Files.writeString(note, "#!/bin/sh\necho $$ >> '%s'/pids\nexec /bin/sleep 300\n".formatted(folder));
        assertThat(note.toFile().setExecutable(true)).isTrue();
        var builder = new ProcessBuilder("setsid", "--", "sh", "-c", line)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        int equals = marker.indexOf('=');
        builder.environment().put(marker.substring(0, equals), marker.substring(equals + 1));
        builder.environment().put("NOTE", note.toString());
        builder.environment().merge("PATH", folder.toString(), (path, own) -> own + File.pathSeparator + path);
        Process leader = builder.start();
        await("the processes run", () -> noted().count() == processes);
        noted().forEach(started::add);
        return leader;
    }

    private LongStream noted() {
        try {
            Path pids = folder.resolve("pids");
            return Files.exists(pids)
                    ? Files.readString(pids).lines().mapToLong(Long::parseLong).filter(pid -> isAlive(pid))
                    : LongStream.empty();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
