// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import dev.steward.message.broker.BrokerLogin;
import dev.steward.message.broker.Credentials;
import dev.steward.message.broker.Nkey;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.seal.LinkKey;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.VerificationKey;
import dev.steward.message.trust.TrustTemplate;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a new machine is given to ask for admission with, once. Whoever holds it can ask as well, and no more than that: a
 * person approves. It tells the machine whom to believe, so it must come from whom the machine is to obey.
 *
 * @param secret by which the machine shows that it was given this
 * @param station name of the station, and {@code linkKey} the key of its links
 * @param broker where to find it
 * @param login with which to ask there, where the broker wants to know; it lets nobody do more
 * @param authority name and key of the operator whom the new node will trust
 * @param profile of that operator and of those he adds, one of {@link TrustTemplate#PROFILES}
 * @param node the one name that it is good for, where there is one
 */
public record EnrolmentToken(
        CommandId id,
        FleetId fleet,
        Ed25519 secret,
        NodeName station,
        LinkKey linkKey,
        String broker,
        Optional<BrokerLogin> login,
        String authority,
        VerificationKey authorityKey,
        String profile,
        Optional<NodeName> node,
        Instant expiresAt) {
    private static final String PREFIX = "steward-token-";
    private static final int MAX_CHARS = 8_000;
    private static final Set<String> FIELDS = Set.of(
            "format",
            "id",
            "fleet",
            "key",
            "secret",
            "station",
            "linkKey",
            "broker",
            "login",
            "authority",
            "authorityKey",
            "profile",
            "node",
            "expiresAt");

    private static final Set<String> LOGIN_FIELDS = Set.of("authority", "token", "seed");

    /** One word, to be pasted. */
    public String text() {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("format", Limits.FORMAT);
        json.put("id", id);
        json.put("fleet", fleet);
        json.put("key", secret.key());
        json.put("secret", Base64.getEncoder().encodeToString(secret.seed()));
        json.put("station", station);
        json.put("linkKey", linkKey);
        json.put("broker", broker);
        login.ifPresent(present -> json.put("login", json(present)));
        json.put("authority", authority);
        json.put("authorityKey", authorityKey);
        json.put("profile", profile);
        node.ifPresent(name -> json.put("node", name));
        json.put("expiresAt", Times.text(expiresAt));
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(Json.bytes(json));
    }

    public static EnrolmentToken parse(String text) throws RefusedException {
        String word = text.strip();
        if (word.length() > MAX_CHARS) {
            throw new RefusedException("this is not a token: it has %d characters or more, and one has at most %d"
                    .formatted(word.length(), MAX_CHARS));
        }
        if (!word.startsWith(PREFIX)) {
            throw new RefusedException(
                    "this is not a token: one begins with %s; `steward token create` makes one".formatted(PREFIX));
        }
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(word.substring(PREFIX.length()));
            return from(Json.object(bytes, MAX_CHARS));
        } catch (IllegalArgumentException | RefusedException e) {
            throw new RefusedException("the token is damaged, was it copied whole? (%s)".formatted(e.getMessage()));
        }
    }

    private static EnrolmentToken from(JsonObject json) throws RefusedException {
        json.integer("format", Limits.FORMAT, Limits.FORMAT);
        json.onlyKnown(FIELDS);
        String profile = json.text("profile");
        if (!TrustTemplate.PROFILES.contains(profile)) {
            throw new RefusedException("no profile is called '%s'".formatted(profile));
        }
        return new EnrolmentToken(
                CommandId.parse(json.text("id")),
                FleetId.parse(json.text("fleet")),
                Ed25519.of(Base64.getDecoder().decode(json.text("secret")), VerificationKey.parse(json.text("key"))),
                NodeName.parse(json.text("station")),
                LinkKey.parse(json.text("linkKey")),
                json.text("broker"),
                json.has("login") ? Optional.of(login(json.object("login"))) : Optional.empty(),
                OperatorList.checkName(json.text("authority")),
                VerificationKey.parse(json.text("authorityKey")),
                profile,
                json.has("node") ? Optional.of(NodeName.parse(json.text("node"))) : Optional.empty(),
                json.time("expiresAt"));
    }

    private static Map<String, Object> json(BrokerLogin login) {
        var json = new LinkedHashMap<String, Object>();
        json.put("authority", login.authority());
        json.put("token", login.credentials().token().orElseThrow());
        json.put("seed", Nkey.USER.seed(login.credentials().key()));
        return json;
    }

    private static BrokerLogin login(JsonObject json) throws RefusedException {
        json.onlyKnown(LOGIN_FIELDS);
        return new BrokerLogin(
                KeyId.parse(json.text("authority")),
                new Credentials(
                        Optional.of(Credentials.checkToken(json.text("token"))),
                        Nkey.USER.parseSeed(json.text("seed"))));
    }
}
