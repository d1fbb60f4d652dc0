// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What the tests use of the machine: free ports, the repository's scripts, programs. */
public final class Machine {
    /** What a finished program left. */
    public record Result(int exit, String out, String err) {}

    private static final int FIRST_PORT = 24_000;
    private static final int PORTS = 8_000;
    private static final AtomicInteger LAST_PORT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(PORTS));

    private Machine() {}

    /** The repository's root. */
    public static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(folder.resolve("steward"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new IllegalStateException(
                        "no repository around " + Path.of("").toAbsolutePath());
            }
        }
        return folder;
    }

    /**
     * A port on which nobody listens, below the range that the kernel hands out by itself; each once, since who asked for
     * one may not listen yet.
     */
    static int freePort() {
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = FIRST_PORT + LAST_PORT.incrementAndGet() % PORTS;
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // taken; the next attempt finds another
            }
        }
        throw new IllegalStateException("no free port");
    }

    static ProcessBuilder steward(List<String> arguments) {
        var command = new ArrayList<>(List.of(root().resolve("steward").toString()));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command);
        builder.environment().put("STEWARD_NO_BUILD", "1"); // the build under test is the one that Maven has just made
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("STEWARD_")
                        && !name.equals("STEWARD_NO_BUILD")
                        && !name.equals("STEWARD_NATS_SERVER"));
        return builder;
    }

    /** Runs a command of the command line to its end. */
    public static Result cli(Map<String, String> environment, String... arguments) throws Exception {
        Path out = Files.createTempFile("steward-out", "");
        Path err = Files.createTempFile("steward-err", "");
        try {
            ProcessBuilder builder = steward(List.of(arguments));
            builder.environment().putAll(environment);
            Process process = builder.redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("still running after 120 s: steward " + String.join(" ", arguments));
            }
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    /** A nats-server that is recent enough, by the script that the launcher uses. */
    public static String natsServer() {
        try {
            Process process = new ProcessBuilder(
                            root().resolve("scripts/nats-server").toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String path = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() != 0) {
                throw new IllegalStateException("no nats-server");
            }
            return path;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether a process is there and not just waiting for its parent to take note of its end. */
    static boolean isRunning(String pid) throws IOException {
        Path stat = Path.of("/proc", pid, "stat");
        if (!Files.exists(stat)) {
            return false;
        }
        String line = Files.readString(stat);
        return "ZX".indexOf(line.charAt(line.lastIndexOf(')') + 2)) < 0;
    }

    /** Resident memory of a process, in KiB. */
    static long residentKiB(Process process) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }

    /** SIGKILL, and wait until it is gone. */
    static void kill(Process process) throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
