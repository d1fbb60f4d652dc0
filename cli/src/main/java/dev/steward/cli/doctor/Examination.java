// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import dev.steward.cli.terminal.Failure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;

/** Does checks, whatever becomes of each, and puts together what they find. */
public final class Examination {
    /** What is the same at several places is one finding. */
    private record Kind(Weakness weakness, String what, String todo) {}

    private final List<Finding> found = new ArrayList<>();

    /** Does a check, and tells whether it could be done. */
    boolean add(Check check) {
        try {
            found.addAll(check.findings());
            return true;
        } catch (Failure e) {
            add(e);
            return false;
        }
    }

    /** The station could not be asked. */
    public void add(Failure e) {
        List<String> lines = e.text().lines().map(String::strip).toList();
        found.add(Finding.of(
                Weakness.STATION_UNREACHABLE,
                "the station could not be asked, so what it knows was not looked at",
                lines.getFirst(),
                lines.size() > 1
                        ? String.join("; ", lines.subList(1, lines.size()))
                        : "see to it; where no station belongs to this folder: steward doctor --local"));
    }

    /** The worst first, and in the order of {@link Weakness} within a level. */
    public List<Finding> findings() {
        var places = new LinkedHashMap<Kind, List<String>>();
        for (Finding each : found) {
            places.computeIfAbsent(new Kind(each.weakness(), each.what(), each.todo()), kind -> new ArrayList<>())
                    .addAll(each.where());
        }
        return places.entrySet().stream()
                .map(entry -> new Finding(
                        entry.getKey().weakness,
                        entry.getKey().what,
                        entry.getValue().stream().distinct().toList(),
                        entry.getKey().todo))
                .sorted(Comparator.comparing(Finding::level).thenComparing(Finding::weakness))
                .toList();
    }
}
