// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A real nats-server with JetStream on a free port of the loopback. */
final class NatsServer implements AutoCloseable {
    private final Process process;
    private final int port;

    /** Starts one that keeps its files in {@code folder}; returns when it takes connections. */
    NatsServer(Path folder) throws IOException, InterruptedException {
        port = FreePort.next();
        process = new ProcessBuilder(
                        binary(), "-a", "127.0.0.1", "-p", Integer.toString(port), "-js", "-sd", folder.toString())
                .redirectErrorStream(true)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        awaitReady(process.inputReader(StandardCharsets.UTF_8));
        Thread.ofVirtual().start(this::drain);
    }

    /** A full pipe would stop it. */
    private void drain() {
        try {
            process.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // it has been stopped
        }
    }

    String url() {
        return "nats://127.0.0.1:" + port;
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    private static void awaitReady(BufferedReader log) throws IOException {
        var said = new StringBuilder();
        String line;
        do {
            line = log.readLine();
            if (line == null) {
                throw new IOException("nats-server ended:\n" + said);
            }
            said.append(line).append('\n');
        } while (!line.contains("Server is ready"));
    }

    private static String binary() throws IOException, InterruptedException {
        String named = System.getenv("STEWARD_NATS_SERVER");
        if (named != null) {
            return named;
        }
        Process script = new ProcessBuilder(
                        root().resolve("scripts/nats-server").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String found = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (script.waitFor() != 0) {
            throw new IOException("scripts/nats-server found none");
        }
        return found;
    }

    private static Path root() {
        @Nullable Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve("scripts/nats-server"))) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new IllegalStateException("no scripts/nats-server above the working directory");
        }
        return folder;
    }
}
