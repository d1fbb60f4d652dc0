// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The station asks a node what became of commands that the node has recorded and not yet told the end of. The node
 * answers each with its present state, or that it does not know it.
 */
public record Inquiry(List<CommandId> commands) {
    /** Commands in one inquiry. */
    public static final int MAX = 500;

    public Inquiry {
        commands = List.copyOf(commands);
    }

    public byte[] encode() {
        return Json.bytes(Map.of("commands", commands));
    }

    public static Inquiry decode(byte[] body) throws RefusedException {
        JsonObject json = Json.object(body, Limits.FRAME_BYTES);
        var commands = new ArrayList<CommandId>();
        for (String id : json.texts("commands", MAX)) {
            commands.add(CommandId.parse(id));
        }
        return new Inquiry(commands);
    }
}
