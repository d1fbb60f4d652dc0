// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.steward.cli.EnrolmentAtStation;
import dev.steward.cli.Station;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.node.Approval;
import dev.steward.cli.node.KnownNodes;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.operator.KeySource;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.EnrolmentToken;
import dev.steward.message.FleetId;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.seal.LinkKey;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A shell script stands for {@code steward agent enroll}: it keeps what it is given, and waits to be let in. */
@Timeout(60)
class EnrolmentsTest {
    private static final String BROKER = "nats://127.0.0.1:9222";
    private static final String ASKS = """
            #!/bin/sh
            # agent enroll - --data DIR --name NAME
            [ "$1 $2 $3 $4 $6" = "agent enroll - --data --name" ] || exit 9
            mkdir -p "$5" && cat > "$5/token"
            cp "${0%/*}/$7.pub" "$5/new" && mv "$5/new" "$5/identity.pub"
            while [ ! -e "$5/record" ]; do sleep 0.05; done
            echo '{"brokerAuthority":"SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}' > "$5/enrolment.json"
            """;

    private static final KeyId AUTHORITY = new KeyId("SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");

    @TempDir
    private Path root;

    private final Ed25519 machine = Ed25519.generate();
    private final Ed25519 otherMachine = Ed25519.generate();
    private final VerificationKey key = machine.key();
    private final VerificationKey otherKey = otherMachine.key();
    private final LinkKey linkKey = LinkKeyPair.generate().key();
    private final List<String> said = new ArrayList<>();
    private final Children children = new Children(said::add);
    private Station station;
    private EnrolmentAtStation there;
    private DataFolder folder;
    private OperatorFolder operator;
    private Identity ann;

    @BeforeEach
    void start() throws Exception {
        station = new Station();
        there = new EnrolmentAtStation(station, LinkKeyPair.generate().key());
        there.onRecord(record -> write(node(record.node()).resolve("record"), "{}"));
        folder = DataFolder.open(root, station.url());
        operator = new OperatorFolder(root.resolve("operator"));
        ann = operator.create("ann", FleetId.of(new byte[16]), new KeySource.Own(), surroundings());
        launch(ASKS);
    }

    @AfterEach
    void stop() {
        children.stop();
        folder.close();
        station.close();
    }

    @Test
    void whoHasNoEnrolmentIsApprovedByTheKeyInItsFolder() throws Exception {
        machine("ship1", key);
        machine("ship2", otherKey);
        there.waits("ship1", machine, linkKey);
        there.waits("ship2", otherMachine, linkKey);

        assertThat(enrolments(Duration.ofSeconds(20)).run(List.of("ship1", "ship2"), BROKER, AUTHORITY))
                .containsExactly("ship1", "ship2");

        assertThat(node("ship1").resolve("enrolment.json")).exists();
        assertThat(node("ship2").resolve("enrolment.json")).exists();
        assertThat(there.offered()).hasSize(2);
        EnrolmentToken token =
                EnrolmentToken.parse(Files.readString(node("ship1").resolve("token")));
        assertThat(token.node()).contains(new NodeName("ship1"));
        assertThat(token.broker()).isEqualTo(BROKER);
        assertThat(token.authorityKey()).isEqualTo(ann.signer().key());
        assertThat(said).containsExactly("made keys for ship1, ship2 and approved them as nodes");
    }

    @Test
    void whoIsANodeAlreadyIsLeftAsItIs() throws Exception {
        Files.createDirectories(node("ship1"));
        write(
                node("ship1").resolve("enrolment.json"),
                "{\"brokerAuthority\":\"SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}");

        assertThat(enrolments(Duration.ofSeconds(20)).run(List.of("ship1"), BROKER, AUTHORITY))
                .containsExactly("ship1");

        assertThat(station.requests("GET")).isEmpty();
        assertThat(station.requests("POST")).isEmpty();
        assertThat(said).isEmpty();
    }

    @Test
    void aKeyThatWasNotMadeHereIsNotApproved() throws Exception {
        machine("ship1", key);
        there.waits("ship1", otherMachine, linkKey);

        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> enrolments(Duration.ofSeconds(1)).run(List.of("ship1"), BROKER, AUTHORITY))
                .withMessageContaining("the enrolment of ship1 did not come to the station within 1 s")
                .withMessageContaining(key.id().value())
                .withMessageContaining("it shows %s under that name".formatted(otherKey.id()));

