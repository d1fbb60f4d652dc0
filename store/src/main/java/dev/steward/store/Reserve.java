// SPDX-License-Identifier: Apache-2.0
package dev.steward.store;

import dev.steward.message.Limits;
import dev.steward.message.Space;
import dev.steward.message.text.Sizes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The room that a data folder keeps for what must still be recorded when its disk is full: a file of
 * {@link Limits#DISK_RESERVE_BYTES}, given up when the store fails, written again when there is room. Without it, or
 * with little free beside it, space is low. Not thread-safe.
 */
public final class Reserve {
    private static final System.Logger LOG = System.getLogger(Reserve.class.getName());
    private static final long WRITE_EVERY_MS = 5_000;
    private static final int PIECE_BYTES = 64 * 1024;

    private final Path folder;
    private final Path file;
    private boolean held;
    private Optional<String> unwritable = Optional.empty();
    private long writeAt = Long.MIN_VALUE;
    private Space space = Space.ENOUGH;

    private Reserve(Path folder) {
        this.folder = folder;
        this.file = folder.resolve("reserve");
    }

    /**
     * Takes what the folder holds in reserve. On a full disk it is given up at once: the start needs room too.
     *
     * @throws StoreException where that is not enough
     */
    public static Reserve in(Path folder) {
        var reserve = new Reserve(folder);
        try {
            reserve.held = Files.exists(reserve.file) && Files.size(reserve.file) == Limits.DISK_RESERVE_BYTES;
        } catch (IOException e) {
            throw new StoreException("cannot read " + reserve.file + ": " + e, e);
        }
        if (reserve.free() < Limits.DISK_START_BYTES) {
            reserve.giveUp();
        }
        if (reserve.free() < Limits.DISK_START_BYTES) {
            throw new StoreException(
                    "the disk of %s is full: %s free, a start needs %s; make room there and start again, nothing is lost"
                            .formatted(folder, Sizes.text(reserve.free()), Sizes.text(Limits.DISK_START_BYTES)),
                    null);
        }
        return reserve;
    }

    /** Looks how much is free, and fills the reserve where it was given up and there is room for it. */
    public Space look(long nowMillis) {
        if (!held && nowMillis >= writeAt && free() >= Limits.DISK_ENOUGH_BYTES + Limits.DISK_RESERVE_BYTES) {
            writeAt = nowMillis + WRITE_EVERY_MS;
            write();
        }
        long needs = space.low() ? Limits.DISK_ENOUGH_BYTES : Limits.DISK_LOW_BYTES;
        tell(held && free() >= needs ? Space.ENOUGH : low());
        return space;
    }

    /** What the last look has shown. */
    public Space space() {
        return space;
    }

    /** Frees what is reserved: the store has failed, maybe for want of room. It is low until the reserve is there again. */
    public void giveUp() {
        held = false;
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "cannot give up {0}: {1}", file, e);
        }
        tell(low());
    }

    private Space low() {
        long needs = held ? Limits.DISK_ENOUGH_BYTES : Limits.DISK_ENOUGH_BYTES + Limits.DISK_RESERVE_BYTES;
        long free = free();
        String text = free < needs
                ? "disk of %s nearly full: %s free, needs %s".formatted(folder, Sizes.text(free), Sizes.text(needs))
                : unwritable.orElse(
                        "the reserve %s, given up when the store failed, is to be written again".formatted(file));
        return new Space(true, text);
    }

    private void tell(Space next) {
        boolean changed = next.low() != space.low();
        space = next;
        if (changed) {
            if (next.low()) {
                LOG.log(System.Logger.Level.WARNING, "{0}; nothing is begun until there is room", next.text());
            } else {
                LOG.log(System.Logger.Level.INFO, "disk of {0} has room again", folder);
            }
        }
    }

    /** Bytes that a file system would not store for less, and forced, as some allocate only then. */
    private void write() {
        try {
            Files.deleteIfExists(file);
            try (FileChannel channel = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                var random = new SplittableRandom();
                byte[] piece = new byte[PIECE_BYTES];
                for (int written = 0; written < Limits.DISK_RESERVE_BYTES; written += piece.length) {
                    random.nextBytes(piece);
                    for (ByteBuffer rest = ByteBuffer.wrap(piece); rest.hasRemaining(); ) {
                        channel.write(rest);
                    }
                }
                channel.force(true);
            }
            held = true;
            unwritable = Optional.empty();
        } catch (IOException e) {
            giveUp();
            unwritable = Optional.of("cannot write " + file + ": " + e);
        }
    }

    /** Where a file system tells nothing of its size, only a failure shows that it is full. */
    private long free() {
        return folder.toFile().getTotalSpace() == 0
                ? Long.MAX_VALUE
                : folder.toFile().getUsableSpace();
    }
}
