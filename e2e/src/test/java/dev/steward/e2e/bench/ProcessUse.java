// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a process has used so far, as the kernel counts it.
 *
 * @param peakKiB resident memory at most
 * @param cpuMillis of its own threads
 * @param childMillis of the processes that it has started and waited for
 */
record ProcessUse(long residentKiB, long peakKiB, long threads, long cpuMillis, long childMillis) {
    private static final long TICK_MILLIS = 10; // USER_HZ is 100 on every Linux that runs Java

    static ProcessUse of(Process process) throws IOException {
        Path folder = Path.of("/proc", Long.toString(process.pid()));
        String status = Files.readString(folder.resolve("status"));
        String stat = Files.readString(folder.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return new ProcessUse(
                number(status, "VmRSS"),
                number(status, "VmHWM"),
                number(status, "Threads"),
                (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_MILLIS,
                (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) * TICK_MILLIS);
    }

    private static long number(String status, String key) {
        return status.lines()
                .filter(line -> line.startsWith(key + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }
}
