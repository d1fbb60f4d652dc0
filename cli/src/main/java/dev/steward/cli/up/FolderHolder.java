// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which process works in the data folder of an agent or station: the kernel's list of locks tells, nothing is touched. */
final class FolderHolder {
    private static final Path LOCKS = Path.of("/proc/locks");

    private FolderHolder() {}

    /** The pid; empty where nobody holds the folder, or where it can't be told. */
    static Optional<Long> of(Path folder) {
        Path file = folder.resolve("lock");
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            long holder = Long.parseLong(Files.readString(file).strip());
            String inode = String.valueOf(Files.getAttribute(file, "unix:ino"));
            // For instance "3: POSIX  ADVISORY  WRITE 4711 fe:00:271829 0 EOF"
            Pattern held = Pattern.compile("\\d+: POSIX +\\S+ +WRITE +%d \\S+:%s .*".formatted(holder, inode));
            try (Stream<String> locks = Files.lines(LOCKS)) {
                return locks.anyMatch(line -> held.matcher(line).matches()) ? Optional.of(holder) : Optional.empty();
            }
        } catch (IOException | NumberFormatException e) {
            return Optional.empty(); // the program itself finds out when it takes its lock, and says so
        }
    }
}
