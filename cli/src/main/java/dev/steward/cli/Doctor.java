// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.StationClient;
import dev.steward.cli.doctor.Examination;
import dev.steward.cli.doctor.Finding;
import dev.steward.cli.doctor.Level;
import dev.steward.cli.doctor.LocalFiles;
import dev.steward.cli.doctor.StationChecks;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.json.Json;
import dev.steward.message.text.SafeText;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "doctor",
        header = "Says what is weak in an installation, the worst first, and what to do about it.",
        synopsisHeading = "%nExamples:%n"
                + "  steward doctor%n"
                + "  steward doctor --local --data /var/lib/steward/ship1      on a unit%n"
                + "  steward doctor --json | jq -r '.[] | select(.level == \"critical\").id'%n"
                + "%nUsage: ",
        description =
                "%nLooks at the files of the data folder and the operator's, and asks the station. Changes nothing. Exits with 0 where"
                        + " nothing is weak, 1 where something is.%n")
final class Doctor implements Callable<Integer> {
    @Option(names = "--json", description = "Print a JSON list.")
    private boolean json;

    @Option(names = "--local", description = "Look at files on this machine alone, and ask no station.")
    private boolean local;

    @Option(
            names = "--trust",
            paramLabel = "FILE",
            description =
                    "Look at this trust file too; may be repeated. Those of the data folder are looked at anyway.")
    private List<Path> trust = new ArrayList<>();

    @Mixin
    private OperatorOptions operator = new OperatorOptions();

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;

    Doctor(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        Path data = station.dataFolder(surroundings);
        Instant now = surroundings.clock().instant();
        var examination = new Examination();
        new LocalFiles(data, operator.folder(surroundings, station), trust, now).addTo(examination);
        if (!local) {
            try {
                StationClient client = station.client(surroundings);
                new StationChecks(client, now).addTo(examination);
            } catch (Failure e) {
                examination.add(e); // what was found here is told all the same
            }
        }
        List<Finding> findings = examination.findings();
        if (json) {
            surroundings
                    .out()
                    .println(Json.text(findings.stream().map(Finding::json).toList()));
        } else {
            findings.forEach(each -> print(each, surroundings.out()));
        }
        surroundings.err().println(summary(findings, data));
        return findings.isEmpty() ? ExitCode.OK : ExitCode.SOME_FAILED;
    }

    private static void print(Finding finding, PrintStream out) {
        out.println("%s %s: %s"
                .formatted(
                        finding.level().toString().toUpperCase(Locale.ROOT),
                        finding.id(),
                        SafeText.line(finding.what())));
        finding.where().forEach(place -> out.println("  in  " + SafeText.line(place)));
        out.println("  do  " + SafeText.line(finding.todo()));
        out.println();
    }

    private static String summary(List<Finding> findings, Path data) {
        if (findings.isEmpty()) {
            return "nothing weak was found in " + data;
        }
        return Arrays.stream(Level.values())
                .map(level -> {
                    long count = findings.stream()
                            .filter(each -> each.level() == level)
                            .count();
                    return "%s: %d".formatted(level, count);
                })
                .collect(Collectors.joining(", ", "", "; docs/guides/doctor.md says more of each"));
    }
}
