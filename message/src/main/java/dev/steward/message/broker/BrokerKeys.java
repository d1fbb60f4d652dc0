// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.broker;

import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.Times;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.VerificationKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The keys by which one station decides who gets in at its broker, in NATS's operator mode: an operator, whom the
 * server's configuration names; a system account, by which the station tells the server whom to shut out; the account of
 * the fleet, with a key for each {@link Role} that signs the tokens of those who have it; and one for the station's
 * mailbox, which takes in what the fleet sends to the station and gives nothing back: a server that is flooded answers to
 * whatever reply subject a publisher names, and there nobody listens. The accounts' tokens say what each role may do, so
 * that a new node needs no word to the server.
 *
 * @param station the one that may read the mailbox, and to whom all others speak
 * @param authority the key that signs the certificates of the broker's servers
 */
public record BrokerKeys(
        Instant createdAt,
        NodeName station,
        KeyId authority,
        Ed25519 operator,
        Ed25519 system,
        Ed25519 account,
        Ed25519 mail,
        Map<Role, Ed25519> roles) {
    /** Its file, beside the station's ledger. */
    public static final String FILE = "broker-keys.json";

    private static final int MAX_BYTES = 8_192;
    static final long NO_LIMIT = -1;
    private static final String ACCOUNT_NAME = "steward";
    private static final String MAIL_NAME = "steward-mail";

    /** Later than any token is issued, so that a revocation with this time meets every token of its key. */
    public static final Instant FOR_EVER = Instant.parse("9999-12-31T23:59:59Z");

    /** How much longer than needed a key stays shut out, for clocks that were wrong for a while. */
    public static final Duration KEPT_BEYOND = Duration.ofDays(60);

    /**
     * What a token of the account says.
     *
     * @param shutOut the keys with which nobody may log in, each with the time after which nobody could anyway
     */
    public record Account(Instant issuedAt, Map<VerificationKey, Instant> shutOut) {}

    private static final String SYSTEM_NAME = "SYS";
    private static final String CLAIMS_UPDATE = "$SYS.REQ.CLAIMS.UPDATE";
    private static final Set<String> FIELDS =
            Set.of("format", "createdAt", "station", "authority", "operator", "system", "account", "mail", "roles");

    public BrokerKeys {
        roles = Map.copyOf(roles);
    }

    /** The subject at which the system account takes another token of an account. */
    public static String updates() {
        return CLAIMS_UPDATE;
    }

    /** The subject at which it says which token holds. */
    public String claims() {
        return "$SYS.REQ.ACCOUNT.%s.CLAIMS.LOOKUP".formatted(accountId());
    }

    public static BrokerKeys generate(Instant now, NodeName station, KeyId authority) {
        var roles = new EnumMap<Role, Ed25519>(Role.class);
        for (Role role : Role.values()) {
            roles.put(role, Ed25519.generate());
        }
        return new BrokerKeys(
                now,
                station,
                authority,
                Ed25519.generate(),
                Ed25519.generate(),
                Ed25519.generate(),
                Ed25519.generate(),
                roles);
    }

    /** The file's text: secrets, all of it. */
    public String text() {
        var seeds = new LinkedHashMap<String, String>();
        for (Role role : Role.values()) {
            seeds.put(field(role), Nkey.ACCOUNT.seed(key(role)));
        }
        var json = new LinkedHashMap<String, Object>();
        json.put("format", Limits.FORMAT);
        json.put("createdAt", Times.text(createdAt));
        json.put("station", station);
        json.put("authority", authority);
        json.put("operator", Nkey.OPERATOR.seed(operator));
        json.put("system", Nkey.ACCOUNT.seed(system));
        json.put("account", Nkey.ACCOUNT.seed(account));
        json.put("mail", Nkey.ACCOUNT.seed(mail));
        json.put("roles", seeds);
        return Json.text(json) + "\n";
    }

    /** @param name of the file, for messages */
    public static BrokerKeys parse(String text, String name) throws RefusedException {
        try {
            return from(Json.object(text.getBytes(StandardCharsets.UTF_8), MAX_BYTES));
        } catch (RefusedException e) {
            throw new RefusedException("%s: %s".formatted(name, e.getMessage()));
        }
    }

    private static BrokerKeys from(JsonObject json) throws RefusedException {
        json.integer("format", Limits.FORMAT, Limits.FORMAT);
        json.onlyKnown(FIELDS);
        JsonObject seeds = json.object("roles");
        var roles = new EnumMap<Role, Ed25519>(Role.class);
        for (Role role : Role.values()) {
            roles.put(role, Nkey.ACCOUNT.parseSeed(seeds.text(field(role))));
        }
        return new BrokerKeys(
                json.time("createdAt"),
                NodeName.parse(json.text("station")),
                KeyId.parse(json.text("authority")),
                Nkey.OPERATOR.parseSeed(json.text("operator")),
                Nkey.ACCOUNT.parseSeed(json.text("system")),
                Nkey.ACCOUNT.parseSeed(json.text("account")),
                Nkey.ACCOUNT.parseSeed(json.text("mail")),
                roles);
    }

    private static String field(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    private Ed25519 key(Role role) {
        return Objects.requireNonNull(roles.get(role));
    }

    /** What the server's configuration names as {@code operator}. */
    public String operatorToken() {
        return Jwt.sign(
                new Jwt.Issuer(Nkey.OPERATOR, operator),
                new Jwt.Subject(Nkey.OPERATOR, operator.key(), ACCOUNT_NAME),
                createdAt,
                Optional.empty(),
                Map.of("system_account", systemAccountId()));
    }

    /** What the server's configuration names as {@code system_account}. */
    public String systemAccountId() {
        return Nkey.ACCOUNT.text(system.key());
    }

    public String systemAccountToken() {
        return accountToken(new Jwt.Subject(Nkey.ACCOUNT, system.key(), SYSTEM_NAME), createdAt, limits(0), Map.of());
    }

    /** The account of the fleet. */
    public String accountId() {
        return Nkey.ACCOUNT.text(account.key());
    }

    /** The token by which the account begins. */
    public String accountToken() {
        return accountToken(createdAt, Map.of());
    }

    /** The account of the station's mailbox. */
    public String mailId() {
        return Nkey.ACCOUNT.text(mail.key());
    }

    public String mailToken() {
        var more = new LinkedHashMap<String, Object>();
        var fromFleet = new LinkedHashMap<String, Object>();
        fromFleet.put("name", "mail");
        fromFleet.put("subject", station + ".>");
        fromFleet.put("account", accountId());
        fromFleet.put("type", "stream");
        more.put("imports", List.of(fromFleet));
        more.put("signing_keys", List.of(scope(Role.MAILBOX)));
        return accountToken(new Jwt.Subject(Nkey.ACCOUNT, mail.key(), MAIL_NAME), createdAt, limits(NO_LIMIT), more);
    }

    /**
     * The account's token.
     *
     * @param shutOut the keys with which nobody may log in any more, each with the time after which nobody could anyway
     */
    public String accountToken(Instant now, Map<VerificationKey, Instant> shutOut) {
        var revocations = new TreeMap<String, Object>();
        // The server compares this time with when a client's token was issued, and clocks can be wrong.
        shutOut.forEach((key, until) -> revocations.put(Nkey.USER.text(key), until.getEpochSecond()));
        var more = new LinkedHashMap<String, Object>();
        var toMail = new LinkedHashMap<String, Object>();
        toMail.put("name", "mail");
        toMail.put("subject", station + ".>");
        toMail.put("type", "stream");
        more.put("exports", List.of(toMail));
        more.put(
                "signing_keys",
                Stream.of(Role.STATION, Role.NODE, Role.TOKEN).map(this::scope).toList());
        if (!revocations.isEmpty()) {
            more.put("revocations", revocations);
        }
        Instant issuedAt = now.getEpochSecond() > createdAt.getEpochSecond() ? now : createdAt.plusSeconds(1);
        return accountToken(new Jwt.Subject(Nkey.ACCOUNT, account.key(), ACCOUNT_NAME), issuedAt, limits(0), more);
    }

    /**
     * Reads a token of the account.
     *
     * @throws RefusedException where it is not one that this operator has signed
     */
    public Account read(String accountToken) throws RefusedException {
        JsonObject claims = Jwt.read(accountToken, operator.key());
        if (!claims.text("sub").equals(accountId())) {
            throw new RefusedException("the token is of another account");
        }
        Optional<JsonObject> revocations = claims.object("nats").optionalObject("revocations");
        var shutOut = new LinkedHashMap<VerificationKey, Instant>();
        if (revocations.isPresent()) {
            for (String key : revocations.get().names()) {
                long until = revocations.get().integer(key, 0, FOR_EVER.getEpochSecond());
                shutOut.put(Nkey.USER.parse(key), Instant.ofEpochSecond(until));
            }
        }
        return new Account(Instant.ofEpochSecond(claims.integer("iat", 0, FOR_EVER.getEpochSecond())), shutOut);
    }

    private String accountToken(
            Jwt.Subject subject, Instant issuedAt, Map<String, Object> limits, Map<String, Object> more) {
        var nats = new LinkedHashMap<>(more);
        nats.put("limits", limits);
        Map<String, Object> nothing = Map.of("deny", List.of(">"));
        var none = new LinkedHashMap<String, Object>(); // in one order: the same token has the same text
        none.put("pub", nothing);
        none.put("sub", nothing);
        nats.put("default_permissions", none);
        return Jwt.sign(new Jwt.Issuer(Nkey.OPERATOR, operator), subject, issuedAt, Optional.empty(), nats);
    }

    /** @param storage of JetStream; 0 for none */
    private static Map<String, Object> limits(long storage) {
        var limits = new LinkedHashMap<String, Object>();
        for (String each : List.of("subs", "data", "payload", "imports", "exports", "conn")) {
            limits.put(each, NO_LIMIT);
        }
        limits.put("leaf", 0);
        limits.put("disallow_bearer", true);
        limits.put("wildcards", true);
        for (String each : List.of("mem_storage", "disk_storage", "streams", "consumer")) {
            limits.put(each, storage);
        }
        return limits;
    }

    private Map<String, Object> scope(Role role) {
        var scope = new LinkedHashMap<String, Object>();
        scope.put("kind", "user_scope");
        scope.put("key", Nkey.ACCOUNT.text(key(role).key()));
        scope.put("role", field(role));
        scope.put("template", permissions(role.publish(station), role.subscribe(), role.subscriptions, role.payload));
        return scope;
    }

    private static Map<String, Object> permissions(
            List<String> publish, List<String> subscribe, long subscriptions, long payload) {
        var permissions = new LinkedHashMap<String, Object>();
        permissions.put("pub", Map.of("allow", publish));
        permissions.put("sub", Map.of("allow", subscribe));
        permissions.put("subs", subscriptions);
        permissions.put("data", NO_LIMIT);
        permissions.put("payload", payload);
        permissions.put("allowed_connection_types", List.of("STANDARD"));
        return permissions;
    }

    /**
     * The token of a client.
     *
     * @param name the node's, the station's, or {@link Role#nameOf that of a token}
     * @param key with which the client logs in; its private half stays there
     */
    public String token(Role role, String name, VerificationKey key, Instant now, Optional<Instant> expiresAt) {
        return Jwt.sign(
                new Jwt.Issuer(Nkey.ACCOUNT, key(role)),
                new Jwt.Subject(Nkey.USER, key, name),
                now,
                expiresAt,
                Map.of("issuer_account", role == Role.MAILBOX ? mailId() : accountId()));
    }

    /**
     * With what the station itself logs in: keys that it makes anew at each start, and keeps nowhere.
     *
     * @param role {@link Role#STATION} or {@link Role#MAILBOX}
     */
    public Credentials stationCredentials(Role role, Instant now) {
        Ed25519 key = Ed25519.generate();
        return new Credentials(Optional.of(token(role, station.value(), key.key(), now, Optional.empty())), key);
    }

    /** With what the station tells the server whom to shut out, and can do nothing else. */
    public Credentials updateCredentials(Instant now) {
        Ed25519 key = Ed25519.generate();
        String token = Jwt.sign(
                new Jwt.Issuer(Nkey.ACCOUNT, system),
                new Jwt.Subject(Nkey.USER, key.key(), station.value()),
                now,
                Optional.empty(),
                permissions(List.of(CLAIMS_UPDATE, claims()), List.of("_INBOX." + station + ".>"), 4, NO_LIMIT));
        return new Credentials(Optional.of(token), key);
    }

    /** Without its secrets. */
    @Override
    public String toString() {
        return "broker account " + accountId();
    }
}
