// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.text;

import dev.steward.message.RefusedException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 500ms}, {@code 60s}, {@code 5m}, {@code 24h}, {@code 7d}, {@code 1h30m}. */
public final class Durations {
    private static final Pattern PART = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    /** Far fewer parts than a sum in milliseconds could overflow with. */
    private static final int MAX_CHARS = 100;

    private Durations() {}

    public static Duration parse(String text) throws RefusedException {
        Matcher matcher = PART.matcher(text);
        Duration sum = Duration.ZERO;
        int end = 0;
        while (text.length() <= MAX_CHARS && end < text.length() && matcher.find(end) && matcher.start() == end) {
            long number = Long.parseLong(matcher.group(1));
            sum = sum.plus(
                    switch (matcher.group(2)) {
                        case "ms" -> Duration.ofMillis(number);
                        case "s" -> Duration.ofSeconds(number);
                        case "m" -> Duration.ofMinutes(number);
                        case "h" -> Duration.ofHours(number);
                        default -> Duration.ofDays(number);
                    });
            end = matcher.end();
        }
        if (text.isEmpty() || text.length() > MAX_CHARS || end != text.length()) {
            throw new RefusedException("'%s' is not a duration; write 500ms, 60s, 5m, 24h or 7d".formatted(text));
        }
        return sum;
    }

    /** The shortest text of one or two units: {@code 250ms}, {@code 42s}, {@code 3m20s}, {@code 5h}, {@code 2d4h}. */
    public static String text(Duration duration) {
        long millis = duration.toMillis();
        if (millis < 1000) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3600) {
            return two(seconds / 60, "m", seconds % 60, "s");
        }
        if (seconds < 86_400) {
            return two(seconds / 3600, "h", seconds % 3600 / 60, "m");
        }
        return two(seconds / 86_400, "d", seconds % 86_400 / 3600, "h");
    }

    private static String two(long major, String majorUnit, long minor, String minorUnit) {
        return major + majorUnit + (minor == 0 ? "" : minor + minorUnit);
    }
}
