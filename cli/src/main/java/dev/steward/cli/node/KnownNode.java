// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.node;

import dev.steward.cli.operator.Identity;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.FleetId;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;

/** What was said of a node, as it was signed. */
public record KnownNode(SignedDocument signed, NodeRecord record) {
    /** Reads it; whether the signature holds is another question. */
    static KnownNode of(SignedDocument signed, FleetId fleet) throws RefusedException {
        if (!(signed.read() instanceof NodeRecord record)) {
            throw new RefusedException("this is no record of a node");
        }
        if (!record.fleet().equals(fleet)) {
            throw new RefusedException("this is a record of the fleet %s, not of %s".formatted(record.fleet(), fleet));
        }
        return new KnownNode(signed, record);
    }

    static KnownNode sign(NodeRecord record, Identity self) throws Failure {
        return new KnownNode(self.sign(record), record);
    }

    KnownNode checkedFor(NodeName name) throws RefusedException {
        if (!record.node().equals(name)) {
            throw new RefusedException("this is a record of %s, not of %s".formatted(record.node(), name));
        }
        return this;
    }

    /** Whether a signature on it is of a key that is known, and holds. */
    boolean isSignedByOneOf(Function<KeyId, Optional<VerificationKey>> known) {
        return signed.signatures().stream()
                .flatMap(each -> known.apply(each.key()).stream())
                .anyMatch(key -> signed.isSignedBy(key, Signatures.ED25519));
    }

    public boolean isRevoked() {
        return record.isRevoked();
    }

    String text() {
        return new String(signed.encode(), StandardCharsets.UTF_8);
    }

    /** Of the same key, and said later; what revokes is always the last word. */
    boolean isNewerThan(KnownNode other) {
        return isRevoked() == other.isRevoked() ? record.number() > other.record.number() : isRevoked();
    }

    static KnownNode newer(KnownNode one, KnownNode other) {
        return one.isNewerThan(other) ? one : other;
    }

    public boolean isOf(KeyId key) {
        return record.key().id().equals(key);
    }

    /** Whether nothing is left to say to who knows this one: the same, or that the key is revoked anyway. */
    boolean isMetBy(KnownNode other) {
        boolean same = isRevoked() == other.isRevoked()
                && record.node().equals(other.record.node())
                && record.linkKey().equals(other.record.linkKey())
                && record.login().equals(other.record.login());
        return record.key().equals(other.record.key()) && (same || other.isRevoked());
    }

    @Override
    public String toString() {
        return "%s, %s".formatted(record.node(), record.key().id());
    }
}
