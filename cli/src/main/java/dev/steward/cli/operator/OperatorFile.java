// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import dev.steward.message.FleetId;
import dev.steward.message.Limits;
import dev.steward.message.OperatorList;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.VerificationKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code operator.json}: who orders from here.
 *
 * @param authorities whose word about nodes is taken beside his own
 * @param list the signed list of operators with the highest number that was seen
 */
record OperatorFile(
        FleetId fleet,
        String name,
        VerificationKey key,
        KeySource source,
        List<VerificationKey> authorities,
        Optional<String> list) {
    /** With a list of the largest size, in which each quote is escaped. */
    static final int BYTES = 2 * Limits.SIGNED_DOCUMENT_BYTES + 64 * 1024;

    private static final Set<String> FIELDS =
            Set.of("format", "fleet", "name", "key", "source", "keyFile", "authorities", "list");

    OperatorFile with(String newer) {
        return new OperatorFile(fleet, name, key, source, authorities, Optional.of(newer));
    }

    OperatorFile with(VerificationKey authority) throws RefusedException {
        var more = new ArrayList<>(authorities);
        more.add(authority);
        return new OperatorFile(fleet, name, key, source, checked(more), list);
    }

    /** Each once, and not too many to be read again. */
    static List<VerificationKey> checked(List<VerificationKey> given) throws RefusedException {
        List<VerificationKey> authorities = given.stream().distinct().toList();
        if (authorities.size() > Limits.TRUST_AUTHORITIES) {
            throw new RefusedException(
                    "%d authorities, at most %d are possible".formatted(authorities.size(), Limits.TRUST_AUTHORITIES));
        }
        return authorities;
    }

    String text() {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("format", Limits.FORMAT);
        json.put("fleet", fleet);
        json.put("name", name);
        json.put("key", key);
        json.put("source", source instanceof KeySource.Agent ? "ssh-agent" : "file");
        if (source instanceof KeySource.Elsewhere elsewhere) {
            json.put("keyFile", elsewhere.file().toString()); // a path is a list of paths too
        }
        if (!authorities.isEmpty()) {
            json.put("authorities", authorities);
        }
        json.put("list", list.orElse(null));
        return Json.text(json) + "\n";
    }

    static OperatorFile parse(byte[] bytes) throws RefusedException {
        JsonObject json = Json.object(bytes, BYTES);
        json.onlyKnown(FIELDS);
        json.integer("format", Limits.FORMAT, Limits.FORMAT);
        VerificationKey key = VerificationKey.parse(json.text("key"));
        Optional<String> elsewhere = json.optionalText("keyFile");
        if (elsewhere.filter(path -> path.indexOf('\0') >= 0).isPresent()) {
            throw new RefusedException("'keyFile' is no path");
        }
        KeySource source = switch (json.text("source")) {
            case "ssh-agent" -> new KeySource.Agent(key);
            case "file" ->
                elsewhere
                        .<KeySource>map(path -> new KeySource.Elsewhere(Path.of(path)))
                        .orElseGet(KeySource.Own::new);
            default -> throw new RefusedException("'source' must be 'file' or 'ssh-agent'");
        };
        return new OperatorFile(
                FleetId.parse(json.text("fleet")),
                OperatorList.checkName(json.text("name")),
                key,
                source,
                authorities(json),
                json.optionalText("list"));
    }

    private static List<VerificationKey> authorities(JsonObject json) throws RefusedException {
        var authorities = new ArrayList<VerificationKey>();
        if (json.has("authorities")) {
            for (String text : json.texts("authorities", Limits.TRUST_AUTHORITIES)) {
                authorities.add(VerificationKey.parse(text));
            }
        }
        return authorities;
    }
}
