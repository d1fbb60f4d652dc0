// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** A node as the station knows it. */
public record NodeInfo(
        String name,
        boolean reachable,
        Optional<Instant> lastHeardAt,
        Map<String, String> labels,
        Optional<JsonObject> facts,
        JsonObject json) {

    static NodeInfo from(JsonObject json) throws RefusedException {
        return new NodeInfo(
                json.text("name"),
                json.bool("reachable"),
                json.optionalTime("lastHeardAt"),
                json.textMap("labels"),
                json.optionalObject("facts"),
                json);
    }
}
