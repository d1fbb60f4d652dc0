// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.CommandId;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeName;
import dev.steward.message.Outcome;
import dev.steward.message.link.MessageId;
import java.time.Instant;
import java.util.Optional;

/**
 * One command on one node, as the ledger has it.
 *
 * @param messageId of the link message that carries the command to the node; empty while it is held
 * @param provisional whether the state is the station's verdict, which the node has not confirmed
 * @param attempt 0 before the first start
 * @param outcome as the node told it, without its output; or the station's own verdict
 * @param storedBytes of output that have arrived for this attempt
 */
public record Execution(
        CommandId command,
        NodeName node,
        int part,
        String messageId,
        Instant orderedAt,
        Instant startBefore,
        ExecutionState state,
        boolean provisional,
        int attempt,
        Optional<Instant> startedAt,
        Optional<Outcome> outcome,
        long storedBytes) {

    /** Whether the node has not been heard to have it. */
    boolean mayBeUnderWay() {
        return state == ExecutionState.QUEUED || state == ExecutionState.HELD || provisional;
    }

    /** Whether nothing more is expected of it. */
    public boolean isFinal() {
        return state.isTerminal() && !provisional;
    }

    /**
     * Whether its end also covers this start: the first word about an end stands. A later start is a fact that an end
     * without it can't undo, whoever said that one.
     */
    boolean isEndedFor(int start) {
        return isFinal() && state != ExecutionState.LOST && start <= attempt;
    }

    Execution to(ExecutionState next) {
        return new Execution(
                command,
                node,
                part,
                messageId,
                orderedAt,
                startBefore,
                next,
                false,
                attempt,
                startedAt,
                Optional.empty(),
                storedBytes);
    }

    /** It waits for its node, after it has waited for signatures. */
    Execution queuedIn(MessageId message) {
        return new Execution(
                command,
                node,
                part,
                message.toString(),
                orderedAt,
                startBefore,
                ExecutionState.QUEUED,
                false,
                attempt,
                startedAt,
                Optional.empty(),
                storedBytes);
    }

    Execution running(int nextAttempt, Instant at) {
        return new Execution(
                command,
                node,
                part,
                messageId,
                orderedAt,
                startBefore,
                ExecutionState.RUNNING,
                false,
                nextAttempt,
                Optional.of(at),
                Optional.empty(),
                storedBytes);
    }

    Execution ended(Outcome end, boolean isProvisional) {
        return new Execution(
                command,
                node,
                part,
                messageId,
                orderedAt,
                startBefore,
                end.state(),
                isProvisional,
                end.attempt(),
                end.startedAt().or(() -> startedAt),
                Optional.of(end),
                storedBytes);
    }

    Execution withStored(long bytes) {
        return new Execution(
                command,
                node,
                part,
                messageId,
                orderedAt,
                startBefore,
                state,
                provisional,
                attempt,
                startedAt,
                outcome,
                bytes);
    }
}
