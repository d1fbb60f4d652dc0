// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.facts;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Small text files of the system; one that can't be read is empty. */
final class SystemFiles {
    private static final int MAX_BYTES = 1024 * 1024;

    private SystemFiles() {}

    static List<String> lines(String file) {
        try (var in = new FileInputStream(file)) {
            return new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** The first line, null where there is none. */
    static @Nullable String line(String file) {
        List<String> lines = lines(file);
        return lines.isEmpty() ? null : lines.getFirst().strip();
    }
}
