// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import dev.steward.message.audit.AuditHash;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.VerificationKey;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far an audit log has come, as the station that writes it has signed: what is before it can't be changed by whoever
 * has the log and not that key.
 *
 * @param key of the station's, for this alone
 * @param station whose log it is
 * @param number of the last entry, and {@code hash} of it
 */
public record AuditHead(
        CommandId id,
        FleetId fleet,
        VerificationKey key,
        Instant issuedAt,
        NodeName station,
        long number,
        AuditHash hash)
        implements Document {
    static final String TYPE = "audit";

    private static final Set<String> FIELDS =
            Set.of("format", "type", "id", "fleet", "issuer", "issuedAt", "key", "station", "number", "hash");

    @Override
    public KeyId issuer() {
        return key.id();
    }

    @Override
    public byte[] encode() {
        Map<String, @Nullable Object> json = Envelope.of(TYPE, this);
        json.put("key", key);
        json.put("station", station);
        json.put("number", number);
        json.put("hash", hash);
        return Json.bytes(json);
    }

    static AuditHead from(JsonObject json) throws RefusedException {
        json.onlyKnown(FIELDS);
        var head = new AuditHead(
                CommandId.parse(json.text("id")),
                FleetId.parse(json.text("fleet")),
                VerificationKey.parse(json.text("key")),
                json.time("issuedAt"),
                NodeName.parse(json.text("station")),
                json.integer("number", 1, Long.MAX_VALUE),
                AuditHash.parse(json.text("hash")));
        if (!head.issuer().equals(KeyId.parse(json.text("issuer")))) {
            throw new RefusedException("'issuer' is not the fingerprint of 'key'");
        }
        return head;
    }
}
