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
record Caller(String name, Role role, Scope scope, Optional<Instant> until, Optional<CommandId> token, Means means) {
    private static final String ATTRIBUTE = "caller";

    /** By what a caller is known. */
    enum Means {
        /** A bearer token, or a link. */
        SECRET,
        /** A session of the page whose link was used a short time ago. */
        FRESH_SESSION,
        /** An older one: for reading. */
        SESSION
    }

    /** Who shows a link to the page: the one credential that is no header. It opens a session, and does nothing else. */
    static final Caller WITH_LINK =
            new Caller(ApiToken.PAGE, Role.VIEWER, Scope.ALL, Optional.empty(), Optional.empty(), Means.SECRET);

    static Caller with(ApiToken token) {
        return new Caller(
                token.name(),
                token.role(),
                token.scope(),
                Optional.of(token.expiresAt()),
                Optional.of(token.id()),
                Means.SECRET);
    }

    /** A session reads; what it may beyond that, {@link Routes} says for each route. */
    static Caller ofSession(ApiToken token, Sessions.Session session, boolean fresh) {
        return new Caller(
                ApiToken.PAGE + ":" + token.name(),
                token.role(),
                token.scope(),
                Optional.of(session.until()),
                Optional.of(token.id()),
                fresh ? Means.FRESH_SESSION : Means.SESSION);
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
