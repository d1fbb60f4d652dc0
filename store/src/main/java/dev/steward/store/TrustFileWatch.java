// SPDX-License-Identifier: Apache-2.0
package dev.steward.store;

import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.trust.LocalTrust;
import dev.steward.message.trust.TrustFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a machine's trust file, and reads it again when it has changed and is at rest. Like sshd with its files, it takes
 * none that others than its owner may write, who is root or this process's user. Not thread-safe.
 */
public final class TrustFileWatch {
    /** The usual name, in the data folder. */
    public static final String NAME = "trust.yaml";

    private static final long LOOK_EVERY_MS = 1_000;

    /** By which a change shows; null where there is no file. */
    private record Stamp(
            FileTime modified,
            FileTime changed,
            long size,
            @Nullable Object inode) {}

    private final Path file;
    private @Nullable Stamp seen;
    private @Nullable Stamp last;
    private LocalTrust trust;
    private long lookAt;

    public TrustFileWatch(Path file) {
        this.file = file;
        this.seen = stamp();
        this.last = seen;
        this.trust = read();
    }

    /** What it says, or said before it could not be used any more. */
    public LocalTrust trust() {
        return trust;
    }

    /** @return what the file says now, where it has changed */
    public Optional<LocalTrust> look(long nowMillis) {
        if (nowMillis < lookAt) {
            return Optional.empty();
        }
        lookAt = nowMillis + LOOK_EVERY_MS;
        Stamp now = stamp();
        boolean isQuiet = Objects.equals(now, last); // else somebody may still be writing it
        last = now;
        if (Objects.equals(now, seen) || !isQuiet) {
            return Optional.empty();
        }
        LocalTrust next = read();
        if (!Objects.equals(stamp(), now)) {
            return Optional.empty();
        }
        seen = now;
        if (next.replaces(trust)) {
            trust = next;
        }
        return Optional.of(next);
    }

    private @Nullable Stamp stamp() {
        try {
            PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
            return new Stamp(
                    attributes.lastModifiedTime(),
                    (FileTime) Files.getAttribute(file, "unix:ctime"),
                    attributes.size(),
                    attributes.fileKey());
        } catch (IOException e) {
            return null; // what is wrong is said by whoever reads it
        }
    }

    private LocalTrust read() {
        try (InputStream in = Files.newInputStream(file)) {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                    || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
                return LocalTrust.none("others than its owner may write %s; write chmod 600 %s".formatted(file, file));
            }
            Object owner = Files.getAttribute(file, "unix:uid");
            if (!owner.equals(0) && !owner.equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
                return LocalTrust.none("%s belongs to another user, %s".formatted(file, owner));
            }
            byte[] bytes = in.readNBytes(Limits.TRUST_FILE_BYTES + 1);
            if (bytes.length > Limits.TRUST_FILE_BYTES) {
                return LocalTrust.none("%s is larger than %d bytes".formatted(file, Limits.TRUST_FILE_BYTES));
            }
            return LocalTrust.of(TrustFile.parse(file.getFileName().toString(), Json.utf8(bytes)), bytes);
        } catch (NoSuchFileException e) {
            return LocalTrust.gone(
                    "there is no trust file %s; `steward operator trust-file` prints one".formatted(file));
        } catch (IOException e) {
            return LocalTrust.none("%s can't be read: %s".formatted(file, FileTrouble.text(e)));
        } catch (RefusedException e) {
            return LocalTrust.none(e.getMessage());
        }
    }
}