        assertThat(there.offered()).isEmpty();
        assertThatNothingIsLeft("ship1");
    }

    @Test
    void aMachineThatIsRefusedIsLeftOutWithItsReasonAndTheOthersStart() throws Exception {
        launch(ASKS.replace("while [", """
                [ "$7" = ship1 ] || { echo there is a node ship2 with another key; exit 1; }
                while ["""));
        machine("ship1", key);
        machine("ship2", otherKey);
        there.waits("ship1", machine, linkKey);

        assertThat(enrolments(Duration.ofSeconds(20)).run(List.of("ship1", "ship2"), BROKER, AUTHORITY))
                .containsExactly("ship1");

        assertThat(said).hasSize(2).last().isEqualTo("made keys for ship1 and approved them as nodes");
        assertThat(said.getFirst())
                .startsWith("ship2 is not started: its enrolment ended with exit code 1: "
                        + "there is a node ship2 with another key\n")
                .contains("steward node revoke ship2, then start `up` again");
    }

    @Test
    void aMachineThatDoesNotTakeItsTokenSaysWhyAsWell() throws Exception {
        launch("#!/bin/sh\nexec <&-\necho no room\nexit 1\n");

        assertThat(enrolments(Duration.ofSeconds(20)).run(List.of("ship1"), BROKER, AUTHORITY))
                .isEmpty();
        assertThat(said).singleElement().asString().contains("exit code 1: no room");
    }

    @Test
    void whatWasSignedBeforeIsHandedInToAStationThatDoesNotHaveIt() throws Exception {
        machine("ship1", key);
        there.waits("ship1", machine, linkKey);
        Enrolments enrolments = enrolments(Duration.ofSeconds(20));
        enrolments.run(List.of("ship1"), BROKER, AUTHORITY);
        List<String> approval = there.offered();
        said.clear();

        there.forget();
        assertThat(enrolments.run(List.of("ship1"), BROKER, AUTHORITY)).containsExactly("ship1");
        assertThat(there.offered()).isEqualTo(approval);
        assertThat(said).isEmpty();

        there.forget();
        String refusal = "{\"error\":{\"code\":\"forbidden\",\"message\":\"ann is no authority\"}}";
        station.on("POST /api/v1/node-records", 403, refusal);
        assertThat(enrolments.run(List.of("ship1"), BROKER, AUTHORITY)).containsExactly("ship1");
        assertThat(said)
                .singleElement()
                .asString()
                .startsWith("ship1, %s: its approval was not taken".formatted(key.id()))
                .contains("ann is no authority");

        said.clear();
        station.on("GET /api/v1/node-records", 503, refusal);
        assertThat(enrolments.run(List.of("ship1"), BROKER, AUTHORITY)).containsExactly("ship1");
        assertThat(said).singleElement().asString().startsWith("what is kept of nodes was not handed in");
    }

    @Test
    void whoWasApprovedBeforeAndOnlyNoticesNowNeedsNoApproval() throws Exception {
        machine("ship1", key);
        write(Files.createDirectories(node("ship1")).resolve("record"), "{}");

        assertThat(enrolments(Duration.ofSeconds(20)).run(List.of("ship1"), BROKER, AUTHORITY))
                .containsExactly("ship1");
        assertThat(there.offered()).isEmpty();
    }

    @Test
    void oneWhoseKeyChangedIsLeftOutAndTheOthersStart() throws Exception {
        machine("ship1", key);
        machine("ship2", otherKey);
        there.waits("ship1", machine, linkKey);
        there.waits("ship2", otherMachine, linkKey);
        Enrolments enrolments = enrolments(Duration.ofSeconds(20));
        enrolments.run(List.of("ship1"), BROKER, AUTHORITY);
        for (String file : List.of("enrolment.json", "identity.pub")) {
            Files.delete(node("ship1").resolve(file)); // as if its folder had been made anew
        }
        Ed25519 third = Ed25519.generate();
        machine("ship1", third.key());
        there.waits("ship1", third, linkKey);

        assertThat(enrolments.run(List.of("ship1", "ship2"), BROKER, AUTHORITY)).containsExactly("ship2");

        assertThat(said)
                .anySatisfy(line -> assertThat(line)
                        .startsWith("ship1 is not started: ship1 was approved with another key")
                        .contains("steward node revoke ship1"));
        assertThat(there.offered()).hasSize(2);
        assertThatNothingIsLeft("ship1");
    }

    @Test
    void aStopEndsWhoIsStillAsking() throws Exception {
        Process process = children.startPassing(new ProcessBuilder("sleep", "60"));

        children.stop();

        assertThat(process.isAlive()).isFalse();
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> children.startPassing(new ProcessBuilder("sleep", "60")));
    }

    @Test
    void theRecordIsOfTheKeyAndTheNameThatAsked() throws Exception {
        machine("ship1", key);
        there.waits("ship1", machine, linkKey);
        enrolments(Duration.ofSeconds(20)).run(List.of("ship1"), BROKER, AUTHORITY);

        var signed = SignedDocument.decode(there.offered().getFirst().getBytes(StandardCharsets.UTF_8));
        var record = (NodeRecord) signed.read();
        assertThat(record.node()).isEqualTo(new NodeName("ship1"));
        assertThat(record.key()).isEqualTo(key);
        assertThat(record.linkKey()).isEqualTo(linkKey);
        assertThat(record.issuer()).isEqualTo(ann.id());
    }

    private Enrolments enrolments(Duration limit) {
        var client = new StationClient(URI.create(station.url()), Station.TOKEN).enrolment();
        var approval = new Approval(
                client, new KnownNodes(operator, ann), ann, new Ids(new SecureRandom()), InstantSource.system());
        return new Enrolments(
                approval, folder, new Launcher(root.resolve("steward"), Map.of()), children, limit, said::add);
    }

    private void launch(String script) throws IOException {
        Path path = root.resolve("steward");
        Files.writeString(path, script);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
    }

    /** The key that the script makes as the machine's. */
    private void machine(String name, VerificationKey made) {
        write(root.resolve(name + ".pub"), "%s %s\n".formatted(made, name));
    }

    private Path node(NodeName name) {
        return node(name.value());
    }

    private Path node(String name) {
        return root.resolve("nodes").resolve(name);
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void assertThatNothingIsLeft(String name) throws Exception {
        var left =
                ProcessRecord.read(root.resolve("run").resolve(name + ".json")).flatMap(ProcessRecord::alive);
        if (left.isPresent()) {
            left.get().onExit().get(5, TimeUnit.SECONDS);
        }
    }

    private static Surroundings surroundings() {
        return new Surroundings(
                InputStream.nullInputStream(),
                System.out,
                System.err,
                false,
                false,
                false,
                Map.of(),
                InstantSource.system());
    }
}
