// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

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
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Who may look at the page: one-time links, kept in memory, and the sessions that they open. A session is kept nowhere:
 * its cookie says until when, under a MAC, so that it outlives a restart of the station. Thread-safe.
 */
final class Sessions {
    static final Duration LINK_LIFE = Duration.ofMinutes(5);
    static final Duration SESSION_LIFE = Duration.ofHours(12);
    static final int MAX_LINKS = 32;

    private static final int RANDOM_BYTES = 24;
    private static final int MAC_BYTES = 32;
    private static final int COOKIE_BYTES = RANDOM_BYTES + Long.BYTES + MAC_BYTES;
    private static final String MAC = "HmacSHA256";
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final String ANOTHER = "; `steward page` prints another";

    /** A link's secret. */
    record Link(String secret, Instant expiresAt) {}

    /** What is remembered of a link; a used one stays, so that its second use gets the right words. */
    private record Known(Instant expiresAt, boolean used) {}

    private final byte[] key;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Known> links = new LinkedHashMap<>();

    /** @param token the station's, from which the key of the sessions is derived */
    Sessions(String token, InstantSource clock) {
        this.key = mac(
                token.getBytes(StandardCharsets.UTF_8),
                "steward: sessions of the page".getBytes(StandardCharsets.UTF_8));
        this.clock = clock;
    }

    /** Makes a link; the oldest goes where there are too many. */
    synchronized Link newLink() {
        var link =
                new Link(BASE64.encodeToString(randomBytes()), clock.instant().plus(LINK_LIFE));
        if (links.size() == MAX_LINKS) {
            links.remove(links.keySet().iterator().next());
        }
        links.put(link.secret, new Known(link.expiresAt, false));
        return link;
    }

    /** Exchanges a link, once, for the value of a session's cookie. */
    synchronized String open(String secret) {
        @Nullable Known link = links.get(secret);
        if (link == null) {
            throw ApiException.unauthorized(
                    "the station does not know this link: it may have been restarted since" + ANOTHER);
        }
        if (link.used) {
            throw ApiException.unauthorized("this link was used before, and works once" + ANOTHER);
        }
        if (!clock.instant().isBefore(link.expiresAt)) {
            throw ApiException.unauthorized(
                    "this link is too old, it worked for %d minutes".formatted(LINK_LIFE.toMinutes()) + ANOTHER);
        }
        links.put(secret, new Known(link.expiresAt, true));
        ByteBuffer cookie = ByteBuffer.allocate(COOKIE_BYTES)
                .put(randomBytes())
                .putLong(clock.instant().plus(SESSION_LIFE).getEpochSecond());
        cookie.put(mac(key, Arrays.copyOf(cookie.array(), cookie.position())));
        return BASE64.encodeToString(cookie.array());
    }

    /** Until when this cookie is a session; empty where it is none, or none any more. */
    Optional<Instant> until(String cookie) {
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
        Instant end = Instant.ofEpochSecond(ByteBuffer.wrap(bytes).getLong(RANDOM_BYTES));
        return clock.instant().isBefore(end) ? Optional.of(end) : Optional.empty();
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
