// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.message.CommandId;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.KeyId;
import java.time.Instant;
import java.util.Optional;

/**
 * A token as the station knows it, which is without its secret.
 *
 * @param node the one name that it is good for, where there is one
 * @param usedBy the identity that has asked for admission with it
 */
public record TokenInfo(
        CommandId id, Optional<NodeName> node, Instant createdAt, Instant expiresAt, Optional<KeyId> usedBy) {
    static TokenInfo from(JsonObject json) throws RefusedException {
        return new TokenInfo(
                CommandId.parse(json.text("id")),
                json.has("node") ? Optional.of(NodeName.parse(json.text("node"))) : Optional.empty(),
                json.time("createdAt"),
                json.time("expiresAt"),
                json.has("usedBy") ? Optional.of(KeyId.parse(json.text("usedBy"))) : Optional.empty());
    }
}
