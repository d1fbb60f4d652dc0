// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what: whoever has the token, everything; a session of the page may read. Host and Origin are checked too, so
 * that a web page elsewhere can't reach the station through the operator's browser (DNS rebinding, cross-site requests).
 */
final class Access {
    static final String SESSIONS = "/api/v1/sessions";
    private static final String UNTIL = "until";
    private static final String CALLER = "caller";
    private static final Set<HandlerType> READING = Set.of(HandlerType.GET, HandlerType.HEAD);
    private static final Set<String> OWN_SITE = Set.of("same-origin", "none");

    private final byte[] token;
    private final Set<String> hosts;
    private final Sessions sessions;
    private final String cookie;

    /**
     * @param hosts values of the Host header that mean this station, with port
     * @param cookie name of the session's cookie
     */
    Access(String token, Set<String> hosts, Sessions sessions, String cookie) {
        this.token = token.getBytes(StandardCharsets.UTF_8);
        this.hosts = Set.copyOf(hosts);
        this.sessions = sessions;
        this.cookie = cookie;
    }

    /** For every request, also of the page's own files, which are no secret. */
    void host(Context context) {
        String host = context.header("Host");
        if (host == null || !hosts.contains(host)) {
            throw ApiException.forbidden("this station does not answer to the host '%s'".formatted(host));
        }
    }

    /** For every request of the API. */
    void check(Context context) {
        String origin = context.header("Origin");
        if (origin != null && !hosts.contains(origin.replaceFirst("^https?://", ""))) {
            throw ApiException.forbidden("requests from pages of '%s' are refused".formatted(origin));
        }
        String authorization = context.header("Authorization");
        if (authorization != null) {
            if (!isToken(authorization)) {
                throw ApiException.unauthorized();
            }
            context.attribute(CALLER, "local");
        } else if (context.path().equals(SESSIONS)) {
            ownPage(context); // the link in its body is the credential
        } else {
            session(context);
        }
    }

    /** When the credential of this request ends. */
    static Instant until(Context context) {
        Instant until = context.attribute(UNTIL);
        return until == null ? Instant.MAX : until;
    }

    /** The name of the credential that came with the request; empty where none was good. */
    static Optional<String> knownCaller(Context context) {
        return Optional.ofNullable(context.attribute(CALLER));
    }

    static String caller(Context context) {
        return knownCaller(context).orElseThrow();
    }

    private void session(Context context) {
        @Nullable String value = context.cookie(cookie);
        if (value == null) {
            throw ApiException.unauthorized();
        }
        ownPage(context);
        Optional<Instant> until = sessions.until(value);
        if (until.isEmpty()) {
            throw ApiException.unauthorized("the session has ended; `steward page` prints a link that opens another");
        }
        context.attribute(CALLER, "page");
        if (!READING.contains(context.method())) {
            throw ApiException.forbidden("a session of the page may read; anything else needs the bearer token");
        }
        context.attribute(UNTIL, until.get());
    }

    /** A browser sends a cookie to all ports of a host, and calls pages of other ports the same site. */
    private static void ownPage(Context context) {
        String origin = context.header("Origin");
        String site = context.header("Sec-Fetch-Site");
        boolean ownOrigin = origin == null || origin.equals("http://" + context.header("Host"));
        if (!ownOrigin || !(site == null || OWN_SITE.contains(site))) {
            throw ApiException.forbidden("only the station's own page may ask with a session");
        }
    }

    private boolean isToken(String authorization) {
        return authorization.startsWith("Bearer ")
                && MessageDigest.isEqual(
                        token, authorization.substring("Bearer ".length()).getBytes(StandardCharsets.UTF_8));
    }
}
