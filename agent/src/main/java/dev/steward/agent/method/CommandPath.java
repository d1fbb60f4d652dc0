// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Looks a command up as execvp(3) will, to be able to say what is wrong with it: setsid, which executes it, could
 * only end with 127. Between this look and the execution things may change; then setsid's word must do.
 */
final class CommandPath {
    private CommandPath() {}

    static void checkWorkingDirectory(File directory) throws IOException {
        Path path = directory.toPath();
        if (!Files.exists(path)) {
            throw new IOException("working directory %s does not exist".formatted(directory));
        }
        if (!Files.isDirectory(path)) {
            throw new IOException("working directory %s is not a directory".formatted(directory));
        }
        if (!Files.isExecutable(path)) {
            throw new IOException("working directory %s: permission denied".formatted(directory));
        }
    }

    /**
     * @param path the value of PATH that the command will have
     * @throws IOException where there is no such command, or none that may be executed; the message says which
     */
    static void checkCommand(String command, String path, File workingDirectory) throws IOException {
        if (command.indexOf('/') >= 0) {
            checkFile(command, workingDirectory.toPath().resolve(command));
            return;
        }
        boolean denied = false;
        for (String directory : path.split(":", -1)) {
            // An empty entry of PATH is the working directory, and so is a relative one's base.
            Path file = workingDirectory.toPath().resolve(directory).resolve(command);
            if (Files.isRegularFile(file)) {
                if (Files.isExecutable(file)) {
                    return;
                }
                denied = true;
            }
        }
        throw new IOException(
                (denied ? "command '%s': permission denied (PATH is %s)" : "command '%s' not found (PATH is %s)")
                        .formatted(command, path));
    }

    private static void checkFile(String command, Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new IOException("command '%s' not found (%s does not exist)".formatted(command, file));
        }
        if (Files.isDirectory(file)) {
            throw new IOException("command '%s' is a directory".formatted(command));
        }
        if (!Files.isExecutable(file)) {
            throw new IOException("command '%s': permission denied (%s is not executable)".formatted(command, file));
        }
    }
}
