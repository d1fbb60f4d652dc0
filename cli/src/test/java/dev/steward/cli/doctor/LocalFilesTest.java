// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.operator.KeySource;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.terminal.PrivateFile;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.FleetId;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.OpenSshKey;
import dev.steward.message.signing.VerificationKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A folder in which all is well, and what is found when one thing in it is not. */
class LocalFilesTest {
    private static final FleetId FLEET = new FleetId("00112233445566778899aabbccddeeff");
    private static final VerificationKey ANN = Ed25519.generate().key();
    private static final VerificationKey VAULT = Ed25519.generate().key();
    private static final String GOOD = """
            fleet: %s
            authorities: {ann: %s, vault: %s}
            rules:
              - {profile: observe, by: '*'}
              - {profile: full, by: [ann, bob], signatures: 2}
              - {allow: shellcommand, by: ann, commands: [[date]]}
            """.formatted(FLEET, ANN, VAULT);

    @TempDir
    Path temporary;

    private Path data;
    private Path node;
    private OperatorFolder operator;

    @BeforeEach
    void makeFolder() throws IOException {
        data = temporary.resolve("data");
        node = data.resolve("nodes/ship1");
        operator = new OperatorFolder(data.resolve("operator"));
        for (String file : List.of(
                "station.json",
                "station/token",
                "station/link.key",
                "station/broker-keys.json",
                "station/ledger.db",
                "station/ledger.db-wal",
                "nodes/ship1/identity",
                "nodes/ship1/link.key",
                "nodes/ship1/broker.creds",
                "nodes/ship1/journal.db",
                "nodes/ship1/next/link.key",
                "broker/ca.key",
                "broker/server.key",
                "broker/nats-server.conf")) {
            PrivateFile.createFolder(data.resolve(file).resolve("..").normalize());
            PrivateFile.write(data.resolve(file), "x");
        }
        enrolledAt("tls://broker.example.com:4222");
        PrivateFile.write(data.resolve("station/trust.yaml"), GOOD);
        PrivateFile.write(node.resolve("trust.yaml"), GOOD);
    }

