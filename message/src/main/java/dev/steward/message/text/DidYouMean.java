// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.text;

import java.util.Collection;
import java.util.Comparator;

/** The known word that a mistyped one most likely meant. */
public final class DidYouMean {
    private DidYouMean() {}

    /** {@code "; did you mean 'x'?"}, or an empty text where nothing is near. */
    public static String suffix(String word, Collection<String> known) {
        return suffix(word, known, "");
    }

    /** @param prefix as {@code --}: belongs to each of the known words, but says nothing about likeness */
    public static String suffix(String word, Collection<String> known, String prefix) {
        int bound = word.length() <= 3 ? 1 : Math.max(2, word.length() / 3); // two letters swapped are two edits
        return known.stream()
                .filter(candidate -> distance(word, candidate) <= bound)
                .min(Comparator.comparingInt(candidate -> distance(word, candidate)))
                .map(candidate -> "; did you mean '" + prefix + candidate + "'?")
                .orElse("");
    }

    /** Levenshtein distance. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replace, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
