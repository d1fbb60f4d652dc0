// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.core;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.SignedDocument;
import java.time.Instant;
import java.util.Optional;

/**
 * One command as this node's journal has it.
 *
 * @param position rises in order of receipt
 * @param process {@code method.domain}
 * @param document the exact bytes that were received, signatures and all; of what was canceled before it
 *     came the cancel, of what was rejected nothing
 * @param attempt starts so far
 * @param bootId of the machine's run in which the last start happened; empty before the first
 * @param finished the encoded ack that tells the end, kept to be told again
 */
public record StoredExecution(
        CommandId id,
        long position,
        String process,
        byte[] document,
        ExecutionState state,
        int attempt,
        String bootId,
        Instant startBefore,
        Optional<Instant> startedAt,
        Optional<byte[]> finished) {

    static StoredExecution received(CommandId id, long position, String process, byte[] document, Instant startBefore) {
        return new StoredExecution(
                id,
                position,
                process,
                document,
                ExecutionState.RECEIVED,
                0,
                "",
                startBefore,
                Optional.empty(),
                Optional.empty());
    }

    /** Of its process. */
    String domain() {
        return process.substring(process.indexOf('.') + 1);
    }

    /** The document, with its signatures, as it was judged when it came. */
    SignedDocument signed() {
        try {
            return SignedDocument.decode(document);
        } catch (RefusedException e) {
            throw new IllegalStateException("the journal's document of " + id + ": " + e.getMessage(), e);
        }
    }

    Document.Command command() {
        try {
            if (signed().read() instanceof Document.Command command) {
                return command;
            }
        } catch (RefusedException e) {
            throw new IllegalStateException("the journal's document of " + id + ": " + e.getMessage(), e);
        }
        throw new IllegalStateException("the journal holds no command under " + id);
    }

    /** After a start that this journal does not know of. */
    StoredExecution afterStart(int otherAttempt) {
        return new StoredExecution(
                id, position, process, document, state, otherAttempt, bootId, startBefore, startedAt, Optional.empty());
    }

    StoredExecution running(int nextAttempt, String boot, Instant at) {
        return new StoredExecution(
                id,
                position,
                process,
                document,
                ExecutionState.RUNNING,
                nextAttempt,
                boot,
                startBefore,
                Optional.of(at),
                Optional.empty());
    }

    /** Back in the queue after an interruption. */
    StoredExecution waiting() {
        return new StoredExecution(
                id,
                position,
                process,
                document,
                ExecutionState.RECEIVED,
                attempt,
                bootId,
                startBefore,
                startedAt,
                Optional.empty());
    }

    StoredExecution ended(ExecutionState end, byte[] ack) {
        return new StoredExecution(
                id, position, process, document, end, attempt, bootId, startBefore, startedAt, Optional.of(ack));
    }
}
