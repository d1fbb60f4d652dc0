// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.text;

import java.util.HexFormat;

/**
 * Text from elsewhere, in quotes within one line of a reason: short, and what is not plain ASCII as escapes, so that it
 * neither commands a terminal nor passes for another word that looks like it.
 */
public final class Quoted {
    private static final int MAX_CHARS = 80;

    private Quoted() {}

    /** {@code 'word'}. */
    public static String of(String text) {
        var quoted = new StringBuilder("'");
        int end = Math.min(text.length(), MAX_CHARS);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                quoted.append("\\u").append(HexFormat.of().toHexDigits(c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append(end < text.length() ? "…'" : "'").toString();
    }
}
