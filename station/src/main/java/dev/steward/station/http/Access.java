// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.Times;
import dev.steward.message.json.Json;
import dev.steward.station.core.ApiToken;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who asks: whoever shows a bearer token, or a session of the page. What each may do is said where the
 * routes are ({@link Routes}). Host and Origin are checked too, so that a web page elsewhere can't reach the station
 * through the operator's browser (DNS rebinding, cross-site requests).
 */
final class Access {
    static final String SESSIONS = "/api/v1/sessions";
    static final String SESSION = "/api/v1/session";
    static final String CSRF = "X-CSRF-Token";
    private static final String BEARER = "Bearer ";
    private static final Set<HandlerType> READING = Set.of(HandlerType.GET, HandlerType.HEAD);
    private static final Set<String> OWN_SITE = Set.of("same-origin", "none");

    private final BearerTokens tokens;
    private final Set<String> hosts;
    private final String scheme;
    private final Sessions sessions;
    private final String cookie;
    private final InstantSource clock;
    private final FailedLogins failed;

    /**
     * @param hosts values of the Host header that mean this station, with port
     * @param scheme of the station's URL, with its slashes
     * @param cookie name of the session's cookie
     */
    Access(
            BearerTokens tokens,
            Set<String> hosts,
            String scheme,
            Sessions sessions,
            String cookie,
            InstantSource clock) {
        this.tokens = tokens;
        this.hosts = Set.copyOf(hosts);
        this.scheme = scheme;
        this.sessions = sessions;
        this.cookie = cookie;
        this.clock = clock;
        this.failed = new FailedLogins(clock);
    }

    /** For every request, also of the page's own files, which are no secret. */
    void host(Context context) {
        String host = context.header("Host");
        if (host == null || !hosts.contains(host)) {
            throw ApiException.forbidden("this station does not answer to the host '%s'".formatted(host));
        }
    }

    /** For every request of the API; from here on it has a {@link Caller}. */
    void check(Context context) {
        String origin = context.header("Origin");
        if (origin != null && (!origin.startsWith(scheme) || !hosts.contains(origin.substring(scheme.length())))) {
            throw ApiException.forbidden("requests from pages of '%s' are refused".formatted(origin));
        }
        String authorization = context.header("Authorization");
        if (authorization != null) {
            bearer(context, authorization).putInto(context);
        } else if (context.path().equals(SESSIONS)) {
            ownPage(context); // the link in its body is the credential
            Caller.WITH_LINK.putInto(context);
        } else {
            session(context);
        }
    }

    /** Exchanges a link for a session. */
    Sessions.Opened open(Context context, String link) {
        try {
            return sessions.open(link);
        } catch (Sessions.UnknownLinkException e) {
            throw wrong(context, ApiException.unauthorized(String.valueOf(e.getMessage())));
        }
    }

    /** Whether the caller of a request that goes on is still let in. */
    boolean isGood(Caller caller) {
        return caller.until().filter(end -> !clock.instant().isBefore(end)).isEmpty()
                && caller.token().filter(id -> tokens.byId(id).isEmpty()).isEmpty();
    }

    private Caller bearer(Context context, String authorization) {
        Optional<ApiToken> token = authorization.startsWith(BEARER)
                ? tokens.bySecret(authorization.substring(BEARER.length()))
                : Optional.empty();
        if (token.isEmpty()) {
            throw wrong(context, ApiException.unauthorized());
        }
        if (tokens.isOver(token.get())) { // whoever shows it had it: nothing is guessed here
            throw ApiException.unauthorized(
                    "the API token '%s' has expired".formatted(token.get().name()));
        }
        return Caller.with(token.get());
    }

    private void session(Context context) {
        @Nullable String value = context.cookie(cookie);
        if (value == null) {
            throw ApiException.unauthorized();
        }
        ownPage(context);
        var ended = ApiException.unauthorized("the session has ended; `steward page` prints a link that opens another");
        Sessions.Session session = sessions.read(value).orElseThrow(() -> wrong(context, ended));
        Caller caller = tokens.byId(session.token())
                .map(token -> Caller.ofSession(token, session, clock.instant().isBefore(session.freshUntil())))
                .filter(this::isGood)
                .orElseThrow(() -> ended);
        caller.putInto(context);
        if (!READING.contains(context.method())) {
            csrf(context, value);
        }
    }

    private void csrf(Context context, String session) {
        if (!sessions.isCsrfToken(session, context.header(CSRF))) {
            throw ApiException.forbidden(
                    "a request of the page that does something needs its session's token in %s, as GET %s tells it"
                            .formatted(CSRF, SESSION));
        }
    }

    /**
     * What the page has to know of the session that asks.
     *
     * @throws ApiException where it is no session
     */
    Map<String, Object> session(Caller caller, Context context) {
        @Nullable String value = context.cookie(cookie);
        if (value == null || caller.means() == Caller.Means.SECRET) {
            throw ApiException.notFound("this request comes with a bearer token, and with no session of the page");
        }
        Instant freshUntil = sessions.read(value).orElseThrow().freshUntil();
        return Json.fields(
                "name",
                caller.name(),
                "role",
                caller.role(),
                "until",
                Times.text(caller.until().orElseThrow()),
                "freshUntil",
                Times.text(freshUntil),
                "csrfToken",
                sessions.csrfToken(value));
    }

    private ApiException wrong(Context context, ApiException refusal) {
        return failed.refusal(context.req().getRemoteAddr(), refusal);
    }

    /** A browser sends a cookie to all ports of a host, and calls pages of other ports the same site. */
    private void ownPage(Context context) {
        String origin = context.header("Origin");
        String site = context.header("Sec-Fetch-Site");
        boolean ownOrigin = origin == null || origin.equals(scheme + context.header("Host"));
        if (!ownOrigin || !(site == null || OWN_SITE.contains(site))) {
            throw ApiException.forbidden("only the station's own page may ask with a session");
        }
    }
}
