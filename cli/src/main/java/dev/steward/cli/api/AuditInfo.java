// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.message.RefusedException;
import dev.steward.message.audit.AuditChain;
import dev.steward.message.audit.AuditEntry;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.SignedDocument;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the audit log as the station, or a file, shows it: to be checked.
 *
 * @param entry its exact text
 */
public record AuditInfo(long number, String entry, String hash, Optional<String> head) {
    /** As a line of an exported file has it. */
    public static final int LINE_BYTES = 64 * 1024;

    public static AuditInfo from(JsonObject json) throws RefusedException {
        json.onlyKnown(Set.of("number", "entry", "hash", "head"));
        return new AuditInfo(
                json.integer("number", Long.MIN_VALUE, Long.MAX_VALUE),
                json.text("entry"),
                json.text("hash"),
                json.optionalText("head"));
    }

    public String line() {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("number", number);
        json.put("entry", entry);
        json.put("hash", hash);
        json.put("head", head.orElse(null));
        return Json.text(json);
    }

    public AuditEntry read() throws RefusedException {
        return AuditEntry.decode(bytes(entry));
    }

    public AuditChain.Link link() throws RefusedException {
        Optional<SignedDocument> signed = Optional.empty();
        if (head.isPresent()) {
            try {
                signed = Optional.of(SignedDocument.decode(bytes(head.get())));
            } catch (RefusedException e) {
                throw new RefusedException(
                        "the signed head of entry %d can't be read: %s".formatted(number, e.getMessage()));
            }
        }
        return new AuditChain.Link(bytes(entry), hash, signed);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
