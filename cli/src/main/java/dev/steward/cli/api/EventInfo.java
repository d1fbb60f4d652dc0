// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import java.time.Instant;

/** Something that a node, or the station, has told besides executions. */
public record EventInfo(long position, String node, String source, String text, Instant at, JsonObject json) {
    static EventInfo from(JsonObject json) throws RefusedException {
        return new EventInfo(
                json.integer("position", 0, Long.MAX_VALUE),
                json.text("node"),
                json.text("source"),
                json.text("text"),
                json.time("at"),
                json);
    }
}
