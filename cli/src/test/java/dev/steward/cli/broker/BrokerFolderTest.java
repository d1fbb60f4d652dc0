// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.cli.terminal.Failure;
import dev.steward.message.NodeName;
import dev.steward.message.broker.BrokerKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerFolderTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final List<String> HOSTS = List.of("broker.example.com");

    @TempDir
    private Path root;

    private Path folder;
    private Path keys;
    private BrokerFolder broker;

    @BeforeEach
    void makeOne() throws Exception {
        folder = root.resolve("broker");
        keys = folder.resolve(BrokerKeys.FILE);
        broker = new BrokerFolder(folder, keys);
        broker.ensure(NodeName.CENTRAL, HOSTS, NOW);
    }

    @Test
    void keysAreMadeOnceForTheirOwnerAlone() throws Exception {
        String made = Files.readString(keys);
        String certificate = Files.readString(folder.resolve("server.pem"));

        assertThat(broker.ensure(NodeName.CENTRAL, HOSTS, NOW.plusSeconds(60)).text())
                .isEqualTo(made);
        assertThat(folder.resolve("server.pem")).hasContent(certificate);
        try (var files = Files.list(folder)) {
            assertThat(files)
                    .hasSize(5)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    @Test
    void otherHostsGetAnotherCertificateOfTheSameAuthority() throws Exception {
        String certificate = Files.readString(folder.resolve("server.pem"));
        String made = Files.readString(keys);

        broker.ensure(NodeName.CENTRAL, List.of("10.0.0.1"), NOW);
        assertThat(Files.readString(folder.resolve("server.pem")))
                .isNotEqualTo(certificate)
                .endsWith(Files.readString(folder.resolve("ca.pem")));
        assertThat(keys).hasContent(made);
    }

    @ParameterizedTest
    @ValueSource(strings = {BrokerKeys.FILE, "ca.key", "ca.pem", BrokerKeys.FILE + " ca.key", "ca.key ca.pem"})
    void whereKeysWereMovedAwayNoOthersAreMade(String moved) throws Exception {
        for (String file : moved.split(" ", -1)) {
            Files.delete(folder.resolve(file));
        }
        List<String> left = contents();

        assertThatThrownBy(() -> broker.ensure(NodeName.CENTRAL, List.of("10.0.0.1"), NOW))
                .isInstanceOf(Failure.class)
                .hasMessageContaining(moved.split(" ", -1)[0])
                .hasMessageContaining("copy them back");
        assertThat(contents()).isEqualTo(left);
    }

    private List<String> contents() throws Exception {
        var contents = new ArrayList<String>();
        try (var files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                contents.add(file + Files.readString(file));
            }
        }
        return contents;
    }

    @Test
    void keysOfAnotherStationAreRefused() {
        assertThatThrownBy(() -> broker.ensure(new NodeName("south"), HOSTS, NOW))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("of the station central");
    }

    @Test
    void damagedFilesAreNamed() throws Exception {
        Files.writeString(keys, "nonsense");
        assertThatThrownBy(() -> broker.ensure(NodeName.CENTRAL, HOSTS, NOW)).hasMessageContaining(keys.toString());
        Files.writeString(folder.resolve("ca.key"), "nonsense");
        assertThatThrownBy(() -> broker.ensure(NodeName.CENTRAL, HOSTS, NOW)).hasMessageContaining("is damaged");
    }
}
