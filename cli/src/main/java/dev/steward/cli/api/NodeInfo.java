// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A node as the station knows it.
 *
 * @param fingerprint of the key that is let in under that name; empty where none is, or none is any more
 */
public record NodeInfo(
        String name,
        Optional<String> fingerprint,
        boolean reachable,
        Optional<Instant> lastHeardAt,
        Map<String, String> labels,
        Optional<JsonObject> facts,
        JsonObject json) {

    /** The names that an order may mean. */
    public static List<String> orderable(List<NodeInfo> nodes) {
        return nodes.stream()
                .filter(node -> node.fingerprint().isPresent())
                .map(NodeInfo::name)
                .toList();
    }

    static NodeInfo from(JsonObject json) throws RefusedException {
        return new NodeInfo(
                json.text("name"),
                json.optionalText("fingerprint"),
                json.bool("reachable"),
                json.optionalTime("lastHeardAt"),
                json.textMap("labels"),
                json.optionalObject("facts"),
                json);
    }
}
