// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.audit;

import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.Times;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.text.SafeText;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Something that was done, decided or refused. Its text is made once, by {@link #encode}; the hash is over exactly that.
 *
 * @param number 1 for the first of a log, without gaps
 * @param action one of a few words, as {@code order}
 * @param who whoever did it
 * @param on what it was done to: a command's id, or a node's name
 * @param text for people; cut at {@link Limits#AUDIT_TEXT_CHARS} characters
 * @param document SHA-256 over the exact bytes of the signed documents, one after the other, in hexadecimal
 */
public record AuditEntry(
        long number, Instant at, String action, Who who, Optional<String> on, String text, Optional<String> document) {

    /**
     * Whoever has done something.
     *
     * @param by the operator whose signature was checked
     * @param key of that signature
     * @param via the credential with which it was handed in
     */
    public record Who(Optional<String> by, Optional<String> key, Optional<String> via) {
        /** Nobody who could be named: the program itself. */
        public static final Who ITSELF = new Who(Optional.empty(), Optional.empty(), Optional.empty());

        public static Who via(String credential) {
            return new Who(Optional.empty(), Optional.empty(), Optional.of(credential));
        }
    }

    public AuditEntry {
        text = cut(text);
    }

    private static String cut(String text) {
        String line = SafeText.line(text);
        if (line.length() <= Limits.AUDIT_TEXT_CHARS) {
            return line;
        }
        int end = Limits.AUDIT_TEXT_CHARS - 1;
        return line.substring(0, Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end) + "…";
    }

    public byte[] encode() {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("number", number);
        json.put("at", Times.text(at));
        json.put("action", action);
        who.by.ifPresent(by -> json.put("by", by));
        who.key.ifPresent(key -> json.put("key", key));
        who.via.ifPresent(via -> json.put("via", via));
        on.ifPresent(name -> json.put("on", name));
        json.put("text", text);
        document.ifPresent(digest -> json.put("document", digest));
        return Json.bytes(json);
    }

    /** Fields of a later version are left alone: the hash covers them all the same. */
    public static AuditEntry decode(byte[] bytes) throws RefusedException {
        JsonObject json = Json.object(bytes, Limits.AUDIT_ENTRY_BYTES);
        return new AuditEntry(
                json.integer("number", 1, Long.MAX_VALUE),
                json.time("at"),
                json.text("action"),
                new Who(json.optionalText("by"), json.optionalText("key"), json.optionalText("via")),
                json.optionalText("on"),
                json.text("text"),
                json.optionalText("document"));
    }
}
