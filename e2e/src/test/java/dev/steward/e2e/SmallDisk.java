// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** A small tmpfs, mounted for one test; needs root. */
final class SmallDisk implements AutoCloseable {
    private final Path folder;
    private volatile boolean greedy;
    private int fillers;

    SmallDisk(Path folder, int mebibytes) throws Exception {
        this.folder = Files.createDirectories(folder);
        run("mount", "-t", "tmpfs", "-o", "size=%dm,mode=0700".formatted(mebibytes), "tmpfs", folder.toString());
    }

    /** Takes all that is left, to the last block. */
    synchronized void fill() throws IOException {
        byte[] zeros = new byte[4096];
        Path filler = folder.resolve("filler-" + ++fillers);
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(zeros);
            }
        } catch (IOException e) {
            if (free() > 0) {
                throw e;
            }
        }
    }

    /** Takes at once whatever becomes free, until there is to be room. */
    void keepFull() {
        Thread.ofPlatform().name("filler").start(() -> {
            greedy = true;
            try {
                while (greedy) {
                    synchronized (this) {
                        if (greedy && free() > 0) {
                            fill();
                        }
                    }
                    LockSupport.parkNanos(100_000);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    synchronized void makeRoom() throws IOException {
        greedy = false;
        for (; fillers > 0; fillers--) {
            Files.delete(folder.resolve("filler-" + fillers));
        }
    }

    long free() {
        return folder.toFile().getUsableSpace();
    }

    @Override
    public void close() throws Exception {
        makeRoom();
        run("umount", folder.toString());
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(
                    "this test needs root and the right to mount: %s: %s".formatted(String.join(" ", command), said));
        }
    }
}
