// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A command as the station knows it.
 *
 * @param state {@code running} until every execution has ended, then {@code succeeded} or {@code failed}
 * @param total how many executions it has
 * @param states how many of them are in which state
 * @param dryRun whether the nodes only say what they would make of it
 */
public record CommandInfo(
        String id,
        String method,
        String domain,
        String state,
        JsonObject arguments,
        Instant orderedAt,
        long total,
        Map<String, Long> states,
        boolean dryRun,
        JsonObject json) {

    static CommandInfo from(JsonObject json) throws RefusedException {
        JsonObject counts = json.object("states");
        var states = new LinkedHashMap<String, Long>();
        for (String state : counts.names()) {
            states.put(state, counts.integer(state, 0, Integer.MAX_VALUE));
        }
        return new CommandInfo(
                json.text("id"),
                json.text("method"),
                json.text("domain"),
                json.text("state"),
                json.object("arguments"),
                json.time("orderedAt"),
                json.integer("total", 0, Integer.MAX_VALUE),
                states,
                json.has("dryRun") && json.bool("dryRun"),
                json);
    }

    /** Whether every execution has ended. */
    public boolean isOver() {
        return !state.equals("running");
    }
}
