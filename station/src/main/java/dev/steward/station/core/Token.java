// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.CommandId;
import dev.steward.message.NodeName;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.VerificationKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A token as the station knows it; its secret never comes here.
 *
 * @param key the public half of that secret
 * @param login with which its holder logs in at the broker, where that asks for it
 * @param node the one name that it is good for, where there is one
 * @param usedBy the identity that has asked with it; no other one may
 */
public record Token(
        CommandId id,
        VerificationKey key,
        Optional<VerificationKey> login,
        Optional<NodeName> node,
        Instant createdAt,
        Instant expiresAt,
        Optional<KeyId> usedBy) {
    /** An approval that comes late still finds whoever waits. */
    private static final Duration WAITING_AFTER_EXPIRY = Duration.ofDays(30);

    /** Until when somebody who has asked with it may wait. */
    public Instant lastWait() {
        return expiresAt.plus(WAITING_AFTER_EXPIRY);
    }

    /** Whether it is that which was made, said again. */
    boolean isSameOffer(Token again) {
        return key.equals(again.key)
                && login.equals(again.login)
                && node.equals(again.node)
                && expiresAt.equals(again.expiresAt);
    }

    Token used(KeyId by) {
        return new Token(id, key, login, node, createdAt, expiresAt, Optional.of(by));
    }
}
