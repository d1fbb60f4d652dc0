// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.result;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Many names as a short text: {@code ship[1-3,7],shore}. The last number in a name is folded; counting up from the
 * start of a range in the width it is written in gives back exactly the names that went in.
 */
public final class FoldedNames {
    /** Longer numbers don't fit a long, and nobody counts with them. */
    private static final Pattern NUMBERED = Pattern.compile("(.*?)(\\d{1,18})(\\D*)");

    private record Frame(String prefix, String suffix) {}

    private FoldedNames() {}

    public static String fold(Collection<String> names) {
        var numbers = new LinkedHashMap<Frame, List<String>>();
        for (String name : names.stream().distinct().sorted().toList()) {
            Matcher matcher = NUMBERED.matcher(name);
            if (matcher.matches() && !endsWithDigit(matcher.group(1))) {
                var frame = new Frame(matcher.group(1), matcher.group(3));
                numbers.computeIfAbsent(frame, key -> new ArrayList<>()).add(matcher.group(2));
            } else {
                numbers.put(new Frame(name, ""), List.of());
            }
        }
        return numbers.entrySet().stream()
                .map(FoldedNames::text)
                .reduce((a, b) -> a + "," + b)
                .orElse("");
    }

    private static boolean endsWithDigit(String text) {
        return !text.isEmpty() && Character.isDigit(text.charAt(text.length() - 1));
    }

    private static String text(Map.Entry<Frame, List<String>> entry) {
        Frame frame = entry.getKey();
        String inner = switch (entry.getValue().size()) {
            case 0 -> "";
            case 1 -> entry.getValue().getFirst();
            default -> "[" + ranges(entry.getValue()) + "]";
        };
        return frame.prefix + inner + frame.suffix;
    }

    private static String ranges(List<String> numbers) {
        List<String> sorted = numbers.stream()
                .sorted(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
                .toList();
        var text = new StringBuilder();
        String first = sorted.getFirst();
        String last = first;
        for (String number : sorted.subList(1, sorted.size())) {
            if (!number.equals(next(first, last))) {
                append(text, first, last);
                first = number;
            }
            last = number;
        }
        append(text, first, last);
        return text.toString();
    }

    /** What follows {@code last} where one counts up from {@code first}: 09, 10 and 9, 10, but never 9, 010. */
    private static String next(String first, String last) {
        String number = String.valueOf(Long.parseLong(last) + 1);
        return "0".repeat(Math.max(0, first.length() - number.length())) + number;
    }

    private static void append(StringBuilder text, String first, String last) {
        text.append(text.isEmpty() ? "" : ",").append(first);
        if (!first.equals(last)) {
            text.append('-').append(last);
        }
    }
}
