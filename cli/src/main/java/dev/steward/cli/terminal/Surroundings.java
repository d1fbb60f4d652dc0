// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.terminal;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a command finds around it, handed in so that tests can play the terminal.
 *
 * @param out data: what was asked for, nothing else
 * @param err progress, summaries and errors
 */
public record Surroundings(
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean inIsTerminal,
        boolean outIsTerminal,
        boolean errIsTerminal,
        Map<String, String> environment,
        InstantSource clock) {

    /** Those of this process. Always UTF-8: what nodes print and what JSON says does not depend on the locale here. */
    public static Surroundings ofProcess() {
        return new Surroundings(
                System.in,
                stream(FileDescriptor.out),
                stream(FileDescriptor.err),
                isTerminal(0),
                isTerminal(1),
                isTerminal(2),
                System.getenv(),
                InstantSource.system());
    }

    /** An environment variable that is set and not empty. */
    public Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
    }

    /** The folder of the station and its parts on this machine: as given, else by the environment, else the usual one. */
    public Path dataFolder(@Nullable Path given) {
        if (given != null) {
            return given.toAbsolutePath().normalize();
        }
        return variable("STEWARD_DATA")
                .map(Path::of)
                .orElseGet(() -> variable("XDG_STATE_HOME")
                        .map(Path::of)
                        .orElseGet(() ->
                                Path.of(variable("HOME").orElse(System.getProperty("user.home")), ".local", "state"))
                        .resolve("steward"))
                .toAbsolutePath()
                .normalize();
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor), 8192), true, StandardCharsets.UTF_8);
    }

    /** {@code System.console()} answers for stdin and stdout together only, so the descriptor itself is looked at. */
    private static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return false; // no Linux: plain output is right everywhere
        }
    }
}
