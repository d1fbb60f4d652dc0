// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.CommandId;
import dev.steward.station.core.ApiToken;
import dev.steward.station.core.LiveTokens;
import dev.steward.station.core.Role;
import dev.steward.station.core.Scope;
import java.math.BigInteger;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The tokens that are good now: the one of the station's own file, and those that were made. Found by the hash of what
 * was shown, so that the time it takes tells nothing of a secret. Thread-safe.
 */
final class BearerTokens {
    private final ApiToken local;
    private final Supplier<LiveTokens> made;
    private final InstantSource clock;

    BearerTokens(String local, Supplier<LiveTokens> made, InstantSource clock) {
        String hash = ApiToken.hash(local);
        this.local = new ApiToken(
                idOf(hash), ApiToken.LOCAL, hash, Role.ADMIN, Scope.ALL, Instant.EPOCH, ApiToken.LOCAL, Instant.MAX);
        this.made = made;
        this.clock = clock;
    }

    /** The token with this secret, also one that has expired. */
    Optional<ApiToken> bySecret(String secret) {
        String hash = ApiToken.hash(secret);
        return local.hash().equals(hash) ? Optional.of(local) : made.get().byHash(hash);
    }

    /** The token with this id, as long as it is good. */
    Optional<ApiToken> byId(CommandId id) {
        return (local.id().equals(id) ? Optional.of(local) : made.get().byId(id)).filter(token -> !isOver(token));
    }

    boolean isOver(ApiToken token) {
        return token.isOver(clock.instant());
    }

    /** Another secret in the station's file has another id, so that the sessions of the former one end. */
    private static CommandId idOf(String hash) {
        long high = new BigInteger(hash.substring(0, 16), 16).longValue();
        long low = new BigInteger(hash.substring(16, 32), 16).longValue();
        return new CommandId(new UUID(
                (high & 0xffff_ffff_ffff_0fffL) | 0x7000, (low & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L));
    }
}
