// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.audit;

import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far a log has come: what whoever else remembers of it.
 *
 * @param number of the last entry, 0 where there is none
 * @param hash of that entry, and by it of all before
 */
public record AuditMark(long number, AuditHash hash) {
    /** Before the first entry. */
    public static final AuditMark NONE = new AuditMark(0, AuditHash.NONE);

    public AuditMark {
        if (number < 0 || (number == 0 && !hash.equals(AuditHash.NONE))) {
            throw new IllegalArgumentException("no log begins with the hash %s at %d".formatted(hash, number));
        }
    }

    public AuditMark then(byte[] entry) {
        return new AuditMark(number + 1, hash.then(entry));
    }

    public boolean isNone() {
        return number == 0;
    }

    /** Whether a log that had come to {@code former} can't have come to this by growing: it is shorter, or another one. */
    public boolean goesBackFrom(AuditMark former) {
        return number < former.number || (number == former.number && !hash.equals(former.hash));
    }

    public Map<String, Object> json() {
        var json = new LinkedHashMap<String, Object>();
        json.put("number", number);
        json.put("hash", hash.hex());
        return json;
    }

    public static AuditMark from(JsonObject json) throws RefusedException {
        long number = json.integer("number", 0, Long.MAX_VALUE);
        AuditHash hash = AuditHash.parse(json.text("hash"));
        if (number == 0 && !hash.equals(AuditHash.NONE)) {
            throw new RefusedException("a log without entries has no hash, and this says " + hash);
        }
        return new AuditMark(number, hash);
    }

    @Override
    public String toString() {
        return "%d (%s)".formatted(number, hash);
    }
}
