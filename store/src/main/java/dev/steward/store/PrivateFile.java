// SPDX-License-Identifier: Apache-2.0
package dev.steward.store;

import dev.steward.message.RefusedException;
import dev.steward.message.seal.LinkKeyPair;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** Files of a data folder that are their owner's alone: keys, tokens. */
public final class PrivateFile {
    /** The private key of this end's links. */
    public static final String LINK_KEY = "link.key";

    private static final int MAX_BYTES = 64 * 1024;

    private PrivateFile() {}

    /** The text of a file, where there is one. */
    public static Optional<String> read(Path file) {
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new StoreException("%s is larger than the limit of %d bytes".formatted(file, MAX_BYTES), null);
            }
            return Optional.of(Files.readString(file));
        } catch (IOException e) {
            throw new StoreException("cannot read " + file + ": " + FileTrouble.text(e), e);
        }
    }

    /** Whole or not at all: written beside, forced, renamed, and the folder forced. */
    public static void write(Path file, String text) {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.deleteIfExists(beside);
            try (FileChannel channel = FileChannel.open(
                    beside,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            moveTo(file, beside);
        } catch (IOException e) {
            throw new StoreException("cannot write " + file + ": " + FileTrouble.text(e), e);
        }
    }

    /** A folder that is its owner's alone, made where it is missing. */
    public static void createFolder(Path folder) {
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                forceFolderOf(folder);
            }
        } catch (IOException e) {
            throw new StoreException("cannot make " + folder + ": " + FileTrouble.text(e), e);
        }
    }

    /** Puts a file in the place of another one, durably; does nothing where it is there no more. */
    public static void move(Path from, Path to) {
        try {
            moveTo(to, from);
        } catch (NoSuchFileException e) {
            // It was moved before: of two that make good what a crash has left, one is first.
        } catch (IOException e) {
            throw new StoreException("cannot move %s to %s: %s".formatted(from, to, FileTrouble.text(e)), e);
        }
    }

    private static void moveTo(Path file, Path from) throws IOException {
        Files.move(from, file, StandardCopyOption.ATOMIC_MOVE);
        forceFolderOf(file);
    }

    private static void forceFolderOf(Path file) throws IOException {
        try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    /** The key of this end's links; made at the first start. */
    public static LinkKeyPair linkKey(Path folder) {
        Path file = folder.resolve(LINK_KEY);
        Optional<String> text = read(file);
        if (text.isPresent()) {
            try {
                return LinkKeyPair.read(text.get(), file.toString());
            } catch (RefusedException e) {
                throw new StoreException(e.getMessage(), e);
            }
        }
        LinkKeyPair fresh = LinkKeyPair.generate();
        write(file, fresh.text());
        return fresh;
    }
}
