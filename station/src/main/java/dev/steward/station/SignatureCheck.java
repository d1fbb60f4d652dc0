// SPDX-License-Identifier: Apache-2.0
package dev.steward.station;

import dev.steward.message.Document;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.trust.Trust;
import dev.steward.station.core.Answer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Turns away what no operator has signed, before it takes the loop's time. A courtesy to whoever orders, who else would
 * hear it from every node: nothing rests on it.
 */
record SignatureCheck(Trust trust) {
    /** Empty where all documents are signed by operators. */
    Optional<Answer> refusal(List<byte[]> documents, Instant now) {
        if (trust.local().file().isEmpty()) {
            return Optional.of(new Answer.Refused(
                    Answer.Reason.CONFLICT,
                    "the station knows no operators: " + trust.local().problem()));
        }
        for (byte[] bytes : documents) {
            SignedDocument signed;
            Document document;
            try {
                signed = SignedDocument.decode(bytes);
                document = signed.read();
            } catch (RefusedException e) {
                return Optional.of(new Answer.Refused(Answer.Reason.BAD_REQUEST, "document: " + e.getMessage()));
            }
            try {
                trust.authenticate(signed, document);
                trust.signers(signed, document, now);
                for (SignedDocument.Signature each : signed.signatures()) {
                    checkHolds(signed, each.key());
                }
            } catch (RefusedException e) {
                return Optional.of(new Answer.Refused(Answer.Reason.FORBIDDEN, e.getMessage()));
            }
        }
        return Optional.empty();
    }

    /** What is not this operator's signature must not take the place of the true one. */
    private void checkHolds(SignedDocument signed, KeyId key) throws RefusedException {
        Optional<Trust.Operator> known = trust.operators().stream()
                .filter(operator -> operator.key().id().equals(key))
                .findFirst();
        if (known.isPresent() && !signed.isSignedBy(known.get().key(), Signatures.ED25519)) {
            throw new RefusedException(
                    "signature: %s's does not hold".formatted(known.get().name()));
        }
    }
}
