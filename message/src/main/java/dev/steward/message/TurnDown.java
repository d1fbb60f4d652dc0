// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.DocumentDigest;
import dev.steward.message.signing.KeyId;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says that a document which waits at the station for more signatures is to wait no more. Nodes take none.
 *
 * @param document that is turned down
 */
public record TurnDown(CommandId id, FleetId fleet, KeyId issuer, Instant issuedAt, DocumentDigest document)
        implements Document {
    static final String TYPE = "turn-down";

    private static final Set<String> FIELDS = Set.of("format", "type", "id", "fleet", "issuer", "issuedAt", "document");

    @Override
    public byte[] encode() {
        Map<String, @Nullable Object> json = Envelope.of(TYPE, this);
        json.put("document", document);
        return Json.bytes(json);
    }

    static TurnDown from(JsonObject json) throws RefusedException {
        json.onlyKnown(FIELDS);
        return new TurnDown(
                CommandId.parse(json.text("id")),
                FleetId.parse(json.text("fleet")),
                KeyId.parse(json.text("issuer")),
                json.time("issuedAt"),
                DocumentDigest.parse(json.text("document")));
    }
}
