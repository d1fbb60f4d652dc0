// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The log of one child, with one older one beside it; it can't fill the disk. */
record LogFile(Path path) {
    private static final long BYTES = 16L * 1024 * 1024;
    private static final int TAIL_BYTES = 4096;

    /** Before the start of {@code up}: what is there becomes the older one. */
    void rotate() throws IOException {
        if (Files.exists(path)) {
            Files.move(path, older(), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** While the child writes. It appends, so that it goes on at the beginning of the emptied file. */
    void limit() throws IOException {
        if (Files.exists(path) && Files.size(path) > BYTES) {
            Files.copy(path, older(), StandardCopyOption.REPLACE_EXISTING);
            try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.truncate(0);
            }
        }
    }

    /** The last lines, for an error message. */
    List<String> tail(int lines) {
        try (var file = new RandomAccessFile(path.toFile(), "r")) {
            long from = Math.max(0, file.length() - TAIL_BYTES);
            var bytes = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(bytes);
            List<String> all = new String(bytes, StandardCharsets.UTF_8).lines().toList();
            return all.subList(Math.max(0, all.size() - lines), all.size());
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Why a program of ours has refused to run: the last thing that it said, without the hint at its help. */
    String refusal() {
        return tail(2).stream()
                .filter(line -> !line.startsWith("see steward "))
                .reduce("", (before, line) -> line)
                .strip();
    }

    private Path older() {
        return path.resolveSibling(path.getFileName() + ".1");
    }
}
