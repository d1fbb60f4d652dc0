// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import static dev.steward.agent.method.RecordingTask.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.ExecutionState;
import dev.steward.message.Limits;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Output under load, in the background, and while the agent has no room for it. */
class ShellOutputTest {
    private static final int KEPT = Limits.OUTPUT_HEAD_BYTES + Limits.OUTPUT_TAIL_BYTES;

    @Test
    void passesOutputOnWhileTheCommandRuns() {
        var task = RecordingTask.shell("echo one; sleep 300").start();
        await("the first line", () -> task.streamed().equals("one\n"));

        assertThat(task.running.isDone()).isFalse();
        task.stop = Optional.of(ExecutionState.CANCELED);
        Outcome outcome = task.outcome();
        assertThat(outcome.output()).isEmpty();
        assertThat(outcome.keptBytes()).isEqualTo(4);
    }

    @Test
    void keepsHeadAndTailOfALongOutputAndCountsTheRest() {
        long size = 10_000_000;
        var task = RecordingTask.shell("yes 0123456 | head -c " + size + "; echo end");
        Outcome outcome = task.run();

        assertThat(outcome.state()).isEqualTo(ExecutionState.SUCCEEDED);
        assertThat(outcome.stdoutBytes()).isEqualTo(size + 4);
        assertThat(outcome.keptBytes()).isEqualTo(KEPT);
        assertThat(outcome.truncatedBytes()).isEqualTo(size + 4 - KEPT);
        assertThat(task.output(OutputStreamName.STDOUT)).hasSize(KEPT);
        assertThat(task.stdout()).startsWith("0123456\n0123456\n").endsWith("0123456\nend\n");
        assertThat(task.chunks)
                .allSatisfy(chunk -> assertThat(chunk.bytes().length).isLessThanOrEqualTo(Limits.OUTPUT_CHUNK_BYTES));
        assertThat(contentFitsOffsets(task.chunks, size)).isTrue();
    }

    @Test
    void endsAFloodAtItsTimeout() {
        var task = RecordingTask.shell("yes; :").timeout(Duration.ofSeconds(1));
        Outcome outcome = task.run();

        assertThat(outcome.state()).isEqualTo(ExecutionState.TIMED_OUT);
        assertThat(outcome.stdoutBytes()).isGreaterThan(KEPT);
        assertThat(outcome.keptBytes()).isEqualTo(KEPT);
        assertThat(task.output(OutputStreamName.STDOUT)).hasSize(KEPT);
    }

    @Test
    void holdsTheCommandUpWhileTheAgentHasNoRoom() {
        var task = RecordingTask.of(Map.of("command", List.of("head", "-c", "3000000", "/dev/zero")))
                .room(2)
                .start();
        await("two chunks", () -> task.chunks.size() == 2);
        var seen = new ArrayList<String>();
        await("the command writes no more", () -> {
            seen.add(writtenBy(task.pid));
            return seen.size() > 50
                    && Set.copyOf(seen.subList(seen.size() - 50, seen.size())).size() == 1;
        });
        task.stop = Optional.of(ExecutionState.CANCELED);
        await("the command is gone", () -> !RecordingTask.isAlive(task.pid));
        task.room(1000);
        Outcome outcome = task.outcome();

        assertThat(outcome.state()).as("was still writing").isEqualTo(ExecutionState.CANCELED);
        assertThat(outcome.stdoutBytes()).isBetween(2L * Limits.OUTPUT_CHUNK_BYTES, 1_000_000L);
        assertThat(task.output(OutputStreamName.STDOUT)).hasSize((int) outcome.keptBytes());
    }

    @Test
    void losesNothingThatWasWrittenBeforeTheEnd() {
        var task = RecordingTask.shell("head -c 60000 /dev/zero; head -c 50000 /dev/zero >&2");
        Outcome outcome = task.run();

        assertThat(outcome.stdoutBytes()).isEqualTo(60_000);
        assertThat(outcome.stderrBytes()).isEqualTo(50_000);
        assertThat(outcome.output().stream()
                        .mapToInt(chunk -> chunk.bytes().length)
                        .sum())
                .isLessThanOrEqualTo(Limits.OUTPUT_INLINE_BYTES);
        assertThat(task.output(OutputStreamName.STDOUT)).hasSize(60_000);
        assertThat(task.output(OutputStreamName.STDERR)).hasSize(50_000);
    }

    @Test
    void waitsAGraceForBackgroundOutput() {
        var task = RecordingTask.shell("(sleep 0.1; echo late) & echo early");
        task.run();

        assertThat(task.stdout()).isEqualTo("early\nlate\n");
    }

    @Test
    void endsThoughABackgroundProcessKeepsThePipe() {
        var task = RecordingTask.shell("sleep 300 & echo early").timeout(Duration.ofSeconds(25));
        Outcome outcome = task.run();

        assertThat(outcome.state()).isEqualTo(ExecutionState.SUCCEEDED);
        assertThat(outcome.duration())
                .hasValueSatisfying(duration -> assertThat(duration).isLessThan(Duration.ofSeconds(20)));
        assertThat(task.stdout()).isEqualTo("early\n");
        assertThat(Leftovers.killMarked(task.marker)).isEqualTo(1);
    }

    /** Java's own reaper would read such a flood into memory for ever. */
    @Test
    void endsThoughABackgroundProcessFloodsThePipe() {
        var task = RecordingTask.shell("yes & echo early");
        Outcome outcome = task.run();

        assertThat(outcome.state()).isEqualTo(ExecutionState.SUCCEEDED);
        await("a SIGPIPE ends the flood", () -> task.marked().isEmpty());
    }

    /** What the kernel has counted, empty after its end. */
    private static String writtenBy(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/io"))
                    .lines()
                    .filter(line -> line.startsWith("wchar:"))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    private static boolean contentFitsOffsets(List<OutputChunk> chunks, long size) {
        for (OutputChunk chunk : chunks) {
            for (int i = 0; i < chunk.bytes().length; i++) {
                long offset = chunk.offset() + i;
                char expected = offset % 8 == 7 ? '\n' : (char) ('0' + offset % 8);
                if (offset < size && chunk.bytes()[i] != expected) {
                    return false;
                }
            }
        }
        return true;
    }
}
