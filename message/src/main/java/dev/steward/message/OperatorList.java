// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.VerificationKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All operators of a fleet, in a document that one of its authorities signs. A list takes the place of every list with
 * a lower number, and names for ever whom an earlier one has revoked.
 *
 * @param number 1 for the first
 * @param operators at most {@link Limits#OPERATORS}; no name and no key twice
 */
public record OperatorList(
        CommandId id, FleetId fleet, KeyId issuer, Instant issuedAt, long number, List<Operator> operators)
        implements Document {
    static final String TYPE = "operators";

    /** The highest number; a higher one could never be followed by another. */
    public static final long LAST_NUMBER = 1L << 40;

    private static final Set<String> FIELDS =
            Set.of("format", "type", "id", "fleet", "issuer", "issuedAt", "number", "operators");
    private static final Set<String> OPERATOR_FIELDS = Set.of("name", "key", "expiresAt", "revokedAt");
    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0," + (Limits.OPERATOR_NAME_CHARS - 1) + "}");

    /**
     * One operator. The name is a label for people and for rules, the key is the identity.
     *
     * @param expiresAt from then on the key is good for nothing
     * @param revokedAt for people to read: a revoked key is good for nothing, whatever the time
     */
    public record Operator(String name, VerificationKey key, Optional<Instant> expiresAt, Optional<Instant> revokedAt) {
        private Object json() {
            var json = new LinkedHashMap<String, @Nullable Object>();
            json.put("name", name);
            json.put("key", key);
            expiresAt.ifPresent(at -> json.put("expiresAt", Times.text(at)));
            revokedAt.ifPresent(at -> json.put("revokedAt", Times.text(at)));
            return json;
        }

        private static Operator from(JsonObject json) throws RefusedException {
            json.onlyKnown(OPERATOR_FIELDS);
            return new Operator(
                    checkName(json.text("name")),
                    VerificationKey.parse(json.text("key")),
                    json.optionalTime("expiresAt"),
                    json.optionalTime("revokedAt"));
        }
    }

    public OperatorList {
        operators = List.copyOf(operators);
    }

    /** Checks an operator's name that comes from outside. */
    public static String checkName(String name) throws RefusedException {
        if (!NAME.matcher(name).matches()) {
            throw new RefusedException(
                    "'%s' is not an operator's name: 1 to %d letters, digits, '.', '_', '@' or '-', beginning with a letter or digit"
                            .formatted(
                                    name.length() > 80 ? name.substring(0, 80) + "…" : name,
                                    Limits.OPERATOR_NAME_CHARS));
        }
        return name;
    }

    public Optional<Operator> find(KeyId key) {
        return operators.stream()
                .filter(operator -> operator.key().id().equals(key))
                .findFirst();
    }

    /** Whether every key that {@code earlier} revokes is revoked here too: what is revoked stays so. */
    public boolean keepsRevocationsOf(OperatorList earlier) {
        return earlier.operators.stream()
                .filter(operator -> operator.revokedAt().isPresent())
                .allMatch(operator -> find(operator.key().id())
                        .filter(now -> now.revokedAt().isPresent())
                        .isPresent());
    }

    @Override
    public byte[] encode() {
        Map<String, @Nullable Object> json = Envelope.of(TYPE, this);
        json.put("number", number);
        json.put("operators", operators.stream().map(Operator::json).toList());
        return Json.bytes(json);
    }

    static OperatorList from(JsonObject json) throws RefusedException {
        json.onlyKnown(FIELDS);
        var operators = new ArrayList<Operator>();
        var names = new HashSet<String>();
        var keys = new HashSet<VerificationKey>();
        for (JsonObject each : json.objects("operators", Limits.OPERATORS)) {
            Operator operator = Operator.from(each);
            // A revoked key keeps its place, and its owner comes back under the same name with another one.
            if (operator.revokedAt().isEmpty() && !names.add(operator.name())) {
                throw new RefusedException("'operators' names %s twice".formatted(operator.name()));
            }
            if (!keys.add(operator.key())) {
                throw new RefusedException("'operators' has the key %s twice"
                        .formatted(operator.key().id()));
            }
            operators.add(operator);
        }
        return new OperatorList(
                CommandId.parse(json.text("id")),
                FleetId.parse(json.text("fleet")),
                KeyId.parse(json.text("issuer")),
                json.time("issuedAt"),
                json.integer("number", 1, LAST_NUMBER),
                operators);
    }
}
