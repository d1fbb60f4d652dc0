// SPDX-License-Identifier: Apache-2.0
package dev.steward.station;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.bus.BusSettings;
import dev.steward.message.NodeName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StationFileTest {
    @TempDir
    Path folder;

    @Test
    void secretsAreMadeOnceAndAreTheirOwnersAlone() throws Exception {
        StationFile first = file();
        StationFile second = file();

        assertThat(first.token()).hasSize(32).isEqualTo(second.token());
        assertThat(first.sessionKey()).hasSize(32).isEqualTo(second.sessionKey());
        assertThat(first.token().getBytes(StandardCharsets.UTF_8)).isNotEqualTo(first.sessionKey());
        for (String name : List.of("token", "session.key")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void anEmptyFileIsNoSecret() throws Exception {
        Files.writeString(folder.resolve("token"), "\n");
        Files.writeString(folder.resolve("session.key"), "");

        assertThat(file().token()).hasSize(32);
        assertThat(file().sessionKey()).hasSize(32);
    }

    private StationFile file() throws Exception {
        return new StationFile(new StationSettings(
                NodeName.CENTRAL,
                BusSettings.of("nats://127.0.0.1:4222", "central"),
                Optional.empty(),
                folder,
                folder.resolve("trust.yaml"),
                "127.0.0.1",
                8470,
                Optional.empty(),
                folder.resolve("station.json"),
                false,
                "1.2.3"));
    }
}
