// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import static dev.steward.agent.method.RecordingTask.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.ExecutionState;
import dev.steward.message.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** However a command is stopped, nothing of it is left, and its outcome says why. */
class ShellStopTest {
    @TempDir
    private Path folder = Path.of("");

    private static final Duration SHORT = Duration.ofMillis(300);

    @Test
    void timesOut() {
        Outcome outcome =
                RecordingTask.shell("echo before; sleep 300").timeout(SHORT).run();

        assertThat(outcome.state()).isEqualTo(ExecutionState.TIMED_OUT);
        assertThat(outcome.reason()).hasValue("timed out after 300ms");
        assertThat(outcome.duration())
                .hasValueSatisfying(duration -> assertThat(duration).isBetween(SHORT, Duration.ofSeconds(20)));
        assertThat(outcome.stdoutBytes()).isEqualTo(7);
    }

    /** Ways to get out of the process tree, its group, its session; and to be deaf to SIGTERM. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "sleep 300 & sleep 301",
                "setsid sleep 300 & sleep 301",
                "(setsid sh -c 'sleep 300 & sleep 301' &) ; sleep 302",
                "(sh -c '(sleep 300 &) ; exit 0' &) ; sleep 302",
                "env -i sleep 300 & sleep 301",
                "nohup sleep 300 >/dev/null 2>&1 & sleep 301",
                "trap '' TERM; sleep 300 & sleep 301; sleep 302",
                "set -m; sleep 300 & sleep 301",
                "trap '' TERM; setsid sh -c 'while :; do sleep 300; done' & sleep 301; wait; wait",
            })
    void killsAllThatBelongsToIt(String line) {
        var task = RecordingTask.shell(line).timeout(Duration.ofMillis(700));
        Outcome outcome = task.run();

        assertThat(outcome.state()).isEqualTo(ExecutionState.TIMED_OUT);
        assertThat(outcome.reason()).hasValue("timed out after 700ms");
        assertThat(task.marked()).isEmpty();
        assertThat(sleepersOf(task)).isEmpty();
    }

    @Test
    void letsProcessesEndThemselvesFirst() {
        var task = RecordingTask.shell("trap 'echo bye; exit 4' TERM; sleep 300 & wait")
                .timeout(SHORT);
        Outcome outcome = task.run();

        assertThat(task.stdout()).isEqualTo("bye\n");
        assertThat(outcome.exitCode()).hasValue(4);
        assertThat(outcome.state()).isEqualTo(ExecutionState.TIMED_OUT);
    }

    @ParameterizedTest
    @EnumSource(names = {"CANCELED", "INTERRUPTED"})
    void stopsOnRequest(ExecutionState state) {
        var task = RecordingTask.shell("echo running; setsid sleep 300 & sleep 301")
                .start();
        await("output", () -> task.streamed().equals("running\n"));
        assertThat(task.running.isDone()).isFalse();
        task.stop = Optional.of(state);
        Outcome outcome = task.outcome();

        assertThat(outcome.state()).isEqualTo(state);
        assertThat(outcome.reason()).hasValue(state + " while it ran");
        assertThat(outcome.exitCode()).hasValue(128 + 15);
        assertThat(task.marked()).isEmpty();
    }

    @Test
    void killsEverythingWhenItsThreadIsInterrupted() {
        var task = RecordingTask.shell("trap '' TERM; setsid sleep 300 & sleep 301; sleep 302")
                .start();
        await("the command runs", () -> task.marked().size() >= 3);
        task.interrupt();

        assertThatThrownBy(() -> task.running.get())
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(task.marked()).isEmpty();
    }

    @Test
    void timesOutWhileTheAgentHasNoRoomForOutput() {
        var task = RecordingTask.shell("yes")
                .room(1)
                .timeout(Duration.ofSeconds(1))
                .start();
        await("the command is gone", () -> task.pid != 0 && !RecordingTask.isAlive(task.pid));

        assertThat(task.running.isDone()).as("waits to pass its output on").isFalse();
        task.room(1000);
        assertThat(task.outcome().state()).isEqualTo(ExecutionState.TIMED_OUT);
    }

    @Test
    void leavesBackgroundProcessesAloneAfterANormalEnd() {
        var task = RecordingTask.shell("setsid sleep 300 >/dev/null 2>&1 & sleep 301 & exit 0");
        Outcome outcome = task.run();

        assertThat(outcome.state()).isEqualTo(ExecutionState.SUCCEEDED);
        assertThat(task.marked()).hasSize(2);
        assertThat(Leftovers.killMarked(task.marker)).isEqualTo(2);
    }

    @Test
    void neverRunsWhereThePidCouldNotBeNoted() {
        Path trace = folder.resolve("trace");
        var task = RecordingTask.of(Map.of("command", List.of("touch", trace.toString())));
        task.onSpawned = () -> {
            throw new IllegalStateException("disk full");
        };
        task.start();

        assertThatThrownBy(() -> task.running.get()).hasRootCauseMessage("disk full");
        await("the process at the gate ends", () -> task.marked().isEmpty());
        assertThat(trace).doesNotExist();
    }

    /** Processes in the session of the execution, also such as were started without its marker. */
    private static List<Long> sleepersOf(RecordingTask task) {
        return ProcessTable.others()
                .filter(entry -> entry.session() == task.pid)
                .map(ProcessTable.Entry::pid)
                .toList();
    }
}
