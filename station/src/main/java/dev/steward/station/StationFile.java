// SPDX-License-Identifier: Apache-2.0
package dev.steward.station;

import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.store.FileTrouble;
import dev.steward.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Set;

/** {@code station.json}, by which the command line finds the station: url, pid and token, for its owner's eyes only. */
final class StationFile {
    private static final int TOKEN_BYTES = 24;

    private final Path path;
    private final String url;
    private final String token;

    StationFile(StationSettings settings) {
        this.path = settings.stationFile();
        this.url = settings.url();
        this.token = readOrMakeToken(settings.data().resolve("token"));
    }

    String token() {
        return token;
    }

    void write() {
        var content =
                Json.bytes(Map.of("url", url, "pid", ProcessHandle.current().pid(), "token", token));
        replace(path, content);
    }

    /** A station that is gone must not look as if it were there. */
    void delete() {
        try {
            JsonObject found = Json.object(Files.readAllBytes(path), 10_000);
            if (found.integer("pid", 0, Long.MAX_VALUE)
                    == ProcessHandle.current().pid()) {
                Files.delete(path);
            }
        } catch (IOException | RefusedException e) {
            System.getLogger(StationFile.class.getName())
                    .log(System.Logger.Level.WARNING, "cannot remove {0}: {1}", path, e.getMessage());
        }
    }

    /** The token outlives restarts, so that whoever holds it need not be told again. */
    private static String readOrMakeToken(Path file) {
        try {
            if (Files.exists(file)) {
                return Files.readString(file).strip();
            }
        } catch (IOException e) {
            throw new StoreException("cannot read " + file + ": " + FileTrouble.text(e), e);
        }
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        String fresh = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        replace(file, (fresh + "\n").getBytes(StandardCharsets.UTF_8));
        return fresh;
    }

    /** Whole or not at all: written beside, forced, renamed, and the folder forced. */
    private static void replace(Path file, byte[] content) {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.deleteIfExists(beside);
            try (FileChannel channel = FileChannel.open(
                    beside,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                channel.write(ByteBuffer.wrap(content));
                channel.force(true);
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            }
        } catch (IOException e) {
            throw new StoreException("cannot write " + file + ": " + FileTrouble.text(e), e);
        }
    }
}
