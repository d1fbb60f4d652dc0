// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import static dev.steward.e2e.bench.Samples.ms;
import static dev.steward.e2e.bench.Samples.ratio;

import dev.steward.e2e.Machine;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How long an operator waits for the prompt to come back. */
final class CommandLine {
    private record Line(double aimMillis, String... arguments) {
        String text() {
            return "`steward " + String.join(" ", arguments) + "`";
        }
    }

    private static final List<Line> LINES = List.of(
            new Line(150, "--help"), new Line(250, "nodes"), new Line(250, "run", "--on", "ship1", "--", "echo", "hi"));

    private CommandLine() {}

    static void measure(Report report, Sizes sizes, Path folder) throws Exception {
        var times = new LinkedHashMap<Line, Samples>();
        var yardstick = new Samples();
        try (Site site = Site.start(folder)) {
            site.startAgent("ship1");
            site.installation.awaitReachable("ship1", true);
            for (int i = -1; i < sizes.cliRuns(); i++) {
                long bare = bareJvm();
                for (Line line : LINES) {
                    long took = run(site.installation.environment(), line);
                    if (i >= 0) {
                        times.computeIfAbsent(line, any -> new Samples()).add(took);
                    }
                }
                if (i >= 0) {
                    yardstick.add(bare);
                }
            }
        }
        times.forEach((line, samples) -> report.figure(
                line.text(),
                "%s, %s × a bare JVM".formatted(ms(samples.median()), ratio(samples.median() / yardstick.median())),
                "≤ %.0f ms".formatted(line.aimMillis),
                samples.median() <= line.aimMillis));
        report.section("The command line");
        report.text("""
                From the start of the process, the launcher's shell included, to its end; the median of %d runs, in turn with
                the yardstick, `java -version` of the same JDK with the launcher's flags: %s. The launcher is told to run what is
                built (`STEWARD_NO_BUILD`).
                """.formatted(yardstick.size(), yardstick.summary()));
        times.forEach((line, samples) -> report.raw(line.text().replace("`", "") + ", µs", samples.raw()));
        report.raw("bare JVM, µs", yardstick.raw());
    }

    private static long run(Map<String, String> environment, Line line) throws Exception {
        long start = System.nanoTime();
        Machine.Result result = Machine.cli(environment, line.arguments);
        long took = System.nanoTime() - start;
        if (result.exit() != 0) {
            throw new IllegalStateException(line.text() + ": " + result.err());
        }
        return took;
    }

    private static long bareJvm() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        long start = System.nanoTime();
        Process process = new ProcessBuilder(
                        java, "-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-version")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor() != 0) {
            throw new IllegalStateException(java + " does not start");
        }
        return System.nanoTime() - start;
    }
}
