// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.link.Session;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The station says what it has recorded of commands on a node, and asks the node to correct it. A node that has found
 * commands in its journal at its start learns here which of them it may start: either store may be an older copy.
 *
 * @param session of the node that is asked; what an earlier one was asked says nothing about what this one may start
 * @param conversation in which it is asked; in a later one with the same session the station may have heard more
 */
public record Inquiry(Session session, long conversation, List<Entry> commands) {
    /** Commands in one inquiry. */
    public static final int MAX = 500;

    /**
     * One command as the station has it.
     *
     * @param attempt the last start that the station has heard of, 0 for none
     * @param ended how it ended, where the station knows its end
     */
    public record Entry(CommandId command, int attempt, Optional<ExecutionState> ended) {}

    public Inquiry {
        commands = List.copyOf(commands);
    }

    public byte[] encode() {
        var entries = new ArrayList<Object>();
        for (Entry entry : commands) {
            var json = new LinkedHashMap<String, @Nullable Object>();
            json.put("id", entry.command);
            json.put("attempt", entry.attempt);
            entry.ended.ifPresent(state -> json.put("ended", state));
            entries.add(json);
        }
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("session", session);
        json.put("conversation", conversation);
        json.put("commands", entries);
        return Json.bytes(json);
    }

    public static Inquiry decode(byte[] body) throws RefusedException {
        JsonObject json = Json.object(body, Limits.FRAME_BYTES);
        var entries = new ArrayList<Entry>();
        for (JsonObject entry : json.objects("commands", MAX)) {
            entries.add(new Entry(
                    CommandId.parse(entry.text("id")),
                    (int) entry.integer("attempt", 0, Limits.ATTEMPTS),
                    ended(entry)));
        }
        return new Inquiry(
                Session.parse(json.text("session")), json.integer("conversation", 1, Long.MAX_VALUE), entries);
    }

    private static Optional<ExecutionState> ended(JsonObject entry) throws RefusedException {
        Optional<String> text = entry.optionalText("ended");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        ExecutionState state = ExecutionState.parse(text.get());
        if (!state.isTerminal()) {
            throw new RefusedException("'%s' is not an end".formatted(state));
        }
        return Optional.of(state);
    }
}
