// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The main process of a command. It is spawned as a shell that waits at a gate, its stdin, until {@link #open}. So
 * the command runs only once its pid is known to whoever must know it, only once somebody watches its output, and
 * not at all where the agent died in between. Shell, setsid and command follow each other in one process.
 */
final class CommandProcess implements AutoCloseable {
    private static final String GATE = "read -r _ || exit 125; exec <\"$1\" || exit 125; shift; exec \"$@\"";
    private static final String GATE_AND_REMOVE =
            "read -r _ || exit 125; exec <\"$1\" || exit 125; /bin/rm -f -- \"$1\"; shift; exec \"$@\"";
    private static final String DEFAULT_PATH = "/usr/bin:/bin"; // what execvp takes without PATH
    private static final File ROOT = new File("/");

    private final Process process;
    private final long startTicks;
    private final Optional<Path> stdin;

    /** What the launcher sets for the agent alone. */
    private static final Set<String> OURS =
            Set.of("STEWARD_LAUNCHER", "STEWARD_NO_BUILD", "STEWARD_NATS_SERVER", "MALLOC_ARENA_MAX");

    private CommandProcess(Process process, long startTicks, Optional<Path> stdin) {
        this.process = process;
        this.startTicks = startTicks;
        this.stdin = stdin;
    }

    /** @throws IOException with a message for the operator where the command can't be started. */
    static CommandProcess spawn(ShellArguments arguments, String marker) throws IOException {
        var builder = new ProcessBuilder();
        Map<String, String> environment = builder.environment();
        environment.keySet().removeAll(OURS);
        environment.putAll(arguments.environment());
        int equals = marker.indexOf('=');
        environment.put(marker.substring(0, equals), marker.substring(equals + 1));
        File directory = arguments.workingDirectory().map(File::new).orElse(ROOT);
        CommandPath.checkWorkingDirectory(directory);
        CommandPath.checkCommand(
                arguments.command().getFirst(), environment.getOrDefault("PATH", DEFAULT_PATH), directory);
        builder.directory(directory);
        if (arguments.stdin().isEmpty()) {
            return start(builder.command(line(GATE, "/dev/null", arguments.command())), Optional.empty());
        }
        // A file rather than a pipe: no writer that a reader which does not read could block for ever.
        Path stdin = Files.createTempFile("steward-stdin-", null);
        try {
            Files.writeString(stdin, arguments.stdin().get(), StandardCharsets.UTF_8);
            return start(
                    builder.command(line(GATE_AND_REMOVE, stdin.toString(), arguments.command())), Optional.of(stdin));
        } catch (IOException e) {
            Files.deleteIfExists(stdin);
            throw e;
        }
    }

    private static List<String> line(String gate, String stdin, List<String> command) throws IOException {
        var line = new ArrayList<>(List.of("/bin/sh", "-c", gate, "sh", stdin, setsid(), "--"));
        line.addAll(command);
        return line;
    }

    private static String setsid() throws IOException {
        return Stream.of("/usr/bin/setsid", "/bin/setsid")
                .filter(path -> new File(path).canExecute())
                .findFirst()
                .orElseThrow(() -> new IOException("setsid (util-linux or busybox) not found in /usr/bin or /bin"));
    }

    private static CommandProcess start(ProcessBuilder builder, Optional<Path> stdin) throws IOException {
        Process process = builder.start();
        var entry = ProcessTable.entry(process.pid());
        if (entry.isEmpty()) {
            process.destroyForcibly();
            throw new IOException("the new process %d vanished at once".formatted(process.pid()));
        }
        return new CommandProcess(process, entry.get().startTicks(), stdin);
    }

    /** Lets the command run. */
    void open() {
        try (var gate = process.getOutputStream()) {
            gate.write('\n');
        } catch (IOException e) {
            // Killed at the gate: its exit code tells.
        }
    }

    long pid() {
        return process.pid();
    }

    long startTicks() {
        return startTicks;
    }

    Process process() {
        return process;
    }

    InputStream stdout() {
        return process.getInputStream();
    }

    InputStream stderr() {
        return process.getErrorStream();
    }

    /** Where the gate was never opened, this ends the process. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (stdin.isPresent()) {
                Files.deleteIfExists(stdin.get()); // there still where the shell did not get to it
            }
        } catch (IOException e) {
            // A pipe that breaks is closed, and a file that can't be removed is no reason to fail a command.
        }
    }
}
