// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Times of one kind, in nanoseconds, in the order of measuring. */
final class Samples {
    private static final int A_LINE = 20;

    private final List<Long> nanos = new ArrayList<>();

    void add(long time) {
        nanos.add(time);
    }

    int size() {
        return nanos.size();
    }

    /** The nearest-rank percentile, in milliseconds. */
    double percentile(int percent) {
        List<Long> sorted = nanos.stream().sorted().toList();
        int rank = Math.max(1, Math.ceilDiv(sorted.size() * percent, 100));
        return sorted.get(rank - 1) / 1e6;
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

    /** All of them, as whole microseconds. */
    String raw() {
        var lines = new ArrayList<String>();
        for (int from = 0; from < nanos.size(); from += A_LINE) {
            lines.add(nanos.subList(from, Math.min(from + A_LINE, nanos.size())).stream()
                    .map(time -> Long.toString(time / 1_000))
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
