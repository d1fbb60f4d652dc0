// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import dev.steward.cli.terminal.PrivateFile;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which process was started, told apart from a later one with the same pid by its start time (clock ticks since boot)
 * and by the boot.
 */
record ProcessRecord(long pid, long startTime, String bootId) {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    static Optional<ProcessRecord> of(long pid) {
        try {
            return Optional.of(new ProcessRecord(
                    pid,
                    startTime(Files.readString(Path.of("/proc/" + pid + "/stat"))),
                    Files.readString(BOOT_ID).strip()));
        } catch (IOException | RuntimeException e) {
            return Optional.empty(); // ended, or is just ending
        }
    }

    /** Field 22; the name in field 2 may hold spaces and parentheses, so the count begins after its end. */
    static long startTime(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[22 - 3]);
    }

    /** Empty where there is none or it can't be read: then nothing may be concluded. */
    static Optional<ProcessRecord> read(Path file) {
        try {
            JsonObject json = Json.object(Files.readAllBytes(file), 4096);
            return Optional.of(new ProcessRecord(
                    json.integer("pid", 1, Integer.MAX_VALUE),
                    json.integer("startTime", 0, Long.MAX_VALUE),
                    json.text("bootId")));
        } catch (IOException | RefusedException e) {
            return Optional.empty();
        }
    }

    void write(Path file) throws IOException {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("pid", pid);
        json.put("startTime", startTime);
        json.put("bootId", bootId);
        PrivateFile.write(file, Json.text(json));
    }

    /** The process itself where it still runs. */
    Optional<ProcessHandle> alive() {
        return of(pid).filter(this::equals)
                .flatMap(same -> ProcessHandle.of(pid))
                .filter(ProcessHandle::isAlive);
    }
}
