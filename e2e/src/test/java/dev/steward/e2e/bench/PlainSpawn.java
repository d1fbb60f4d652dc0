// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The yardstick for running commands: Java's own way to run {@code echo hi}, wait for it and read what it wrote. */
final class PlainSpawn {
    private PlainSpawn() {}

    static byte[] echo() throws Exception {
        Process process = new ProcessBuilder("echo", "hi").start();
        byte[] output = process.getInputStream().readAllBytes();
        if (process.waitFor() != 0 || output.length != 3) {
            throw new IllegalStateException("echo does not work here");
        }
        return output;
    }

    /** @param cpuMillis for each command, of the loop and its children together */
    record Rate(double aSecond, double cpuMillis) {}

    /** Runs so many on so many threads. */
    static Rate rate(int commands, int threads) throws Exception {
        ProcessUse before = ProcessUse.ofThisProcess();
        long start = System.nanoTime();
        try (var executor = Executors.newFixedThreadPool(threads)) {
            var running = new ArrayList<Future<?>>();
            for (int thread = 0; thread < threads; thread++) {
                int share = commands / threads + (thread < commands % threads ? 1 : 0);
                running.add(executor.submit(() -> {
                    for (int i = 0; i < share; i++) {
                        echo();
                    }
                    return share;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
        double rate = commands * 1e9 / (System.nanoTime() - start);
        ProcessUse after = ProcessUse.ofThisProcess();
        long cpu = after.cpuMillis() - before.cpuMillis() + after.childMillis() - before.childMillis();
        return new Rate(rate, (double) cpu / commands);
    }
}
