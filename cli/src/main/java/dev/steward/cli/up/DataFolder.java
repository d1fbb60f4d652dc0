// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.cli.terminal.PrivateFile;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where everything of one {@code up} lies. It belongs to one {@code up} at a time: the lock goes with its process,
 * however that ends.
 */
final class DataFolder implements AutoCloseable {
    private final Path root;
    private final FileChannel lock;

    private DataFolder(Path root, FileChannel lock) {
        this.root = root;
        this.lock = lock;
    }

    /** @param url where the station will be, for whoever finds the folder taken */
    static DataFolder open(Path root, String url) throws Failure {
        Path file = root.resolve("up.lock");
        try {
            PrivateFile.createFolder(root); // tokens and outputs lie here
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw taken(root, file);
            }
            var folder = new DataFolder(root, channel);
            folder.writeHolder(url);
            for (String part : new String[] {"station", "broker", "nodes", "logs", "run"}) {
                PrivateFile.createFolder(root.resolve(part));
            }
            return folder;
        } catch (IOException e) {
            throw Failure.failed("the data folder %s can't be used: %s\n  choose another with --data DIR"
                    .formatted(root, FileTrouble.text(e)));
        }
    }

    private void writeHolder(String url) throws IOException {
        var holder = new LinkedHashMap<String, @Nullable Object>();
        holder.put("pid", ProcessHandle.current().pid());
        holder.put("url", url);
        lock.truncate(0);
        lock.write(ByteBuffer.wrap(Json.bytes(holder)), 0);
    }

    private static Failure taken(Path root, Path file) {
        try {
            JsonObject holder = Json.object(Files.readAllBytes(file), 4096);
            return Failure.failed(
                    "steward is up in %s already: pid %d, %s\n  use it, or choose another folder with --data DIR"
                            .formatted(root, holder.integer("pid", 1, Integer.MAX_VALUE), holder.text("url")));
        } catch (IOException | RefusedException e) {
            return Failure.failed("steward is up in %s already".formatted(root));
        }
    }

    Path root() {
        return root;
    }

    Path station() {
        return root.resolve("station");
    }

    Path stationFile() {
        return root.resolve("station.json");
    }

    Path broker() {
        return root.resolve("broker");
    }

    /** Of the API's certificate, where it has one. */
    Path http() {
        return root.resolve("http");
    }

    Path node(String name) {
        return root.resolve("nodes").resolve(name);
    }

    Path log(String name) {
        return root.resolve("logs").resolve(name + ".log");
    }

    /** Which process a part of this {@code up} is. */
    Path record(String name) {
        return root.resolve("run").resolve(name + ".json");
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            // the process ends anyway, and the lock with it
        }
    }
}
