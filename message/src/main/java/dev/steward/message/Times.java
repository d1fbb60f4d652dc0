// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as they travel: RFC 3339 in UTC with exactly three digits of a second. */
public final class Times {
    private static final DateTimeFormatter MILLIS = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private Times() {}

    public static String text(Instant time) {
        return MILLIS.format(time);
    }
}
