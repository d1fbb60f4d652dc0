// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.CommandId;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A bearer token of the API as the station knows it; its secret is never kept.
 *
 * @param hash SHA-256 of the secret, in hex
 * @param createdBy the name of the caller who has made it
 */
public record ApiToken(
        CommandId id,
        String name,
        String hash,
        Role role,
        Scope scope,
        Instant createdAt,
        String createdBy,
        Instant expiresAt) {
    /** How the credential of the station's own file is called. */
    public static final String LOCAL = "local";

    /** How whoever shows the link to the page is called, until the link has said whose it is. */
    public static final String PAGE = "page";

    private static final Set<String> RESERVED = Set.of(LOCAL, PAGE);
    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0," + (Limits.API_TOKEN_NAME_CHARS - 1) + "}");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    public static String hash(String secret) {
        return HexFormat.of().formatHex(Digest.SHA_256.of(secret.getBytes(StandardCharsets.UTF_8)));
    }

    public static String checkName(String name) throws RefusedException {
        if (!NAME.matcher(name).matches() || RESERVED.contains(name)) {
            throw new RefusedException(
                    "'name': give 1 to %d letters, digits, '.', '-' or '_', beginning with a letter or digit; '%s' and '%s' are taken"
                            .formatted(Limits.API_TOKEN_NAME_CHARS, LOCAL, PAGE));
        }
        return name;
    }

    public static String checkHash(String hash) throws RefusedException {
        if (!HASH.matcher(hash).matches()) {
            throw new RefusedException("'hash' is not a SHA-256 as 64 digits of lower-case hex");
        }
        return hash;
    }

    public boolean isOver(Instant now) {
        return !now.isBefore(expiresAt);
    }

    /** Whether it is that which was made, said again. */
    boolean isSameOffer(ApiToken again) {
        return id.equals(again.id)
                && name.equals(again.name)
                && hash.equals(again.hash)
                && role == again.role
                && scope.equals(again.scope)
                && expiresAt.equals(again.expiresAt);
    }
}
