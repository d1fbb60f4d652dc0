// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What {@code docs/benchmarks.md} says: a table of all figures against their aims, then how each came about. */
final class Report {
    private static final String NO_AIM = "";

    private record Figure(String what, String measured, String aim, String verdict) {}

    private final List<String> header = new ArrayList<>();
    private final List<Figure> figures = new ArrayList<>();
    private final StringBuilder sections = new StringBuilder();

    /** A line about the machine or the run. */
    void about(String what, String value) {
        header.add("| %s | %s |".formatted(what, cell(value)));
    }

    void figure(String what, String measured) {
        figures.add(new Figure(what, measured, NO_AIM, NO_AIM));
    }

    void figure(String what, String measured, String aim, boolean met) {
        figures.add(new Figure(what, measured, aim, met ? "met" : "**missed**"));
    }

    void section(String title) {
        sections.append("\n## ").append(title).append("\n");
    }

    void text(String paragraph) {
        sections.append("\n").append(paragraph.strip()).append("\n");
    }

    void table(List<String> head, List<List<String>> rows) {
        sections.append("\n")
                .append(row(head))
                .append(row(head.stream().map(cell -> "---").toList()));
        rows.forEach(cells -> sections.append(row(cells)));
    }

    /** Samples that nobody reads on the page, and anybody can check. */
    void raw(String title, String samples) {
        sections.append("\n<details><summary>")
                .append(title)
                .append("</summary>\n\n```\n")
                .append(samples)
                .append("\n```\n\n</details>\n");
    }

    String markdown() {
        var text = new StringBuilder("""
                # Benchmarks

                Written by `scripts/benchmark`, never by hand. What is compared was measured in the same run, in turn. A missed
                aim is marked.

                """);
        text.append(row(List.of("Run", ""))).append(row(List.of("---", "---")));
        header.forEach(line -> text.append(line).append("\n"));
        text.append("\n");
        text.append(row(List.of("What", "Measured", "Aim", ""))).append(row(List.of("---", "---", "---", "---")));
        figures.forEach(figure -> text.append(row(List.of(figure.what, figure.measured, figure.aim, figure.verdict))));
        return text.append(sections).toString();
    }

    /** The figures alone, for a terminal. */
    String summary() {
        return figures.stream()
                .map(figure -> "%-62s %-40s %-22s %s"
                        .formatted(figure.what, figure.measured, figure.aim, figure.verdict)
                        .stripTrailing())
                .collect(Collectors.joining("\n"));
    }

    static String number(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%,.0f", value);
    }

    static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static String row(List<String> cells) {
        return cells.stream().map(Report::cell).collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("\n", " ");
    }
}
