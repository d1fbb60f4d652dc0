// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.CommandId;
import dev.steward.station.core.ApiToken;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Who may look at the page: one-time links, kept in memory, and the sessions that they open. A session is kept nowhere:
 * its cookie says until when and by whose token, under a MAC, so that it outlives a restart of the station. Thread-safe.
 */
final class Sessions {
    static final Duration LINK_LIFE = Duration.ofMinutes(5);
    static final Duration SESSION_LIFE = Duration.ofHours(12);

    /** For so long after its link was used a session may order: a screen that is left alone then only shows. */
    static final Duration FRESH_LIFE = Duration.ofMinutes(15);

    static final int MAX_LINKS_OF_TOKEN = 32;
    static final int MAX_LINKS = 1_024;

    private static final int RANDOM_BYTES = 24;
    private static final int MAC_BYTES = 32;
    private static final int FIELDS_BYTES = 4 * Long.BYTES;
    private static final int COOKIE_BYTES = RANDOM_BYTES + FIELDS_BYTES + MAC_BYTES;
    private static final String MAC = "HmacSHA256";
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final String ANOTHER = "; `steward page` prints another";

    /** A link's secret. */
    record Link(String secret, Instant expiresAt) {}

    /** What is remembered of a link; a used one stays, so that its second use gets the right words. */
    private record Known(CommandId token, Instant expiresAt, boolean used) {}

    /** A session that was opened: the value of its cookie, and who it is from now on. */
    record Opened(String cookie, Caller caller) {}

    /** What a cookie says. Whether it still holds is another question. */
    record Session(CommandId token, Instant until, Instant freshUntil) {}

    /** Nobody has made this link, or not since the station started. */
    static final class UnknownLinkException extends Exception {
        private static final long serialVersionUID = 1;

        UnknownLinkException(String message) {
            super(message, null, false, false);
        }
    }

    private final byte[] key;
    private final byte[] csrfKey;
    private final BearerTokens tokens;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Known> links = new LinkedHashMap<>();

    /** @param key which is for this alone: who has a token can't make sessions with it */
    Sessions(byte[] key, BearerTokens tokens, InstantSource clock) {
        this.key = key.clone();
        this.csrfKey = mac(key, "csrf".getBytes(StandardCharsets.UTF_8));
        this.tokens = tokens;
        this.clock = clock;
    }

    /** Makes a link for whoever has this token; the oldest goes where there are too many. */
    synchronized Link newLink(CommandId token) {
        Instant now = clock.instant();
        long open = links.values().stream()
                .filter(known -> known.token.equals(token) && now.isBefore(known.expiresAt))
                .count();
        if (open >= MAX_LINKS_OF_TOKEN) { // each is an entry of the audit log
            throw ApiException.tooManyLinks(LINK_LIFE);
        }
        var link =
                new Link(BASE64.encodeToString(randomBytes()), clock.instant().plus(LINK_LIFE));
        if (links.size() == MAX_LINKS) {
            links.remove(links.keySet().iterator().next());
        }
        links.put(link.secret, new Known(token, link.expiresAt, false));
        return link;
    }

    /** Exchanges a link, once, for the value of a session's cookie. */
    synchronized Opened open(String secret) throws UnknownLinkException {
        @Nullable Known link = links.get(secret);
        if (link == null) {
            throw new UnknownLinkException(
                    "the station does not know this link: it may have been restarted since" + ANOTHER);
        }
        if (link.used) {
            throw ApiException.unauthorized("this link was used before, and works once" + ANOTHER);
        }
        if (!clock.instant().isBefore(link.expiresAt)) {
            throw ApiException.unauthorized(
                    "this link is too old, it worked for %d minutes".formatted(LINK_LIFE.toMinutes()) + ANOTHER);
        }
        ApiToken token = tokens.byId(link.token)
                .orElseThrow(() -> ApiException.unauthorized("the token that has made this link is good no more"));
        links.put(secret, new Known(link.token, link.expiresAt, true));
        Instant end = clock.instant().plus(SESSION_LIFE);
        Instant until = end.isAfter(token.expiresAt()) ? token.expiresAt() : end;
        var session = new Session(token.id(), until, clock.instant().plus(FRESH_LIFE));
        return new Opened(cookie(session), Caller.ofSession(token, session, true));
    }

    /**
     * What the page shows with each request that does something; no other site can read it, and a cookie alone does nothing.
     * It is the session's own: whoever has another session's has nothing.
     */
    String csrfToken(String cookie) {
        return BASE64.encodeToString(mac(csrfKey, cookie.getBytes(StandardCharsets.UTF_8)));
    }

    /** Takes as long whatever is wrong with it. */
    boolean isCsrfToken(String cookie, @Nullable String given) {
        return given != null
                && MessageDigest.isEqual(
                        csrfToken(cookie).getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
    }

    private String cookie(Session session) {
        ByteBuffer cookie = ByteBuffer.allocate(COOKIE_BYTES)
                .put(randomBytes())
                .putLong(session.until.getEpochSecond())
                .putLong(session.freshUntil.getEpochSecond())
                .putLong(session.token.value().getMostSignificantBits())
                .putLong(session.token.value().getLeastSignificantBits());
        cookie.put(mac(key, Arrays.copyOf(cookie.array(), cookie.position())));
        return BASE64.encodeToString(cookie.array());
    }

    /** What a cookie of this station says; empty where it is none. */
    Optional<Session> read(String cookie) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(cookie);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        if (bytes.length != COOKIE_BYTES) {
            return Optional.empty();
        }
        int said = COOKIE_BYTES - MAC_BYTES;
        byte[] expected = mac(key, Arrays.copyOf(bytes, said));
        if (!MessageDigest.isEqual(expected, Arrays.copyOfRange(bytes, said, COOKIE_BYTES))) {
            return Optional.empty();
        }
        ByteBuffer fields = ByteBuffer.wrap(bytes, RANDOM_BYTES, FIELDS_BYTES);
        Instant until = Instant.ofEpochSecond(fields.getLong());
        Instant freshUntil = Instant.ofEpochSecond(fields.getLong());
        return Optional.of(new Session(new CommandId(new UUID(fields.getLong(), fields.getLong())), until, freshUntil));
    }

    private byte[] randomBytes() {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] mac(byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(key, MAC));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + MAC, e);
        }
    }
}
