// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Whether folders and what is secret in them are their owner's alone.
 *
 * @param root a data folder, or an operator's
 * @param owner who is to own all of it
 */
record PrivateFilesCheck(Path root, UserPrincipal owner) implements Check {
    private static final Set<String> SECRET = Set.of(
            "key",
            "identity",
            "token",
            "station.json",
            "broker-keys.json",
            "broker.json",
            "operator.json",
            "enrolment.json",
            "reserve");

    /** Those of SQLite with what lies beside them, and the broker's configuration, which names its keys. */
    private static final List<String> SECRET_ENDINGS =
            List.of(".key", ".creds", ".db", ".db-wal", ".db-shm", ".conf", ".new");

    /** Of the broker's messages; it looks after them itself, and they may be many. */
    private static final String JETSTREAM = "jetstream";

    private static final int DEPTH = 5;

    /** Whoever owns the folder is to own all of it; an operator may have no data folder. */
    static Check in(Path folder) {
        return () -> {
            try {
                return Files.isDirectory(folder)
                        ? new PrivateFilesCheck(
                                        folder.toRealPath(), Access.of(folder).owner())
                                .findings()
                        : List.of();
            } catch (IOException e) {
                return List.of(unreadable(folder));
            }
        };
    }

    @Override
    public List<Finding> findings() {
        var findings = new ArrayList<Finding>();
        try {
            Files.walkFileTree(root, EnumSet.noneOf(FileVisitOption.class), DEPTH, visitor(findings));
        } catch (IOException e) {
            findings.add(unreadable(root));
        }
        return findings;
    }

    private FileVisitor<Path> visitor(List<Finding> findings) {
        return new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                if (folder.endsWith(JETSTREAM)) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Access access = Access.of(folder);
                if (access.isOthersToo()) {
                    findings.add(loose(folder));
                }
                addForeign(folder, access);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile() && isSecret(file)) {
                    Access access = Access.of(file);
                    if (access.isOthersToo()) {
                        findings.add(looseFile(file));
                    }
                    addForeign(file, access);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) { // what a running station has removed is no matter
                    findings.add(unreadable(file));
                }
                return FileVisitResult.CONTINUE;
            }

            private void addForeign(Path path, Access access) {
                if (!access.owner().equals(owner)) {
                    findings.add(
                            Finding.of(
                                    Weakness.FILE_FOREIGN,
                                    "another user than the data folder's owns it, and can read and change it",
                                    "%s, of %s".formatted(path, access.owner().getName()),
                                    "chown it to the user of the data folder; where you don't know how it came there, make new keys"));
                }
            }
        };
    }

    static boolean isSecret(Path file) {
        String name = file.getFileName().toString();
        return SECRET.contains(name) || SECRET_ENDINGS.stream().anyMatch(name::endsWith);
    }

    static Finding looseFile(Path file) {
        return Finding.of(
                Weakness.FILE_LOOSE,
                "others than its owner may read or change a file that holds keys, tokens or what was ordered",
                file,
                "chmod 600 it; where others use this machine, make new keys, as the old ones may have been copied");
    }

    private static Finding loose(Path folder) {
        return Finding.of(
                Weakness.FOLDER_LOOSE,
                "others than its owner may look into a folder of keys, ledgers or logs, or put something there",
                folder,
                "chmod 700 it");
    }

    private static Finding unreadable(Path path) {
        return Finding.of(
                Weakness.FOLDER_UNREADABLE,
                "it could not be looked at, so nothing is known of what lies there",
                path,
                "run steward doctor as the user whose folder this is");
    }
}
