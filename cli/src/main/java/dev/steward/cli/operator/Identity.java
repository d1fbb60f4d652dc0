// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import dev.steward.cli.terminal.Failure;
import dev.steward.message.Document;
import dev.steward.message.FleetId;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.Signer;
import dev.steward.message.signing.SigningException;

/** The operator who orders here. */
public record Identity(FleetId fleet, String name, Signer signer) {
    public KeyId id() {
        return signer.key().id();
    }

    public SignedDocument sign(Document document) throws Failure {
        try {
            return SignedDocument.sign(document, signer);
        } catch (SigningException e) {
            throw Failure.credential(e.getMessage());
        }
    }

    /** Adds this operator's signature to those that a document has. */
    public SignedDocument sign(SignedDocument signed) throws Failure {
        try {
            return signed.signedBy(signer);
        } catch (SigningException | RefusedException e) {
            throw Failure.credential(String.valueOf(e.getMessage()));
        }
    }
}
