// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.text;

/**
 * Text from elsewhere, made safe to show: a terminal obeys control characters, so output of a hostile node could
 * retitle windows, hide lines or type for the operator. They are shown as escapes instead.
 */
public final class SafeText {
    private SafeText() {}

    /** Keeps line ends and tabs. */
    public static String lines(String text) {
        return escape(text, true);
    }

    /** Everything on one line. */
    public static String line(String text) {
        return escape(text, false);
    }

    /** The same, of at most so many characters of it. */
    public static String line(String text, int maxChars) {
        return line(text.length() > maxChars ? text.substring(0, maxChars) + "…" : text);
    }

    private static String escape(String text, boolean keepLines) {
        StringBuilder safe = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isDangerous(text, i) || (keepLines && (c == '\n' || c == '\t'))) {
                if (safe != null) {
                    safe.append(c);
                }
                continue;
            }
            if (safe == null) {
                safe = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            appendEscape(safe, c);
        }
        return safe == null ? text : safe.toString();
    }

    /** Controls (C0, DEL, C1), what reorders, breaks or hides text invisibly, and halves of a surrogate pair. */
    private static boolean isDangerous(String text, int index) {
        char c = text.charAt(index);
        if (Character.isHighSurrogate(c)) {
            return index + 1 == text.length()
                    || !Character.isLowSurrogate(text.charAt(index + 1))
                    || Character.getType(text.codePointAt(index)) == Character.FORMAT;
        }
        if (Character.isLowSurrogate(c)) {
            return index == 0
                    || !Character.isHighSurrogate(text.charAt(index - 1))
                    || Character.getType(text.codePointAt(index - 1)) == Character.FORMAT;
        }
        return Character.isISOControl(c) || Character.getType(c) == Character.FORMAT || c == '\u2028' || c == '\u2029';
    }

    private static void appendEscape(StringBuilder safe, char c) {
        switch (c) {
            case '\n' -> safe.append("\\n");
            case '\t' -> safe.append("\\t");
            case '\r' -> safe.append("\\r");
            default -> safe.append(c < 0x100 ? "\\x%02x".formatted((int) c) : "\\u%04x".formatted((int) c));
        }
    }
}
