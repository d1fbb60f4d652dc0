// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.Document;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API where the ledger lies on a disk, a tmpfs of the test's own, that has too little room. */
class ApiFullDiskTest {
    @TempDir
    Path folder;

    private Path disk = Path.of("");

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(folder.resolve("station"));
        run("mount", "-t", "tmpfs", "-o", "size=10m", "tmpfs", disk.toString());
    }

    /** Lazily: the driver's native library lies there, and stays mapped as long as this JVM lives. */
    @AfterEach
    void unmount() throws Exception {
        run("umount", "--lazy", disk.toString());
    }

    @Test
    void anOrderIsRefusedUntilThereIsRoomAndReadsGoOn() throws Exception {
        try (var station = new RunningStation(folder)) {
            try (EventReader events = station.client.stream("", null)) {
                station.absentNode("ship1", events);
            }
            Document.Command document = Documents.command("ship1");
            ApiClient.Answer refused = station.client.order(document);

            assertThat(refused.error()).isEqualTo("507 no-space");
            assertThat(new String(refused.body(), StandardCharsets.UTF_8))
                    .contains("disk of " + disk, "nearly full", "needs 20.0 MiB", "nothing was ordered");
            assertThat(station.client.get("/api/v1/commands/" + document.id()).status())
                    .isEqualTo(404);
            assertThat(station.client.get("/api/v1/nodes").status()).isEqualTo(200);

            run("mount", "-o", "remount,size=40m", disk.toString());
            long end = System.nanoTime() + 20_000_000_000L;
            ApiClient.Answer answer = station.client.order(document);
            while (answer.status() == 507 && System.nanoTime() < end) {
                answer = station.client.order(document);
            }
            assertThat(answer.status()).isEqualTo(201);
        }
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
