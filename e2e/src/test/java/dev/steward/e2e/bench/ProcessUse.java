// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a process has used so far, as the kernel counts it.
 *
 * @param peakKiB resident memory at most
 * @param cpuMillis of its own threads
 * @param childMillis of the processes that it has started and waited for
 * @param threadMillis of the threads that still live, those with the same name but for a number together
 */
record ProcessUse(
        long residentKiB,
        long peakKiB,
        long threads,
        long cpuMillis,
        long childMillis,
        Map<String, Long> threadMillis) {
    private static final int BUSIEST = 6;
    private static final long TICK_MILLIS = 10; // USER_HZ is 100 on every Linux that runs Java

    static ProcessUse of(Process process) throws IOException {
        return of(process.pid());
    }

    static ProcessUse ofThisProcess() throws IOException {
        return of(ProcessHandle.current().pid());
    }

    private static ProcessUse of(long pid) throws IOException {
        Path folder = Path.of("/proc", Long.toString(pid));
        String status = Files.readString(folder.resolve("status"));
        String stat = Files.readString(folder.resolve("stat"));
        var byThread = new TreeMap<String, Long>();
        try (Stream<Path> tasks = Files.list(folder.resolve("task"))) {
            for (Path task : tasks.toList()) {
                stat(task).ifPresent(line -> {
                    String name = line.substring(line.indexOf('(') + 1, line.lastIndexOf(')'));
                    byThread.merge(name.replaceAll("[-#0-9 ]+$", ""), millis(line, 11), Long::sum);
                });
            }
        }
        return new ProcessUse(
                number(status, "VmRSS"),
                number(status, "VmHWM"),
                number(status, "Threads"),
                millis(stat, 11),
                millis(stat, 13),
                byThread);
    }

    /** Empty where the thread has just ended. */
    private static Optional<String> stat(Path task) {
        try {
            return Optional.of(Files.readString(task.resolve("stat")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Of user and system time, which follow each other in proc(5)'s stat. */
    private static long millis(String stat, int field) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[field]) + Long.parseLong(fields[field + 1])) * TICK_MILLIS;
    }

    /** The busiest threads that still live, by name, with their share of the processor time. */
    String busiestThreads() {
        return threadMillis.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(BUSIEST)
                .map(entry -> "%s %d %%".formatted(entry.getKey(), 100 * entry.getValue() / Math.max(1, cpuMillis)))
                .collect(Collectors.joining(", "));
    }

    private static long number(String status, String key) {
        return status.lines()
                .filter(line -> line.startsWith(key + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }
}
