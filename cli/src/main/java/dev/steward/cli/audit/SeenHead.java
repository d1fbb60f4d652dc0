// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.audit;

import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.cli.terminal.PrivateFile;
import dev.steward.message.RefusedException;
import dev.steward.message.Times;
import dev.steward.message.audit.AuditHash;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.VerificationKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far an audit log had come when this operator verified it last. The station can't reach it here: a log that it has
 * written anew, or cut off, does not fit.
 *
 * @param key with which the station signs its heads; empty where it had signed none
 */
public record SeenHead(long number, AuditHash hash, long signedNumber, Optional<VerificationKey> key, Instant at) {
    private static final int BYTES = 4096;

    /** Empty where none was verified before. */
    public static Optional<SeenHead> read(Path file) throws Failure {
        try {
            JsonObject json = Json.object(Files.readAllBytes(file), BYTES);
            return Optional.of(new SeenHead(
                    json.integer("number", 0, Long.MAX_VALUE),
                    AuditHash.parse(json.text("hash")),
                    json.integer("signedNumber", 0, Long.MAX_VALUE),
                    json.has("key") ? Optional.of(VerificationKey.parse(json.text("key"))) : Optional.empty(),
                    json.time("at")));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw Failure.failed("%s can't be read: %s".formatted(file, FileTrouble.text(e)));
        } catch (RefusedException e) {
            throw Failure.failed("%s is damaged: %s".formatted(file, e.getMessage()));
        }
    }

    public void write(Path file) throws Failure {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("number", number);
        json.put("hash", hash);
        json.put("signedNumber", signedNumber);
        key.ifPresent(present -> json.put("key", present));
        json.put("at", Times.text(at));
        try {
            PrivateFile.createFolder(file.resolveSibling(""));
            PrivateFile.write(file, Json.text(json));
        } catch (IOException e) {
            throw Failure.failed("%s can't be written: %s".formatted(file, FileTrouble.text(e)));
        }
    }
}
