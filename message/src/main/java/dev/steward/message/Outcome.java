// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How an execution ended, as its agent says.
 *
 * @param state terminal
 * @param attempt 0 where it never started
 * @param reason for people; where the exit code does not say it all
 * @param duration monotonic
 * @param stdoutBytes how much the command wrote, bytes that were cut included
 * @param keptBytes of both streams together, how much the agent passed on: the output that this outcome covers
 * @param output what was not yet passed on in messages of its own
 */
public record Outcome(
        ExecutionState state,
        int attempt,
        OptionalInt exitCode,
        Optional<String> reason,
        Optional<Instant> startedAt,
        Instant finishedAt,
        Optional<Duration> duration,
        long stdoutBytes,
        long stderrBytes,
        long keptBytes,
        List<OutputChunk> output) {
    public Outcome {
        if (!state.isTerminal()) {
            throw new IllegalArgumentException(state + " is not terminal");
        }
        reason = reason.map(
                text -> text.length() > Limits.REASON_CHARS ? text.substring(0, Limits.REASON_CHARS) + "…" : text);
        output = List.copyOf(output);
    }

    /** An end without a start: expired, canceled, rejected. */
    public static Outcome notStarted(ExecutionState state, String reason, Instant at) {
        return without(state, 0, reason, Optional.empty(), at);
    }

    /** An end that nobody watched: the agent or the machine went down. */
    public static Outcome without(
            ExecutionState state, int attempt, String reason, Optional<Instant> startedAt, Instant at) {
        return new Outcome(
                state,
                attempt,
                OptionalInt.empty(),
                Optional.of(reason),
                startedAt,
                at,
                Optional.empty(),
                0,
                0,
                0,
                List.of());
    }

    public Outcome withKeptBytes(long bytes) {
        return with(bytes, output);
    }

    public Outcome withoutOutput() {
        return with(keptBytes, List.of());
    }

    private Outcome with(long kept, List<OutputChunk> chunks) {
        return new Outcome(
                state,
                attempt,
                exitCode,
                reason,
                startedAt,
                finishedAt,
                duration,
                stdoutBytes,
                stderrBytes,
                kept,
                chunks);
    }

    public long truncatedBytes() {
        return stdoutBytes + stderrBytes - keptBytes;
    }
}
