// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.text.Quoted;
import org.jspecify.annotations.Nullable;

/**
 * A pattern for a whole word. RE2/J follows all ways through it at once, so that a match costs at most its size × the
 * characters of the word. Its size is bounded before RE2/J compiles it, which writes out what is repeated and goes into
 * the stack as deep as that is nested. See {@code docs/decisions/word-patterns.md}.
 */
final class WordPattern {
    /** What the smallest pattern takes, in memory and for each match. */
    static final int OWN_PARTS = 10;

    /**
     * What is refused, and what is counted. Signs after a backslash are passed over; within [ ] some are taken for more
     * than they are, which only makes a pattern count for more.
     */
    private static final Pattern FORMS = Pattern.compile("(?s)\\\\x\\{|\\(\\?:|(?P<refused>\\\\[pPQ]|\\(\\?)|\\\\."
            + "|(?P<group>\\))?\\{(?P<min>[0-9]+)(,(?P<max>[0-9]*))?\\}");

    private final Pattern pattern;
    private final int parts;

    private WordPattern(Pattern pattern, int parts) {
        this.pattern = pattern;
        this.parts = parts;
    }

    static WordPattern parse(String text) throws RefusedException {
        if (text.isEmpty()) {
            throw new RefusedException("a pattern has at least one character");
        }
        int parts = countParts(text);
        try {
            return new WordPattern(Pattern.compile(text), parts);
        } catch (PatternSyntaxException e) {
            throw new RefusedException("the pattern %s can't be read: %s at %s"
                    .formatted(Quoted.of(text), e.getDescription(), Quoted.of(e.getPattern())));
        }
    }

    /** Its characters and counts, times the counts of its groups: half of what RE2/J makes of it, or more. */
    private static int countParts(String text) throws RefusedException {
        long single = text.length();
        long times = 1;
        long parts = OWN_PARTS + single;
        Matcher form = FORMS.matcher(text);
        while (parts <= Limits.PATTERN_PARTS && form.find()) {
            if (form.group("refused") != null) {
                throw new RefusedException(
                        "the pattern %s holds %s; flags, names, \\p and \\Q are not known here, and of '(?' only '(?:'"
                                .formatted(Quoted.of(text), Quoted.of(form.group("refused"))));
            }
            String min = form.group("min");
            if (min == null) {
                continue;
            }
            int count = Math.max(count(text, min), count(text, form.group("max")));
            if (form.group("group") == null) {
                single += count;
            } else {
                times *= Math.max(1, count);
            }
            parts = OWN_PARTS + single * times;
        }
        if (parts > Limits.PATTERN_PARTS) {
            throw new RefusedException(
                    "a pattern has at most %d parts, and this has more; several commands may do what one can't"
                            .formatted(Limits.PATTERN_PARTS));
        }
        return (int) parts;
    }

    private static int count(String text, @Nullable String digits) throws RefusedException {
        if (digits == null || digits.isEmpty()) {
            return 0;
        }
        if (digits.length() > 4 || Integer.parseInt(digits) > Limits.PATTERN_COUNT) {
            throw new RefusedException(
                    "the pattern %s repeats %s times; the most is %d, or '*' and '+' without a number"
                            .formatted(Quoted.of(text), digits, Limits.PATTERN_COUNT));
        }
        return Integer.parseInt(digits);
    }

    /** What it costs to keep, and for each character to match. */
    int parts() {
        return parts;
    }

    /** Whether the whole word fits; false too where the steps are spent. */
    boolean matches(String word, Steps steps) {
        return steps.take(parts * (word.length() + 1)) && pattern.matches(word);
    }

    @Override
    public String toString() {
        return pattern.pattern();
    }
}
