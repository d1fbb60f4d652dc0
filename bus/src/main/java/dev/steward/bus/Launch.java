// SPDX-License-Identifier: Apache-2.0
package dev.steward.bus;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.logging.LogManager;

/** What the long-running programs share in how they start and stop. */
public final class Launch {
    private static final String LOGGING = """
            handlers = java.util.logging.ConsoleHandler
            .level = INFO
            io.javalin.level = WARNING
            org.eclipse.jetty.level = WARNING
            java.util.logging.ConsoleHandler.formatter = java.util.logging.SimpleFormatter
            java.util.logging.SimpleFormatter.format = %1$tFT%1$tT.%1$tL%1$tz %4$-7s %5$s%6$s%n
            """;

    /** How a program ends that was stopped and could not record all: beside 143, by custom the end by SIGTERM. */
    public static final int STOPPED_UNRECORDED = 144;

    /** Stops a program; may take its time, but not for ever. */
    public interface Stop {
        /** @return why not all could be recorded; empty where it was */
        Optional<String> stop() throws InterruptedException;
    }

    private Launch() {}

    /** The version in the jar's manifest. */
    public static String version() {
        String version = Launch.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    public static void logOneLineARecord() {
        try (InputStream settings = new ByteArrayInputStream(LOGGING.getBytes(StandardCharsets.UTF_8))) {
            LogManager.getLogManager().readConfiguration(settings);
        } catch (IOException e) {
            throw new IllegalStateException("the built-in logging settings are unreadable", e);
        }
    }

    /**
     * Stops the program in order on SIGTERM or SIGINT, and, where {@code untilStdinCloses}, when standard input ends:
     * the pipe that its starter holds tells when that one is gone, even by SIGKILL.
     */
    public static void runUntilStopped(Stop stop, boolean untilStdinCloses) throws InterruptedException {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            try {
                                stop.stop().ifPresent(Launch::endUnrecorded);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "stop"));
        if (untilStdinCloses) {
            Thread.ofPlatform().daemon().name("stdin").start(() -> {
                awaitEndOfInput();
                System.exit(0);
            });
        }
        new CountDownLatch(1).await(); // the shutdown hook ends the program
    }

    /** On stderr itself: the loggers are closed by a shutdown hook of their own. */
    private static void endUnrecorded(String why) {
        System.err.println(
                "stopped, though not all could be recorded; what ran will be told as interrupted. The store: " + why);
        Runtime.getRuntime().halt(STOPPED_UNRECORDED);
    }

    private static void awaitEndOfInput() {
        try {
            while (System.in.read() >= 0) {
                // whatever it says, only its end counts
            }
        } catch (IOException e) {
            System.getLogger(Launch.class.getName())
                    .log(System.Logger.Level.INFO, "standard input: {0}", e.getMessage());
        }
    }
}
