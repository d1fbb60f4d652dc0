// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import java.time.Instant;
import java.util.Map;

/** An error of a node, told to its station: what failed ({@code source}, for instance a process) and how. */
public record ErrorEvent(String source, String text, Instant at) {
    public ErrorEvent {
        text = text.length() > Limits.REASON_CHARS ? text.substring(0, Limits.REASON_CHARS) + "…" : text;
    }

    public byte[] encode() {
        return Json.bytes(Map.of("source", source, "text", text, "at", Times.text(at)));
    }

    public static ErrorEvent decode(byte[] body) throws RefusedException {
        JsonObject json = Json.object(body, Limits.FRAME_BYTES);
        return new ErrorEvent(json.text("source"), json.text("text"), json.time("at"));
    }
}
