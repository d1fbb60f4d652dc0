// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Figures of one kind in the order of measuring: times in nanoseconds, unless something else is said. */
final class Samples {
    private static final int A_LINE = 20;

    private final List<Long> values = new ArrayList<>();

    void add(long value) {
        values.add(value);
    }

    int size() {
        return values.size();
    }

    /** The nearest-rank percentile. */
    double value(int percent) {
        List<Long> sorted = values.stream().sorted().toList();
        int rank = Math.max(1, Math.ceilDiv(sorted.size() * percent, 100));
        return sorted.get(rank - 1);
    }

    /** The percentile of times, in milliseconds. */
    double percentile(int percent) {
        return value(percent) / 1e6;
    }

    double median() {
        return percentile(50);
    }

    double max() {
        return percentile(100);
    }

    /** {@code p50 1.23 ms, p99 4.56 ms, at most 7.89 ms}. */
    String summary() {
        return "p50 %s, p99 %s, at most %s (%d)".formatted(ms(median()), ms(percentile(99)), ms(max()), size());
    }

    /** All times, as whole microseconds. */
    String raw() {
        return raw(1_000);
    }

    /** All of them, in whole units. */
    String raw(long unit) {
        var lines = new ArrayList<String>();
        for (int from = 0; from < values.size(); from += A_LINE) {
            lines.add(values.subList(from, Math.min(from + A_LINE, values.size())).stream()
                    .map(value -> Long.toString(value / unit))
                    .collect(Collectors.joining(" ")));
        }
        return String.join("\n", lines);
    }

    static String ms(double millis) {
        return String.format(Locale.ROOT, millis < 100 ? "%.2f ms" : "%.0f ms", millis);
    }

    static String ratio(double ratio) {
        return String.format(Locale.ROOT, "%.2f", ratio);
    }
}
