// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.CommandId;
import dev.steward.message.NodeName;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.VerificationKey;
import java.time.Instant;
import java.util.Optional;

/**
 * A token as the station knows it; its secret never comes here.
 *
 * @param key the public half of that secret
 * @param node the one name that it is good for, where there is one
 * @param usedBy the identity that has asked with it; no other one may
 */
public record Token(
        CommandId id,
        VerificationKey key,
        Optional<NodeName> node,
        Instant createdAt,
        Instant expiresAt,
        Optional<KeyId> usedBy) {
    Token used(KeyId by) {
        return new Token(id, key, node, createdAt, expiresAt, Optional.of(by));
    }
}
