// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.text;

/** Patterns for names: {@code *} stands for any characters, {@code ?} for one. The whole name must fit. */
public final class Glob {
    private Glob() {}

    public static boolean isGlob(String text) {
        return text.indexOf('*') >= 0 || text.indexOf('?') >= 0;
    }

    /** Takes at most pattern × name steps: of all stars only the last one passed is ever tried again. */
    public static boolean matches(String pattern, String name) {
        int at = 0;
        int star = -1;
        int begin = 0;
        int i = 0;
        while (i < name.length()) {
            if (at < pattern.length() && pattern.charAt(at) == '*') {
                star = at++;
                begin = i;
            } else if (at < pattern.length() && (pattern.charAt(at) == '?' || pattern.charAt(at) == name.charAt(i))) {
                at++;
                i++;
            } else if (star >= 0) {
                at = star + 1;
                i = ++begin;
            } else {
                return false;
            }
        }
        while (at < pattern.length() && pattern.charAt(at) == '*') {
            at++;
        }
        return at == pattern.length();
    }
}
