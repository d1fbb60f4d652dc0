// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.operator.Identity;
import dev.steward.cli.operator.KnownList;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.OperatorList;
import dev.steward.message.Target;
import dev.steward.message.json.Json;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.VerificationKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which machine an order is signed for, whatever the station shows. */
class TargetKeysTest extends CommandLineFixture {
    private static final String RECORDS = "GET /api/v1/node-records";

    private final Identity bob = new Identity(FLEET, "bob", Ed25519.generate());
    private final Identity eve = new Identity(FLEET, "eve", Ed25519.generate());
    private final VerificationKey first = Station.machine("ship1");
    private final VerificationKey second = Ed25519.generate().key();
    private AtomicReference<Document.Command> ordered = new AtomicReference<>();
    private Path kept;

    @BeforeEach
    void stationTakesOrders() {
        ordered = orderIsAccepted("running", 1);
        kept = data.resolve("operator/nodes/ship1");
    }

    @Test
    void aKeyIsTakenFromTheRecordThatAnAuthorityHasSignedAndKeptFromThenOn() throws Exception {
        assertThat(run()).isZero();
        assertThat(ordered.get().targets()).containsExactly(Station.target("ship1"));
        assertThat(kept).exists();

        shows(); // nothing any more
        assertThat(run()).isZero();
        assertThat(station.requests(RECORDS)).hasSize(1);
    }

    @Test
    void whoWasApprovedHereNeedsNoRecordOfTheStations() throws Exception {
        Files.createDirectories(kept.getParent());
        Files.writeString(kept, signed(Records.approval(operator, "ship1", first, 1), operator));

        assertThat(run()).isZero();
        assertThat(ordered.get().targets()).containsExactly(Station.target("ship1"));
        assertThat(station.requests(RECORDS)).isEmpty();
    }

    @Test
    void theWordOfAnAuthorityIsTakenOnceItsKeyIsAdded() throws Exception {
        approvedBy(bob);
        assertThat(run()).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("ship1 was approved by " + bob.id(), "steward operator trust 'ssh-ed25519 AAAA…'");
        assertThat(station.requests("POST")).isEmpty();

        Path file = Files.writeString(data.resolve("bob.pub"), bob.signer().key() + " bob\n");
        assertThat(steward("operator", "trust", file.toString())).isZero();
        assertThat(steward("operator", "trust", bob.signer().key().toString())).isZero();
        assertThat(err()).contains(bob.id() + " is taken at its word", bob.id() + " was taken at its word");
        assertThat(run()).isZero();
        assertThat(ordered.get().targets()).containsExactly(Station.target("ship1"));
    }

    @Test
    void whoJoinsNamesTheAuthoritiesAtOnce() throws Exception {
        approvedBy(bob);
        environment.put("STEWARD_OPERATOR", data.resolve("second").toString());
        assertThat(steward(
                        "operator",
                        "init",
                        "--name",
                        "cid",
                        "--fleet",
                        FLEET.toString(),
                        "--authority",
                        bob.signer().key() + " bob"))
                .isZero();
        assertThat(out()).doesNotContain("steward operator trust");

        station.on("POST " + COMMANDS, 400, "{\"error\":{\"code\":\"bad-request\",\"message\":\"enough\"}}");
        assertThat(run()).isEqualTo(ExitCode.USAGE);
        assertThat(station.requests("POST")).hasSize(1);
        assertThat(data.resolve("second/nodes/ship1")).exists();
        assertThat(steward("operator", "trust", "nonsense")).isEqualTo(ExitCode.USAGE);
        assertThat(steward("operator", "trust", "ssh-rsa AAAA")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("nonsense can't be read", "'ssh-rsa AAAA' is not a public Ed25519 key");
    }

    @Test
    void theWordOfAnAuthorityThatWasRevokedIsTakenNoMore() throws Exception {
        OperatorFolder folder = new OperatorFolder(data.resolve("operator"));
        folder.trust(bob.signer().key());
        var list = new OperatorList(
                CommandId.create(NOW, new Random(1)),
                FLEET,
                operator.id(),
                NOW,
                1,
                List.of(new OperatorList.Operator("bob", bob.signer().key(), Optional.empty(), Optional.of(NOW))));
        folder.keep(KnownList.of(operator.sign(list)));
        approvedBy(bob);

        assertThat(run()).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("ship1 was approved by " + bob.id());
    }

    @Test
    void aKeyThatChangesUnderANameIsAnErrorThatShowsBoth() throws Exception {
        assertThat(run()).isZero();
        letsIn(second);
        shows(Records.approval(operator, "ship1", first, 1), Records.approval(operator, "ship1", second, 1));

        assertThat(run()).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err())
                .contains("ship1 has another key at the station than the one that is known here; nothing was signed")
                .contains("known here: " + first.id())
                .contains("there:      " + second.id())
                .contains("steward node revoke ship1 --fingerprint " + first.id());
        assertThat(station.requests("POST")).hasSize(1);
    }