    @Test
    void nothingIsWeakWhereAllIsAsItWasMade() throws IOException {
        Files.writeString(data.resolve("up.lock"), "x"); // what is no secret may be read
        Path messages = Files.createDirectories(data.resolve("broker/jetstream/account"));
        mode(messages, "rwxr-xr-x"); // the broker's own
        mode(data.resolve("broker/jetstream"), "rwxr-xr-x");

        assertThat(findings()).isEmpty();
        assertThat(findings(data.resolve("none"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "station.json",
                "station/token",
                "station/link.key",
                "station/broker-keys.json",
                "station/ledger.db",
                "station/ledger.db-wal",
                "nodes/ship1/identity",
                "nodes/ship1/broker.creds",
                "nodes/ship1/journal.db",
                "nodes/ship1/enrolment.json",
                "nodes/ship1/next/link.key",
                "broker/ca.key",
                "broker/server.key",
                "broker/nats-server.conf"
            })
    void aSecretThatOthersMayReadIsFound(String name) throws IOException {
        mode(data.resolve(name), "rw-r--r--");

        assertFound(Weakness.FILE_LOOSE, data.resolve(name));
    }

    @ParameterizedTest
    @CsvSource({"'',rwx--x--x", "station,rwxr-x---", "nodes,rwxr-xr-x", "nodes/ship1,rwx---r-x", "broker,rwxrwx---"})
    void aFolderThatOthersMayLookIntoIsFound(String name, String mode) throws IOException {
        mode(data.resolve(name), mode);

        assertFound(Weakness.FOLDER_LOOSE, data.resolve(name));
    }

    @Test
    void whatBelongsToAnotherUserIsFound() throws Exception {
        var nobody = data.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");

        List<Finding> foreign = new PrivateFilesCheck(data, nobody).findings();

        assertThat(foreign).allMatch(each -> each.weakness() == Weakness.FILE_FOREIGN);
        assertThat(foreign.toString())
                .contains("station/token", "nodes/ship1/link.key")
                .doesNotContain("trust.yaml");
        assertThat(new PrivateFilesCheck(data, Files.getOwner(data)).findings()).isEmpty();
    }

    @Test
    void aFolderThatCantBeReadIsFoundUnlessItsReaderMayReadAll() throws IOException {
        Path folder = data.resolve("broker");
        mode(folder, "---------");
        try {
            if (Files.isReadable(folder)) { // root
                assertThat(findings()).isEmpty();
            } else {
                assertFound(Weakness.FOLDER_UNREADABLE, folder);
            }
        } finally {
            mode(folder, "rwx------");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '`',
            value = {
                "{profile: full, by: '*', signatures: 2} > TRUST_ANYTHING_FOR_EVERYONE",
                "{allow: shellcommand, by: '*', signatures: 2} > TRUST_ANYTHING_FOR_EVERYONE",
                "{allow: shellcommand, by: '*', signatures: 2, shell: true} > TRUST_ANYTHING_FOR_EVERYONE",
                "{profile: full, by: ann} > TRUST_ONE_SIGNATURE",
            })
    void aRuleThatGivesEverythingAwayIsFoundWithItsLine(String rule, Weakness weakness) throws IOException {
        PrivateFile.write(node.resolve("trust.yaml"), GOOD + "  - " + rule + "\n");

        assertFound(weakness, node.resolve("trust.yaml") + ":7");
    }

    @Test
    void anAuthorityThatIsAloneIsFound() throws IOException {
        PrivateFile.write(node.resolve("trust.yaml"), GOOD.replace(", vault: " + VAULT, ""));

        assertFound(Weakness.TRUST_ONE_AUTHORITY, node.resolve("trust.yaml"));
    }

    @Test
    void aTrustFileThatCantBeUsedIsFound() throws IOException {
        Path file = node.resolve("trust.yaml");
        PrivateFile.write(file, GOOD.replace("by: ann, ", "")); // a rule for nobody in particular
        assertFound(Weakness.TRUST_UNUSABLE, file);
        assertThat(findings().getFirst().what()).contains("'by' is missing");

        PrivateFile.write(file, GOOD);
        mode(file, "rw-rw----");
        assertFound(Weakness.TRUST_UNUSABLE, file);

        Files.delete(file);
        assertFound(Weakness.TRUST_UNUSABLE, file);
        assertThat(findings().getFirst().what()).contains("there is no " + file);
    }

    @Test
    void aTrustFileThatIsNamedIsLookedAtInPlaceOfOneThatIsMissing() throws IOException {
        Path named = temporary.resolve("named.yaml");
        PrivateFile.write(named, GOOD.replace(", vault: " + VAULT, ""));
        Files.delete(node.resolve("trust.yaml"));

        assertThat(findings(data, named)).singleElement().satisfies(each -> {
            assertThat(each.weakness()).isEqualTo(Weakness.TRUST_ONE_AUTHORITY);
            assertThat(each.where()).containsExactly(named.toString());
        });
    }

    @Test
    void theSameAtTwoPlacesIsOneFinding() throws IOException {
        mode(data.resolve("station/token"), "rw-r--r--");
        mode(data.resolve("broker/ca.key"), "rw-r-----");

        assertThat(findings())
                .singleElement()
                .satisfies(each -> assertThat(each.where()).hasSize(2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nats://broker.example.com:4222",
                "nats://10.0.0.5:4222",
                "tls://10.0.0.5:4222,nats://10.0.0.6:4222",
                "nats://127.0.0.1.example.com:4222"
            })
    void aBrokerWithoutTlsBeyondThisMachineIsFound(String broker) throws IOException {
        enrolledAt(broker);

        assertFound(Weakness.BROKER_WITHOUT_TLS, broker);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nats://127.0.0.1:4222", "nats://[::1]:4222", "nats://localhost:4222"})
    void aBrokerOnThisMachineNeedsNoTls(String broker) throws IOException {
        enrolledAt(broker);

        assertThat(findings()).isEmpty();
    }

    @Test
    void keysOfAYearAgoAreFound() throws Exception {
        writtenBefore(node.resolve("link.key"), Duration.ofDays(364));
        assertThat(findings()).isEmpty();

        writtenBefore(node.resolve("link.key"), Duration.ofDays(366));
        assertFound(Weakness.NODE_KEY_OLD, node.resolve("link.key"));
    }

    @Test
    void anOperatorsKeyInAFileIsFoundAndAnOldOneTwice() throws Exception {
        operator.create("ann", FLEET, new KeySource.Own(), Surroundings.ofProcess());
        assertFound(Weakness.OPERATOR_KEY_PLAIN, data.resolve("operator/key"));

        writtenBefore(data.resolve("operator/key"), Duration.ofDays(366));
        assertThat(findings())
                .extracting(Finding::weakness)
                .containsExactly(Weakness.OPERATOR_KEY_PLAIN, Weakness.OPERATOR_KEY_OLD);
    }

    @Test
    void aKeyElsewhereIsLookedAtThere() throws Exception {
        Path key = temporary.resolve("id_ed25519");
        PrivateFile.write(key, new OpenSshKey(Ed25519.generate(), "ann").text());
        operator.create("ann", FLEET, new KeySource.Elsewhere(key), Surroundings.ofProcess());
        mode(key, "rw-r-----");

        assertThat(findings())
                .extracting(Finding::weakness)
                .containsExactly(Weakness.FILE_LOOSE, Weakness.OPERATOR_KEY_PLAIN);
        assertThat(findings().getFirst().where()).containsExactly(key.toString());
    }

    @Test
    void anOperatorsFolderOfWhichNothingCanBeOrderedIsFound() throws Exception {
        operator.create("ann", FLEET, new KeySource.Own(), Surroundings.ofProcess());
        PrivateFile.write(data.resolve("operator/key"), "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA");
        assertFound(Weakness.OPERATOR_UNUSABLE, data.resolve("operator/key"));

        PrivateFile.write(data.resolve("operator/operator.json"), "{");
        assertFound(Weakness.OPERATOR_UNUSABLE, data.resolve("operator"));
    }

    private void enrolledAt(String broker) throws IOException {
        PrivateFile.write(node.resolve("enrolment.json"), "{\"broker\":\"%s\"}".formatted(broker));
    }

    private static void mode(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private static void writtenBefore(Path file, Duration age) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
    }

    private void assertFound(Weakness weakness, Object where) {
        assertThat(findings()).singleElement().satisfies(each -> {
            assertThat(each.weakness()).isEqualTo(weakness);
            assertThat(each.where()).containsExactly(where.toString());
            assertThat(each.todo()).isNotBlank();
        });
    }

    private List<Finding> findings() {
        return findings(data);
    }

    private List<Finding> findings(Path folder, Path... trust) {
        var examination = new Examination();
        new LocalFiles(folder, operator, List.of(trust), Instant.now()).addTo(examination);
        return examination.findings();
    }
}
