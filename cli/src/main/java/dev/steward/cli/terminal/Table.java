// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.terminal;

import dev.steward.message.text.SafeText;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Columns for people, as wide as what they hold; the last one is not padded. */
public final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... headings) {
        rows.add(List.of(headings));
    }

    public void row(String... cells) {
        var safe = new ArrayList<String>();
        for (String cell : cells) {
            safe.add(SafeText.line(cell));
        }
        rows.add(safe);
    }

    public void print(PrintStream out) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i));
                if (i + 1 < columns) {
                    line.repeat(' ', widths[i] + 2 - row.get(i).length());
                }
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
