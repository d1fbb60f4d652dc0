// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.message.CommandId;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import dev.steward.message.seal.LinkKey;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * A machine that waits for approval, as the station tells it.
 *
 * @param said the fingerprint by the station's word; whoever decides goes by that of {@code key}
 * @param request what the machine has signed itself
 */
public record EnrolmentInfo(
        NodeName node,
        KeyId said,
        VerificationKey key,
        LinkKey linkKey,
        VerificationKey login,
        CommandId token,
        Instant requestedAt,
        SignedDocument request) {
    static EnrolmentInfo from(JsonObject json) throws RefusedException {
        return new EnrolmentInfo(
                NodeName.parse(json.text("node")),
                KeyId.parse(json.text("fingerprint")),
                VerificationKey.parse(json.text("key")),
                LinkKey.parse(json.text("linkKey")),
                VerificationKey.parse(json.text("login")),
                CommandId.parse(json.text("token")),
                json.time("requestedAt"),
                SignedDocument.decode(json.text("request").getBytes(StandardCharsets.UTF_8)));
    }

    public KeyId fingerprint() {
        return key.id();
    }

    /** What the machine has signed, where {@link #isConsistent}. */
    public EnrolmentRequest asked() {
        try {
            return (EnrolmentRequest) request.read();
        } catch (RefusedException e) {
            throw new IllegalStateException("looked at before: " + e.getMessage(), e);
        }
    }

    /** Whether what a person is shown, and what would be signed, is what the machine has signed. */
    public boolean isConsistent() {
        try {
            return said.equals(key.id())
                    && request.read() instanceof EnrolmentRequest asked
                    && asked.node().equals(node)
                    && asked.key().equals(key)
                    && asked.linkKey().equals(linkKey)
                    && asked.login().equals(login)
                    && request.isSignedBy(key, Signatures.ED25519)
                    && request.isSignedBy(login, Signatures.ED25519);
        } catch (RefusedException e) {
            return false;
        }
    }
}
