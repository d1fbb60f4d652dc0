// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.enrolment;

import dev.steward.agent.method.Method;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.ExecutionState;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.SigningException;
import dev.steward.store.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Makes other keys for the node's link and the broker, or shows those that wait already. Its output is an {@link
 * EnrolmentRequest}, signed by the node's identity and the new key for the broker, whose token is the command's id: whoever
 * has ordered it can tell that these are the keys that the machine has made.
 */
public final class MakeKeys implements Method {
    private final Path data;
    private final Enrolment enrolment;
    private final NodeKeys present;

    /** @param present of which the identity counts alone, which never changes */
    public MakeKeys(Path data, Enrolment enrolment, NodeKeys present) {
        this.data = data;
        this.enrolment = enrolment;
        this.present = present;
    }

    @Override
    public void check(JsonObject arguments) throws RefusedException {
        if (!arguments.names().isEmpty()) {
            throw new RefusedException("the method takes no arguments, and was given " + arguments.names());
        }
    }

    @Override
    public Outcome run(Task task) {
        Instant startedAt = Instant.now();
        NodeKeys next;
        try {
            next = NextKeys.ensure(data, present);
        } catch (StoreException e) { // the disk's trouble, not the method's
            return Outcome.without(
                    ExecutionState.FAILED,
                    task.attempt(),
                    String.valueOf(e.getMessage()),
                    Optional.of(startedAt),
                    Instant.now());
        }
        var request = new EnrolmentRequest(
                task.command(),
                enrolment.record().fleet(),
                startedAt,
                task.command(),
                enrolment.node(),
                next.identity().key(),
                next.link().key(),
                next.login().key().key());
        byte[] signed = sign(request, next).encode();
        return new Outcome(
                ExecutionState.SUCCEEDED,
                task.attempt(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.of(startedAt),
                Instant.now(),
                Optional.of(Duration.between(startedAt, Instant.now())),
                signed.length,
                0,
                signed.length,
                List.of(new OutputChunk(OutputStreamName.STDOUT, 0, signed)));
    }

    private static SignedDocument sign(EnrolmentRequest request, NodeKeys keys) {
        try {
            return SignedDocument.sign(request, keys.identity(), keys.login().key());
        } catch (SigningException e) {
            throw new IllegalStateException("keys that are in memory sign", e);
        }
    }
}
