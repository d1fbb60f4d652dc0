// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.text;

import java.util.regex.Pattern;

/** Text from outside as a log or a terminal may show it. */
public final class OneLine {
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private OneLine() {}

    /** At most so many characters of it, and a question mark for each that is none to look at. */
    public static String of(String text, int maxChars) {
        String start = text.length() > maxChars ? text.substring(0, maxChars) + "…" : text;
        return CONTROL.matcher(start).replaceAll("?");
    }
}
