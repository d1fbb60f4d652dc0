// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * An error of a node, told to its station: what failed ({@code source}, for instance a process) and how.
 *
 * @param refused the id of the message that could not be read, where it is about one: nothing will come of it
 */
public record ErrorEvent(String source, String text, Instant at, Optional<String> refused) {
    public ErrorEvent {
        source = source.length() > Limits.REASON_CHARS ? source.substring(0, Limits.REASON_CHARS) + "…" : source;
        text = text.length() > Limits.REASON_CHARS ? text.substring(0, Limits.REASON_CHARS) + "…" : text;
    }

    public ErrorEvent(String source, String text, Instant at) {
        this(source, text, at, Optional.empty());
    }

    public byte[] encode() {
        var json = new LinkedHashMap<String, Object>();
        json.put("source", source);
        json.put("text", text);
        json.put("at", Times.text(at));
        refused.ifPresent(id -> json.put("refused", id));
        return Json.bytes(json);
    }

    public static ErrorEvent decode(byte[] body) throws RefusedException {
        JsonObject json = Json.object(body, Limits.FRAME_BYTES);
        return new ErrorEvent(json.text("source"), json.text("text"), json.time("at"), json.optionalText("refused"));
    }
}
