// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields with which most documents begin, in the order in which they are written. */
final class Envelope {
    private Envelope() {}

    /** To be filled with what is the document's own. */
    static Map<String, @Nullable Object> of(String type, Document document) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("format", Limits.FORMAT);
        json.put("type", type);
        json.put("id", document.id());
        json.put("fleet", document.fleet());
        json.put("issuer", document.issuer());
        json.put("issuedAt", Times.text(document.issuedAt()));
        return json;
    }
}
