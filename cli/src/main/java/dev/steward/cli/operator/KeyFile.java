// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.OpenSshKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** Reads an OpenSSH key file; like ssh, not one that others may read. */
final class KeyFile {
    private static final Set<PosixFilePermission> OWNERS = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private KeyFile() {}

    static Ed25519 read(Path file) throws Failure {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (!OWNERS.containsAll(permissions)) {
                throw Failure.credential("the key file %s may be read by others (%s), so it is not used\n  chmod 600 %s"
                        .formatted(file, PosixFilePermissions.toString(permissions), file));
            }
            try (var in = Files.newInputStream(file)) {
                return OpenSshKey.read(in.readNBytes(OpenSshKey.FILE_BYTES + 1), file.toString())
                        .key();
            }
        } catch (IOException e) {
            throw Failure.credential("the key file %s can't be read: %s".formatted(file, FileTrouble.text(e)));
        } catch (RefusedException e) {
            throw Failure.credential(e.getMessage());
        }
    }
}
