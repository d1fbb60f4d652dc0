// SPDX-License-Identifier: Apache-2.0
package dev.steward.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Holds a data folder for one process: two stations on one ledger, or two agents on one journal, would both speak. The
 * kernel drops the lock with the process, however it ends.
 */
public final class FolderLock implements AutoCloseable {
    private final FileChannel channel;

    private FolderLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Creates the folder (mode 0700) where it is missing, and takes its lock.
     *
     * @throws StoreException where another process holds it; the text names its pid
     */
    public static FolderLock take(Path folder) {
        Path file = folder.resolve("lock");
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                String holder = Files.readString(file).strip();
                channel.close();
                throw new StoreException(
                        "the data folder %s is in use by the process %s; stop that one, or give another folder with --data"
                                .formatted(folder, holder.isEmpty() ? "of another pid" : holder),
                        null);
            }
            // Over what is there: on a full disk a block that is let go may not come back.
            channel.write(StandardCharsets.UTF_8.encode(ProcessHandle.current().pid() + "\n"), 0);
            channel.truncate(Long.toString(ProcessHandle.current().pid()).length() + 1L);
            useForNativeLibrary(folder);
            return new FolderLock(channel);
        } catch (IOException e) {
            throw new StoreException("cannot use the data folder %s: %s".formatted(folder, FileTrouble.text(e)), e);
        }
    }

    /**
     * The SQLite driver unpacks a native library at each start, and a killed process leaves it behind: here rather
     * than in the system's temporary folder, and the last one removed first.
     */
    private static void useForNativeLibrary(Path folder) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, "sqlite-*-libsqlitejdbc.so*")) {
            for (Path file : left) {
                Files.deleteIfExists(file);
            }
        }
        System.setProperty("org.sqlite.tmpdir", folder.toString());
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new StoreException("cannot release the data folder's lock", e);
        }
    }
}
