// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import dev.steward.e2e.TestOperator;
import dev.steward.message.seal.LinkKeyPair;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * What each step of {@link Primitives} costs in a JVM of given flags.
 *
 * @param firsts nanoseconds of the very first time, classes and all
 * @param times all later ones
 * @param residentKiB more memory after the first of each step
 */
record PrimitiveCosts(Map<Primitives.Step, Long> firsts, Map<Primitives.Step, Samples> times, double residentKiB) {
    static PrimitiveCosts measure(List<String> flags, int count, byte[] signed) throws Exception {
        LinkKeyPair station = LinkKeyPair.generate();
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Primitives.class.getName()));
        command.addAll(List.of(
                Integer.toString(count),
                LinkKeyPair.generate().text(),
                station.text(),
                station.key().toString(),
                Base64.getEncoder().encodeToString(signed),
                TestOperator.KEY.key().toString()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines;
        try (BufferedReader reader = process.inputReader()) {
            lines = reader.lines().toList();
        }
        if (process.waitFor() != 0) {
            throw new IllegalStateException("the JVM that takes the single steps has failed");
        }
        return read(lines);
    }

    private static PrimitiveCosts read(List<String> lines) {
        var first = new EnumMap<Primitives.Step, Long>(Primitives.Step.class);
        var times = new EnumMap<Primitives.Step, Samples>(Primitives.Step.class);
        double resident = 0;
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            if (words[0].equals(Primitives.MEMORY)) {
                resident = Double.parseDouble(words[1]);
                continue;
            }
            Primitives.Step step = Primitives.Step.valueOf(words[0].toUpperCase(Locale.ROOT));
            first.put(step, Long.parseLong(words[1]));
            var samples = new Samples();
            for (int i = 2; i < words.length; i++) {
                samples.add(Long.parseLong(words[i]));
            }
            times.put(step, samples);
        }
        return new PrimitiveCosts(first, times, resident);
    }

    /** The very first time, in nanoseconds. */
    double first(Primitives.Step step) {
        return (double) Objects.requireNonNull(firsts.get(step));
    }

    /** The median, in nanoseconds. */
    double median(Primitives.Step step) {
        return samples(step).value(50);
    }

    Samples samples(Primitives.Step step) {
        return Objects.requireNonNull(times.get(step));
    }
}
