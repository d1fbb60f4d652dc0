// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.EnumSet;
import java.util.Set;

/** Who owns a file, and who may do what with it. */
record Access(UserPrincipal owner, Set<PosixFilePermission> permissions) {
    private static final Set<PosixFilePermission> OWNERS = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    static Access of(Path path) throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(path, PosixFileAttributes.class);
        return new Access(attributes.owner(), attributes.permissions());
    }

    /** Whether others than the owner may do anything with it. */
    boolean isOthersToo() {
        return !OWNERS.containsAll(permissions);
    }

    boolean isOthersToWrite() {
        return permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE);
    }
}
