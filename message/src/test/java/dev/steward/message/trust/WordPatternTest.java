// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.Pattern;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordPatternTest {
    /** An agent's threads have 256 KiB; what calls for a pattern needs some of it. */
    private static final int STACK_BYTES = 224 * 1024;

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '`',
            value = {
                "a|ab ! ab ! abc",
                "a|b ! b ! ab",
                "a ! a ! ba",
                "a ! a ! a b",
                "^a$ ! a ! ^a$",
                "^a|b$ ! b ! ax",
                "a\\b-.* ! a-x ! ab-x",
                ". ! é ! éé",
                ". ! \uD83D\uDE00 ! \uD83D\uDE00x",
                "\\(?[(){5}]+\\.\\{3\\} ! ({.{3} ! .{3",
                "[^a-c-]+ ! xyz ! x-z",
                "\\d\\w\\D ! 1_x ! 1_1",
                "[[:alpha:]]+ ! aB ! a1",
                "[Kk] ! K ! \u212A",
                "a+? ! aaa ! aab",
                "\\x{61}\\x62 ! ab ! a",
                "(?:a{2}){3} ! aaaaaa ! aaaaa",
            })
    void aPatternStandsForAWholeWord(String text, String word, String other) throws Exception {
        WordPattern pattern = WordPattern.parse(text);

        assertThat(pattern.matches(word, new Steps())).isTrue();
        assertThat(pattern.matches(other, new Steps())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a+)+b",
                "(a|aa)+b",
                "(a|a)*b",
                "([a-z]+)*1",
                "(.*)*(.*)*(.*)*x",
                "(a*)*(a*)*(a*)*(a*)*(a*)*x",
                "(|||)(|||)(|||)(|||)(|||)(|||)(|||)(|||)(|||)(|||)(|||)(|||)(|||)(|||)(|||)(|||)(|||)(|||)(|||)x",
                "a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a{30}b",
            })
    void aPatternThatWouldKeepJavaBusyForAgesIsDoneAtOnce(String text) throws Exception {
        WordPattern pattern = WordPattern.parse(text);
        var steps = new Steps();

        assertThat(pattern.matches("a".repeat(4_000), steps)).isFalse();
        assertThat(steps.isSpent()).isFalse();
    }

    @Test
    void aPatternCostsItsPartsForEachCharacterUntilTheStepsAreSpent() throws Exception {
        WordPattern pattern = WordPattern.parse("a".repeat(10) + "(b{3}|c){5}");
        String word = "a".repeat(999);
        var steps = new Steps();

        assertThat(pattern.parts()).isEqualTo((10 + 11 + 3) * 5 + 10);
        for (int left = Limits.PATTERN_STEPS; left >= 130_000; left -= 130_000) {
            assertThat(pattern.matches(word, steps)).isFalse();
            assertThat(steps.isSpent()).isFalse();
        }
        assertThat(pattern.matches(word, steps)).isFalse();
        assertThat(steps.isSpent()).isTrue();
        assertThat(WordPattern.parse("a").matches("a", steps)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '`',
            value = {
                "(a ! the pattern '(a' can't be read: missing closing ) at '(a'",
                "a) ! can't be read",
                "[a ! can't be read: missing closing ] at '[a'",
                "[z-a] ! can't be read: invalid character class range at 'z-a'",
                "a** ! can't be read: invalid nested repetition operator at '**'",
                "*a ! can't be read: missing argument to repetition operator at '*'",
                "a{3,1} ! can't be read: invalid repeat count at '{3,1}'",
                "(a)\\1 ! can't be read: invalid escape sequence at '\\1'",
                "a\\ ! can't be read: trailing backslash",
                "(?i)k ! holds '(?'; flags, names, \\p and \\Q are not known here, and of '(?' only '(?:'",
                "a(?s:.) ! holds '(?'",
                "(?P<x>a) ! holds '(?'",
                "(?<x>a) ! holds '(?'",
                "(?=a) ! holds '(?'",
                "\\pL+ ! holds '\\p'",
                "\\P{Greek} ! holds '\\P'",
                "\\\\\\p{L} ! holds '\\p'",
                "(a{9})\\Q\\E{9} ! holds '\\Q'",
                "a{65} ! repeats 65 times; the most is 64",
                "a{2,99999999999} ! repeats 99999999999 times",
                "(a{60}){60} ! at most 250 parts, and this has more",
                "(((((a{9}){9}){9}){9}){9}){9} ! at most 250 parts",
                "((a{60}\\){9}){60}){60} ! at most 250 parts",
            })
    void whatIsNoPatternHereIsRefused(String text, String reason) {
        assertThatThrownBy(() -> WordPattern.parse(text))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aPatternHasALength() throws Exception {
        assertThat(WordPattern.parse("a".repeat(240)).matches("a".repeat(240), new Steps()))
                .isTrue();
        assertThatThrownBy(() -> WordPattern.parse("")).hasMessageContaining("at least one character");
        assertThatThrownBy(() -> WordPattern.parse("a".repeat(241))).hasMessageContaining("at most 250 parts");
        assertThatThrownBy(() -> WordPattern.parse("(".repeat(240))).hasMessageContaining("missing closing )");
    }

    /** Otherwise a short text would become a large pattern, and the steps would count less than is done. */
    @Test
    void noPatternIsLargerThanItsPartsTell() {
        long seed = Long.getLong("steward.seed", 20_261_123);
        var random = new Random(seed);
        int accepted = 0;
        for (int i = 0; i < 100_000; i++) {
            String text = i % 2 == 0 ? nested(random, 6) : signs(random);
            try {
                WordPattern pattern = WordPattern.parse(text);
                accepted++;
                assertThat(Pattern.compile(text).programSize())
                        .as("%s, seed %d", text, seed)
                        .isLessThanOrEqualTo(2 * pattern.parts());
                pattern.matches("ab-1", new Steps());
            } catch (RefusedException e) {
                assertThat(e).hasMessageContaining("pattern");
            }
        }

        assertThat(accepted).isGreaterThan(20_000);
    }

    private static String signs(Random random) {
        String signs = "ab-.[]()|*+?{}{}^$\\\\dWQEpx,12&:é";
        var text = new StringBuilder();
        for (int length = 1 + random.nextInt(10); length > 0; length--) {
            text.append(signs.charAt(random.nextInt(signs.length())));
        }
        return text.toString();
    }

    private static String nested(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 9)) {
            case 0 -> "a";
            case 1 -> ".";
            case 2 -> "[^b)]";
            case 3 -> "";
            case 4, 5 -> nested(random, depth - 1) + nested(random, depth - 1);
            case 6 -> "(" + nested(random, depth - 1) + "|" + nested(random, depth - 1) + ")";
            default ->
                "(" + nested(random, depth - 1) + ")"
                        + new String[] {"*", "+?", "??", "{3}", "{5,}", "{0,20}", "{0}"}[random.nextInt(7)];
        };
    }

    /** RE2/J calls itself for what is nested, when it reads a pattern and when it matches one. */
    @Test
    void theDeepestPatternsFitTheStackOfAnAgent() throws Exception {
        for (UnaryOperator<String> deeper : List.<UnaryOperator<String>>of(
                text -> text + "()",
                text -> text + "(a?)",
                text -> text + "a??",
                text -> text + "(b*)",
                text -> "(" + text + ")",
                text -> "(a" + text + ")",
                text -> "(|" + text + ")",
                text -> "(a" + text + ")?",
                text -> "(" + text + ")*",
                text -> "(" + text + ")??",
                text -> "(" + text + "){0,2}")) {
            String text = "a{0,64}";
            for (String next = text; isAccepted(next); next = deeper.apply(next)) {
                text = next;
            }

            assertThatCode(onSmallStack(text)::get).as(text).doesNotThrowAnyException();
            assertThat(WordPattern.parse(text).parts()).isGreaterThan(160);
        }
    }

    private static boolean isAccepted(String text) {
        try {
            WordPattern.parse(text);
            return true;
        } catch (RefusedException e) {
            return false;
        }
    }

    private static FutureTask<Boolean> onSmallStack(String text) {
        var task = new FutureTask<>(() -> WordPattern.parse(text).matches("ab".repeat(20), new Steps()));
        var thread = new Thread(null, task, "small stack", STACK_BYTES);
        thread.start();
        return task;
    }
}
