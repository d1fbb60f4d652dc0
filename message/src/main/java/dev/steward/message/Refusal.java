// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import dev.steward.message.text.SafeText;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A message that could not be read, and why not. Of the message it keeps enough to see what it was and never more than
 * a few KiB, so that a flood of large ones fills neither memory nor disk.
 *
 * @param kept what is left of the message
 * @param reason one line, fit for a log; says what was cut
 */
public record Refusal(WireMessage kept, String reason) {
    private static final int REASON_CHARS = 300;
    private static final int SUBJECT_CHARS = 255;

    public static Refusal of(WireMessage message, String reason) {
        byte[] body = message.body();
        int length = Math.min(body.length, Limits.QUARANTINE_BODY_BYTES);
        String cut = length == body.length ? "" : " (body of %d bytes, %d kept)".formatted(body.length, length);
        var kept = new WireMessage(
                SafeText.line(message.subject(), SUBJECT_CHARS),
                headers(message.headers()),
                length == body.length ? body : Arrays.copyOf(body, length));
        return new Refusal(kept, SafeText.line(reason, REASON_CHARS) + cut);
    }

    private static Map<String, String> headers(Map<String, String> headers) {
        var kept = new LinkedHashMap<String, String>();
        headers.entrySet().stream()
                .limit(Limits.QUARANTINE_HEADERS)
                .forEach(header -> kept.put(
                        SafeText.line(header.getKey(), Limits.QUARANTINE_HEADER_CHARS),
                        SafeText.line(header.getValue(), Limits.QUARANTINE_HEADER_CHARS)));
        return kept;
    }
}
