// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.broker;

import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.Digest;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.VerificationKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Writes the JSON web tokens of NATS's operator mode, version 2, as {@code nsc} does. */
final class Jwt {
    private static final String HEADER = base64(Json.bytes(header()));
    private static final int ID_BYTES = 16;
    private static final int MAX_BYTES = 4 * 1024 * 1024;

    private Jwt() {}

    private static Map<String, String> header() {
        var header = new LinkedHashMap<String, String>();
        header.put("typ", "JWT");
        header.put("alg", "ed25519-nkey");
        return header;
    }

    /** Who says something at the broker. */
    record Issuer(Nkey kind, Ed25519 key) {}

    /** Of whom. */
    record Subject(Nkey kind, VerificationKey key, String name) {
        @Override
        public String toString() {
            return kind.text(key);
        }
    }

    /** @param nats what is said; its type and version are added */
    static String sign(
            Issuer issuer, Subject subject, Instant issuedAt, Optional<Instant> expiresAt, Map<String, Object> nats) {
        var claims = new LinkedHashMap<String, Object>();
        claims.put("iat", issuedAt.getEpochSecond());
        claims.put("iss", issuer.kind.text(issuer.key.key()));
        claims.put("name", subject.name);
        claims.put("sub", subject.toString());
        expiresAt.ifPresent(at -> claims.put("exp", at.getEpochSecond()));
        var said = new LinkedHashMap<>(nats);
        said.put("type", subject.kind.name().toLowerCase(Locale.ROOT));
        said.put("version", 2);
        claims.put("nats", said);
        // The server takes a token for the one that it has already where the ids are the same.
        claims.put("jti", Base32.encode(Arrays.copyOf(Digest.SHA_256.of(Json.bytes(claims)), ID_BYTES)));
        String text = HEADER + "." + base64(Json.bytes(claims));
        return text + "." + base64(issuer.key.sign(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** @throws RefusedException where it is none that {@code issuer} has signed */
    static JsonObject read(String token, VerificationKey issuer) throws RefusedException {
        String word = token.strip();
        JsonObject claims = claims(word);
        int end = word.lastIndexOf('.');
        byte[] signature = base64(word.substring(end + 1));
        if (!Signatures.ED25519.isValid(
                issuer, word.substring(0, end).getBytes(StandardCharsets.US_ASCII), signature)) {
            throw new RefusedException("this is no token that %s has signed".formatted(issuer.id()));
        }
        return claims;
    }

    /** What it says; whether it may is another question. */
    static JsonObject claims(String token) throws RefusedException {
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            throw unreadable();
        }
        return Json.object(base64(parts[1]), MAX_BYTES);
    }

    private static byte[] base64(String text) throws RefusedException {
        try {
            return Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw unreadable();
        }
    }

    private static RefusedException unreadable() {
        return new RefusedException("this is no JSON web token");
    }
}
