// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.seal.LinkKey;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.VerificationKey;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A machine asks to become a node. It signs with the identity that it has made, which is the issuer, and with the key of
 * the token that it was given. Or it is a node, and has made other keys, as an operator has ordered: then the outcome of
 * that command is such a request.
 *
 * @param token the id of that token, or of that command
 * @param node the name that it would have
 * @param key its identity
 * @param linkKey of its link to the station
 * @param login with which it would log in at the broker
 */
public record EnrolmentRequest(
        CommandId id,
        FleetId fleet,
        Instant issuedAt,
        CommandId token,
        NodeName node,
        VerificationKey key,
        LinkKey linkKey,
        VerificationKey login)
        implements Document {
    static final String TYPE = "enrolment";

    private static final String REPLY_PREFIX = "enroll-";

    private static final Set<String> FIELDS =
            Set.of("format", "type", "id", "fleet", "issuedAt", "token", "node", "key", "linkKey", "login");

    /** The name under which whoever has this token hears the answer. */
    public NodeName replyTo() {
        return replyTo(token);
    }

    public static NodeName replyTo(CommandId token) {
        return new NodeName(REPLY_PREFIX + token);
    }

    /** Why no node of this station can be called so; empty where one can. */
    public static Optional<String> nameRefusal(NodeName node, NodeName station) {
        if (node.equals(station)) {
            return Optional.of("'%s' is the station's own name; no other node may be called so".formatted(node));
        }
        if (node.value().equals(NodeName.ALL)) {
            return Optional.of("'all' means all nodes, wherever targets are given; no node may be called so");
        }
        return node.value().startsWith(REPLY_PREFIX)
                ? Optional.of("names that begin with %s are for machines that are no nodes yet".formatted(REPLY_PREFIX))
                : Optional.empty();
    }

    @Override
    public KeyId issuer() {
        return key.id();
    }

    @Override
    public byte[] encode() {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("format", Limits.FORMAT);
        json.put("type", TYPE);
        json.put("id", id);
        json.put("fleet", fleet);
        json.put("issuedAt", Times.text(issuedAt));
        json.put("token", token);
        json.put("node", node);
        json.put("key", key);
        json.put("linkKey", linkKey);
        json.put("login", login);
        return Json.bytes(json);
    }

    static EnrolmentRequest from(JsonObject json) throws RefusedException {
        json.onlyKnown(FIELDS);
        return new EnrolmentRequest(
                CommandId.parse(json.text("id")),
                FleetId.parse(json.text("fleet")),
                json.time("issuedAt"),
                CommandId.parse(json.text("token")),
                NodeName.parse(json.text("node")),
                VerificationKey.parse(json.text("key")),
                LinkKey.parse(json.text("linkKey")),
                VerificationKey.parse(json.text("login")));
    }
}
