// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import dev.steward.e2e.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Measures steward against what it aims at, and writes the page about it: {@code scripts/benchmark}. */
public final class Benchmark {
    /** What can be measured by itself. */
    enum Part {
        LATENCY,
        THROUGHPUT,
        FLEET,
        IDLE,
        CLI,
        SECURITY;

        /** Takes the figures into the report; works in a folder of the run. */
        void measure(Report report, Sizes sizes, Path folder) throws Exception {
            switch (this) {
                case LATENCY -> Latency.measure(report, sizes, folder);
                case THROUGHPUT -> Throughput.measure(report, sizes, folder);
                case FLEET -> Fleet.measure(report, sizes, folder);
                case IDLE -> IdleAgent.measure(report, sizes, folder);
                case CLI -> CommandLine.measure(report, sizes, folder);
                case SECURITY -> Security.measure(report, sizes, folder);
            }
        }

        static Part named(String name) {
            return Arrays.stream(values())
                    .filter(part -> part.toString().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no part '%s'; there are %s"
                            .formatted(
                                    name,
                                    Arrays.stream(values()).map(Part::toString).collect(Collectors.joining(", ")))));
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Logger PRODUCT_LOG = Logger.getLogger("dev.steward"); // held, or its level would be forgotten

    private Benchmark() {}

    public static void main(String[] arguments) throws Exception {
        PRODUCT_LOG.setLevel(Level.SEVERE); // a thousand agents would each tell of the broker's restart
        Set<Part> parts = EnumSet.allOf(Part.class);
        Sizes sizes = Sizes.FULL;
        Optional<Path> out = Optional.empty();
        try {
            var words = List.of(arguments).iterator();
            while (words.hasNext()) {
                switch (words.next()) {
                    case "--only" -> parts = parts(words.next());
                    case "--out" -> out = Optional.of(Path.of(words.next()));
                    case "--quick" -> sizes = Sizes.QUICK;
                    default -> throw new IllegalArgumentException("expected --only, --out or --quick");
                }
            }
        } catch (IllegalArgumentException | NoSuchElementException e) {
            System.err.println("benchmark: " + e.getMessage());
            System.exit(2);
        }
        Report report = run(parts, sizes);
        System.out.println(report.summary());
        // A part alone does not replace the page of all.
        boolean whole = parts.size() == Part.values().length && sizes.equals(Sizes.FULL);
        Path page = out.orElse(Machine.root().resolve(whole ? "docs/benchmarks.md" : "target/benchmarks.md"));
        Files.writeString(page, report.markdown());
        System.out.println("written: " + page);
        System.exit(0);
    }

    /** @throws Exception where a measurement did not come about: there is no report of half a run */
    static Report run(Set<Part> parts, Sizes sizes) throws Exception {
        Path folder =
                Files.createTempDirectory(Files.createDirectories(Machine.root().resolve("target")), "benchmark");
        try {
            var report = new Report();
            Surroundings.describe(report, folder);
            String size = sizes.equals(Sizes.FULL) ? "full" : "small: the figures are rougher than those of a full run";
            report.about("size", size);
            for (Part part : parts) {
                System.err.println("benchmark: " + part);
                part.measure(report, sizes, folder);
            }
            report.about("load average at the end", Surroundings.load());
            return report;
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static Set<Part> parts(String names) {
        return Arrays.stream(names.split(",", -1))
                .map(Part::named)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Part.class)));
    }
}
