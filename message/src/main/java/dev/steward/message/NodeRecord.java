// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.seal.LinkKey;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.VerificationKey;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an authority of the fleet says of a node: that this key is the node of that name, or is it no more. The name is a
 * label, the key is the identity. A record takes the place of every one of the same key with a lower number.
 *
 * @param number 1 for the approval
 * @param key the node's identity, which it has made itself
 * @param linkKey of its link to the station
 * @param login with which it logs in at the broker; records from before nodes had one are without
 * @param revokedAt for people to read: a revoked identity is never used again, whatever the time
 */
public record NodeRecord(
        CommandId id,
        FleetId fleet,
        KeyId issuer,
        Instant issuedAt,
        long number,
        NodeName node,
        VerificationKey key,
        LinkKey linkKey,
        Optional<VerificationKey> login,
        Optional<Instant> revokedAt)
        implements Document {
    static final String TYPE = "node";

    /** The highest number; a higher one could never be followed by another. */
    public static final long LAST_NUMBER = 1L << 40;

    private static final Set<String> FIELDS = Set.of(
            "format",
            "type",
            "id",
            "fleet",
            "issuer",
            "issuedAt",
            "number",
            "node",
            "key",
            "linkKey",
            "login",
            "revokedAt");

    /** Whether it says of a machine what that says of itself. */
    public boolean covers(EnrolmentRequest request) {
        return node.equals(request.node())
                && key.equals(request.key())
                && linkKey.equals(request.linkKey())
                && login.equals(Optional.of(request.login()));
    }

    /** Whether it takes the place of that one because the node has another key for its link. */
    public boolean changesLinkOf(NodeRecord other) {
        return !isRevoked() && !linkKey.equals(other.linkKey);
    }

    public boolean isRevoked() {
        return revokedAt.isPresent();
    }

    @Override
    public byte[] encode() {
        Map<String, @Nullable Object> json = Envelope.of(TYPE, this);
        json.put("number", number);
        json.put("node", node);
        json.put("key", key);
        json.put("linkKey", linkKey);
        login.ifPresent(present -> json.put("login", present));
        revokedAt.ifPresent(at -> json.put("revokedAt", Times.text(at)));
        return Json.bytes(json);
    }

    static NodeRecord from(JsonObject json) throws RefusedException {
        json.onlyKnown(FIELDS);
        return new NodeRecord(
                CommandId.parse(json.text("id")),
                FleetId.parse(json.text("fleet")),
                KeyId.parse(json.text("issuer")),
                json.time("issuedAt"),
                json.integer("number", 1, LAST_NUMBER),
                NodeName.parse(json.text("node")),
                VerificationKey.parse(json.text("key")),
                LinkKey.parse(json.text("linkKey")),
                json.has("login") ? Optional.of(VerificationKey.parse(json.text("login"))) : Optional.empty(),
                json.optionalTime("revokedAt"));
    }
}