    @Test
    void theStationsWordAloneChangesNoKey() throws Exception {
        assertThat(run()).isZero();
        letsIn(second);
        for (List<String> records : List.of(
                List.<String>of(),
                List.of(signed(Records.approval(eve, "ship1", second, 1), eve)),
                List.of(
                        signed(Records.revocation(eve, "ship1", first, 2), eve),
                        signed(Records.approval(operator, "ship1", second, 1), operator)),
                List.of(
                        signed(Records.revocation(operator, "ship1", first, 2), eve),
                        signed(Records.approval(operator, "ship1", second, 1), operator)))) {
            station.on(RECORDS, 200, Json.text(Map.of("records", records)));
            err.reset();
            assertThat(run()).isEqualTo(ExitCode.CREDENTIAL);
            assertThat(err()).contains("ship1 has another key at the station", "known here: " + first.id());
        }
        assertThat(err()).contains("not taken: it names " + operator.id() + " as its signer");
        assertThat(station.requests("POST")).hasSize(1);
    }

    @Test
    void aMachineThatAuthoritiesHaveReplacedIsFollowedWithoutAQuestion() throws Exception {
        assertThat(run()).isZero();
        new OperatorFolder(data.resolve("operator")).trust(bob.signer().key());
        letsIn(second);
        station.on(
                RECORDS,
                200,
                Json.text(Map.of(
                        "records",
                        List.of(
                                signed(Records.approval(bob, "ship1", second, 1), bob),
                                signed(Records.revocation(bob, "ship1", first, 2), bob)))));

        assertThat(run()).isZero();
        assertThat(ordered.get().targets())
                .containsExactly(new Target(Station.target("ship1").node(), second.id()));

        letsIn(first); // an older ledger, which does not know of the revocation
        shows(Records.approval(operator, "ship1", first, 1));
        assertThat(run()).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("known here: " + second.id());
    }

    @Test
    void aKeyThatIsRevokedHereIsNotSignedForWhateverTheStationLetsIn() throws Exception {
        Files.createDirectories(kept.getParent());
        Files.writeString(kept, signed(Records.revocation(operator, "ship1", first, 2), operator));
        shows(Records.approval(operator, "ship1", first, 1));

        assertThat(run()).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("the key of ship1, " + first.id() + ", was revoked", "steward node sync");
    }

    @Test
    void twoMachinesOfOneNameAreNotChosenFrom() throws Exception {
        shows(Records.approval(operator, "ship1", first, 1), Records.approval(operator, "ship1", second, 1));

        assertThat(run()).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err())
                .contains(
                        "ship1 is the name of 2 machines",
                        first.id().value(),
                        second.id().value());
        assertThat(kept).doesNotExist();
    }

    @Test
    void aHundredNamesAreAskedForAtOnce() {
        String[] names = IntStream.range(0, 250).mapToObj(i -> "n" + i).toArray(String[]::new);
        station.on("GET /api/v1/nodes", 200, Station.nodes(names));

        assertThat(steward("run", "--on", "all", "--detach", "--", "date")).isZero();
        assertThat(station.requests(RECORDS)).hasSize(3);
    }

    @Test
    void whatOthersHaveSignedIsNotHandedInAgain() throws Exception {
        new OperatorFolder(data.resolve("operator")).trust(bob.signer().key());
        approvedBy(bob);
        assertThat(run()).isZero();

        assertThat(steward("node", "sync")).isZero();
        assertThat(err()).contains("took 0, had 0, and did not get 0");
    }

    private int run() {
        return steward("run", "--on", "ship1", "--detach", "--", "date");
    }

    private void letsIn(VerificationKey key) {
        station.on(
                "GET /api/v1/nodes",
                200,
                Station.nodes("ship1").replace(first.id().value(), key.id().value()));
    }

    /** Signed by this operator. */
    private void shows(Document... records) {
        List<String> signed =
                List.of(records).stream().map(each -> signed(each, operator)).toList();
        station.on(RECORDS, 200, Json.text(Map.of("records", signed)));
    }
}
