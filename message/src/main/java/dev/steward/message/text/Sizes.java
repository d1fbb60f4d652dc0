// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.text;

import java.util.Locale;

/** Sizes as people read them. */
public final class Sizes {
    private static final long UNIT = 1024;

    private Sizes() {}

    /** For instance {@code 1.2 MiB}. */
    public static String text(long bytes) {
        if (bytes < UNIT) {
            return bytes + " B";
        }
        double size = bytes;
        String units = "KMGTPE";
        int unit = -1;
        while (size >= UNIT && unit < units.length() - 1) {
            size /= UNIT;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %ciB", size, units.charAt(unit));
    }
}
