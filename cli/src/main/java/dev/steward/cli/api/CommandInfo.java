// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.message.ExecutionState;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
        Instant startBefore,
        long total,
        Map<String, Long> states,
        boolean dryRun,
        Optional<Signing> signing,
        JsonObject json) {
    /** Of a command that was held: who had signed it last, by the station's word, and how many must. */
    public record Signing(List<String> by, long needed) {
        private static Optional<Signing> from(JsonObject json) throws RefusedException {
            return json.has("signers") && json.has("signaturesNeeded")
                    ? Optional.of(new Signing(
                            json.texts("signers", Limits.SIGNATURES),
                            json.integer("signaturesNeeded", 0, Integer.MAX_VALUE)))
                    : Optional.empty();
        }

        /** As {@code 2 of 3}. */
        public String count() {
            return "%d of %d".formatted(by.size(), needed);
        }
    }

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
                json.time("startBefore"),
                json.integer("total", 0, Integer.MAX_VALUE),
                states,
                json.has("dryRun") && json.bool("dryRun"),
                Signing.from(json),
                json);
    }

    /** Whether it waits for signatures, at least for some of its nodes. */
    public boolean isHeld() {
        return states.containsKey(ExecutionState.HELD.toString());
    }

    /** Whether every execution has ended. */
    public boolean isOver() {
        return !state.equals("running");
    }
}
