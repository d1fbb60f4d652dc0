// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import dev.steward.message.Limits;
import dev.steward.message.text.Quoted;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One of a rule's {@code commands}.
 *
 * @param place file and line
 * @param words what must stand first, a word each
 * @param rest what all further words must be, if there may be any
 */
record CommandPattern(String place, List<Word> words, Optional<Form> rest) {
    sealed interface Word {}

    record Exact(String text) implements Word {}

    /** A word that fits a pattern. An option fits only a pattern that is one too, since options change what is done. */
    record Form(WordPattern pattern) implements Word {
        private String quoted() {
            return Quoted.of(pattern.toString());
        }
    }

    CommandPattern {
        words = List.copyOf(words);
    }

    /** The first word of a command that does not fit, or its end where words are missing; none where it fits. */
    OptionalInt firstMisfit(List<String> command, Steps steps) {
        for (int i = 0; i < command.size(); i++) {
            Optional<Word> word = word(i);
            if (word.isEmpty() || !fits(word.get(), command.get(i), steps)) {
                return OptionalInt.of(i);
            }
        }
        return command.size() < words.size() ? OptionalInt.of(command.size()) : OptionalInt.empty();
    }

    /** Whether a command may go on after so many words. */
    boolean hasMoreThan(int count) {
        return word(count).isPresent();
    }

    private Optional<Word> word(int index) {
        return index < words.size() ? Optional.of(words.get(index)) : rest.map(form -> form);
    }

    private static boolean fits(Word word, String text, Steps steps) {
        return switch (word) {
            case Exact exact -> exact.text.equals(text);
            // What may be long is looked at last, when its steps were counted.
            case Form form ->
                text.length() <= Limits.PATTERN_WORD_CHARS
                        && isOptionOnlyAs(form, text)
                        && form.pattern.matches(text, steps)
                        && isVisible(text);
        };
    }

    private static boolean isVisible(String text) {
        return text.codePoints().noneMatch(CommandPattern::isInvisible);
    }

    private static boolean isOptionOnlyAs(Form form, String text) {
        return !text.startsWith("-") || form.pattern.toString().startsWith("-");
    }

    /** Why the word at {@code index}, where {@link #firstMisfit} was, does not fit. */
    String reason(List<String> command, int index, Steps steps) {
        if (index == command.size()) {
            return "word %d is missing (%s)".formatted(index + 1, place);
        }
        String text = command.get(index);
        String wrong = word(index).map(word -> wrong(word, text, steps)).orElse("is one too many");
        return "word %d, %s, %s (%s)".formatted(index + 1, Quoted.of(text), wrong, place);
    }

    private static String wrong(Word word, String text, Steps steps) {
        return switch (word) {
            case Exact exact -> "is not " + Quoted.of(exact.text);
            case Form form
            when text.length() > Limits.PATTERN_WORD_CHARS ->
                "is longer than the %d characters that a pattern takes".formatted(Limits.PATTERN_WORD_CHARS);
            case Form form when !isVisible(text) -> "holds a control character, which fits no pattern";
            case Form form
            when !isOptionOnlyAs(form, text) -> "begins with '-', and its pattern %s does not".formatted(form.quoted());
            case Form form when steps.isSpent() -> "takes too long to compare with " + form.quoted();
            case Form form -> "does not match " + form.quoted();
        };
    }

    private static boolean isInvisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
