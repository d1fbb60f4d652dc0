// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import dev.steward.e2e.Machine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** What a figure depends on besides the program: the source, the machine, what else it does. */
final class Surroundings {
    private static final int FSYNCS = 200;

    private Surroundings() {}

    static void describe(Report report, Path folder) throws Exception {
        String changes = output("git", "-C", Machine.root().toString(), "status", "--porcelain", "-uno");
        report.about(
                "commit",
                output("git", "-C", Machine.root().toString(), "rev-parse", "HEAD")
                        + (changes.isEmpty() ? "" : ", with uncommitted changes"));
        report.about("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        report.about("load average at the start", load());
        report.about(
                "processor",
                "%s, %d cores"
                        .formatted(
                                line("/proc/cpuinfo", "model name"),
                                Runtime.getRuntime().availableProcessors()));
        report.about("memory", line("/proc/meminfo", "MemTotal"));
        report.about(
                "kernel",
                Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
        report.about("JDK", System.getProperty("java.vendor") + " " + Runtime.version());
        report.about("broker", output(Machine.natsServer(), "--version"));
        report.about("file system of the stores", Files.getFileStore(folder).type());
        report.about("write and fsync of 4 KiB there", fsync(folder).summary());
    }

    static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).strip().replaceAll("^(\\S+ \\S+ \\S+).*", "$1");
    }

    private static Samples fsync(Path folder) throws IOException {
        var samples = new Samples();
        Path file = Files.createTempFile(folder, "fsync", "");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int i = 0; i < FSYNCS; i++) {
                long start = System.nanoTime();
                channel.write(ByteBuffer.allocate(4096));
                channel.force(true);
                samples.add(System.nanoTime() - start);
            }
        } finally {
            Files.delete(file);
        }
        return samples;
    }

    private static String line(String file, String key) throws IOException {
        try (var lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        }
    }

    private static String output(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return process.waitFor() == 0 ? text : "unknown";
    }
}
