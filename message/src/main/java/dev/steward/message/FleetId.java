// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The id of a fleet: 16 random bytes in lower-case hexadecimal, made once with its first operator's key. Every document
 * names it, so that none is good in another fleet.
 */
public record FleetId(String value) {
    public static final int BYTES = 16;

    private static final Pattern VALID = Pattern.compile("[0-9a-f]{" + 2 * BYTES + "}");

    /** @throws IllegalArgumentException where {@code value} is no id; use {@link #parse} for input. */
    public FleetId {
        if (!VALID.matcher(value).matches()) {
            throw new IllegalArgumentException("not a fleet's id: " + value);
        }
    }

    /** @param random {@value #BYTES} random bytes */
    public static FleetId of(byte[] random) {
        return new FleetId(HexFormat.of().formatHex(random));
    }

    public static FleetId parse(String text) throws RefusedException {
        if (!VALID.matcher(text).matches()) {
            throw new RefusedException("'%s' is not a fleet's id, %d hexadecimal digits in lower case"
                    .formatted(text.length() > 80 ? text.substring(0, 80) + "…" : text, 2 * BYTES));
        }
        return new FleetId(text);
    }

    @Override
    public String toString() {
        return value;
    }
}
