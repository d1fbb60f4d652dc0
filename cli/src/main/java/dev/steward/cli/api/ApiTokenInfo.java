// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.message.CommandId;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A bearer token of the API as the station knows it, which is without its secret.
 *
 * @param targets patterns for names of nodes, empty for all; {@code methods} likewise
 */
public record ApiTokenInfo(
        CommandId id,
        String name,
        String role,
        Optional<List<String>> targets,
        Optional<List<String>> methods,
        Instant createdAt,
        String createdBy,
        Instant expiresAt) {
    static ApiTokenInfo from(JsonObject json) throws RefusedException {
        return new ApiTokenInfo(
                CommandId.parse(json.text("id")),
                json.text("name"),
                json.text("role"),
                words(json, "targets"),
                words(json, "methods"),
                json.time("createdAt"),
                json.text("createdBy"),
                json.time("expiresAt"));
    }

    private static Optional<List<String>> words(JsonObject json, String name) throws RefusedException {
        return json.has(name) ? Optional.of(json.texts(name, Limits.API_TOKEN_PATTERNS)) : Optional.empty();
    }
}
