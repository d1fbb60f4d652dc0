// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.VerificationKey;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whose word about nodes an operator takes: his own, and that of the authorities he was told of, not by the station.
 *
 * @param revoked by a list of operators that was seen here; what they said before was looked at then
 */
public record Authorities(Map<KeyId, VerificationKey> keys, Set<KeyId> revoked) {
    public Authorities {
        keys = Map.copyOf(keys);
        revoked = Set.copyOf(revoked);
    }

    /** Whose word may be taken now. */
    public Optional<VerificationKey> trusted(KeyId issuer) {
        return known(issuer).filter(key -> !revoked.contains(issuer));
    }

    /** Whose word may have been taken. */
    public Optional<VerificationKey> known(KeyId issuer) {
        return Optional.ofNullable(keys.get(issuer));
    }
}
