// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.core;

import dev.steward.message.ExecutionState;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import dev.steward.message.link.Now;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The words for ends that no method has told. */
final class Outcomes {
    private Outcomes() {}

    /** The end of what waits: an honest word also where it waited to run again. */
    static Outcome unstarted(Now now, StoredExecution execution, ExecutionState state, String reason) {
        if (execution.attempt() == 0) {
            return Outcome.notStarted(state, reason, now.wall());
        }
        ExecutionState honest = state == ExecutionState.CANCELED ? state : ExecutionState.INTERRUPTED;
        return Outcome.without(
                honest,
                execution.attempt(),
                "interrupted in start %d, and not started again: %s".formatted(execution.attempt(), reason),
                execution.startedAt(),
                now.wall());
    }

    /** What was only asked about, and would have been done. */
    static Outcome dryRun(Now now, String allowedBy) {
        byte[] text = ("allowed by " + allowedBy + "\n").getBytes(StandardCharsets.UTF_8);
        return new Outcome(
                ExecutionState.SUCCEEDED,
                0,
                OptionalInt.empty(),
                Optional.of("dry run: nothing was started"),
                Optional.empty(),
                now.wall(),
                Optional.empty(),
                text.length,
                0,
                text.length,
                List.of(new OutputChunk(OutputStreamName.STDOUT, 0, text)));
    }

    /** The end of what ran and was stopped without an outcome of its own. */
    static Outcome stopped(Now now, StoredExecution execution, boolean canceled, String reason) {
        return Outcome.without(
                canceled ? ExecutionState.CANCELED : ExecutionState.INTERRUPTED,
                execution.attempt(),
                reason,
                execution.startedAt(),
                now.wall());
    }

    /** An end that the station has recorded and the journal, an older copy, has not. */
    static Outcome saidByStation(Now now, StoredExecution execution, int attempt, ExecutionState end) {
        return Outcome.without(
                end == ExecutionState.LOST ? ExecutionState.CANCELED : end,
                attempt,
                "the station had recorded the end '%s', and this journal was an older copy".formatted(end),
                execution.startedAt(),
                now.wall());
    }
}
