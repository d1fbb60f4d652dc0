// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.CommandId;
import dev.steward.station.core.ApiToken;
import dev.steward.station.core.Role;
import dev.steward.station.core.Scope;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whoever asks, once it is known who that is.
 *
 * @param name {@code local} for the credential of the station's own file, a token's name, or {@code page:NAME} for a session
 *     of the page whose link NAME has made
 * @param until when what the caller has shown ends by itself
 * @param token the token that stands behind it; where that is revoked, it ends too
 */
record Caller(String name, Role role, Scope scope, Optional<Instant> until, Optional<CommandId> token) {
    private static final String ATTRIBUTE = "caller";

    /** Who shows a link to the page: the one credential that is no header. It opens a session, and does nothing else. */
    static final Caller WITH_LINK =
            new Caller(ApiToken.PAGE, Role.VIEWER, Scope.ALL, Optional.empty(), Optional.empty());

    static Caller with(ApiToken token) {
        return new Caller(
                token.name(), token.role(), token.scope(), Optional.of(token.expiresAt()), Optional.of(token.id()));
    }

    /** A session reads, whatever the token may that has made its link. */
    static Caller ofSession(ApiToken token, Instant until) {
        return new Caller(
                ApiToken.PAGE + ":" + token.name(),
                Role.VIEWER,
                token.scope(),
                Optional.of(until),
                Optional.of(token.id()));
    }

    /** Who has sent this request; for handlers, which run only where that is known. */
    static Caller of(Context context) {
        return find(context).orElseThrow(() -> new IllegalStateException("nobody has asked who calls"));
    }

    /** Empty where the request was refused before it was known who sent it. */
    static Optional<Caller> find(Context context) {
        @Nullable Caller caller = context.attribute(ATTRIBUTE);
        return Optional.ofNullable(caller);
    }

    void putInto(Context context) {
        context.attribute(ATTRIBUTE, this);
    }
}
