// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.operator.Identity;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.message.CommandId;
import dev.steward.message.FleetId;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.seal.LinkKey;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NodeTest extends CommandLineFixture {
    private final Ed25519 machine = Ed25519.generate();
    private final Ed25519 otherMachine = Ed25519.generate();
    private final VerificationKey key = machine.key();
    private final VerificationKey otherKey = otherMachine.key();
    private final LinkKey linkKey = LinkKeyPair.generate().key();
    private final Identity bob = new Identity(FLEET, "bob", Ed25519.generate());

    private EnrolmentAtStation there;

    @BeforeEach
    void stationAnswers() {
        there = new EnrolmentAtStation(station, LinkKeyPair.generate().key());
    }

    @Test
    void whatWaitsIsListedWithTheFingerprintsOfTheKeysThemselves() {
        assertThat(steward("node", "pending")).isZero();
        assertThat(err()).contains("nothing waits for approval");
        there.waits("ship4", machine, linkKey, otherKey.id());

        assertThat(steward("node", "pending")).isZero();
        assertThat(out()).isEqualTo("""
                NAME   FINGERPRINT                                         REQUESTED
                ship4  %s  3m ago
                """.formatted(key.id()));
        out.reset();
        assertThat(steward("node", "pending", "--json")).isZero();
        assertThat(out()).startsWith("[{\"node\":\"ship4\",\"fingerprint\":\"%s\",\"key\":\"ssh-".formatted(key.id()));
    }

    @Test
    void whoSaysYesToTheFingerprintSignsTheFirstRecord() throws Exception {
        there.waits("ship4", machine, linkKey);
        answer("y");

        assertThat(steward("node", "approve", "ship4")).isZero();

        assertThat(err())
                .contains("fingerprint: " + key.id())
                .contains("Is this the fingerprint that the machine shows? [y/N]")
                .contains("ship4, %s is approved".formatted(key.id()));
        var record = (NodeRecord) read(there.offered.getFirst());
        assertThat(record.number()).isEqualTo(1);
        assertThat(record.node()).isEqualTo(new NodeName("ship4"));
        assertThat(record.key()).isEqualTo(key);
        assertThat(record.linkKey()).isEqualTo(linkKey);
        assertThat(record.issuedAt()).isEqualTo(NOW);
        assertThat(record.isRevoked()).isFalse();
    }

    @Test
    void whatWasSignedIsKeptForTheOwnerAlone() throws Exception {
        approved();

        var kept = data.resolve("operator/nodes/ship4");
        assertThat(Files.readString(kept)).isEqualTo(there.offered.getFirst());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept.getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void whatIsNoYesSignsNothing() {
        there.waits("ship4", machine, linkKey);
        for (String answer : List.of("n", "", "yup")) {
            answer(answer);
            assertThat(steward("node", "approve", "ship4")).isEqualTo(ExitCode.SOME_FAILED);
            assertThat(err()).contains("not approved");
        }
        assertThat(data.resolve("operator/nodes/ship4")).doesNotExist();
        assertThat(there.offered).isEmpty();
    }

    @Test
    void withoutATerminalTheFingerprintMustBeGiven() {
        there.waits("ship4", machine, linkKey);

        assertThat(steward("node", "approve", "ship4")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("--fingerprint SHA256:…");
        assertThat(steward("node", "approve", "ship4", "--fingerprint", "SHA256:x"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(steward(
                        "node",
                        "approve",
                        "ship4",
                        "--fingerprint",
                        otherKey.id().value()))
                .isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("asks with another key than " + otherKey.id(), "--fingerprint " + key.id());
        assertThat(there.offered).isEmpty();
        assertThat(steward("node", "approve", "ship4", "--fingerprint", key.id().value()))
                .isZero();
        assertThat(there.offered).hasSize(1);
    }

    @Test
    void aStationThatLiesAboutAFingerprintGetsNoSignature() {
        there.waits("ship4", machine, linkKey, otherKey.id());

        assertThat(steward("node", "approve", "ship4", "--yes")).isEqualTo(ExitCode.CREDENTIAL);

        assertThat(err()).contains(otherKey.id() + ") is not what the machine", "nothing was signed");
        assertThat(there.offered).isEmpty();
    }

    @Test
    void aStationThatPutsAnotherKeyOfTheLinkInTheMachinesPlaceGetsNoSignature() {
        there.waits("ship4", machine, linkKey, key.id(), LinkKeyPair.generate().key());

        assertThat(steward("node", "approve", "ship4", "--yes")).isEqualTo(ExitCode.CREDENTIAL);

        assertThat(err()).contains("is not what the machine", "nothing was signed");
        assertThat(there.offered).isEmpty();
    }

    @Test
    void aNameThatMeansSomethingElseIsNotApproved() {
        for (String name : List.of("all", "central")) {
            there.waits(name, machine, linkKey);
            assertThat(steward("node", "approve", name, "--yes")).isEqualTo(ExitCode.USAGE);
        }
        assertThat(err()).contains("'all' means all nodes", "'central' is the station's own name");
        assertThat(there.offered).isEmpty();
    }

    @Test
    void whereNobodyOfThatNameWaitsTheOthersAreNamed() {
        assertThat(steward("node", "approve", "ship4", "--yes")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("nor does any other", "steward agent enroll - --data DIR");
        there.waits("ship5", machine, linkKey);
        assertThat(steward("node", "approve", "ship4", "--yes")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("those that wait: ship5");
    }

    @Test
    void ofSeveralOfOneNameTheFingerprintChooses() throws Exception {
        there.waits("ship4", machine, linkKey);
        there.waits("ship4", otherMachine, linkKey);

        assertThat(steward("node", "approve", "ship4", "--yes")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("2 machines ask", "--fingerprint " + key.id(), "--fingerprint " + otherKey.id());
        assertThat(steward(
                        "node",
                        "approve",
                        "ship4",
                        "--fingerprint",
                        otherKey.id().value()))
                .isZero();
        assertThat(((NodeRecord) read(there.offered.getFirst())).key()).isEqualTo(otherKey);
    }

    @Test
    void approvedAgainTheSameRecordIsSentAgain() throws Exception {
        approved();
        assertThat(steward("node", "approve", "ship4", "--yes")).isZero();
        there.nobodyWaits();
        assertThat(steward("node", "approve", "ship4")).isZero();
        assertThat(err()).contains("was approved already");

        assertThat(there.offered).hasSize(3);
        assertThat(there.offered.stream().distinct()).hasSize(1);
    }

    @Test
    void whatWasSignedBeforeTheStationWentAwayIsNotLost() {
        there.waits("ship4", machine, linkKey);
        station.on("POST /api/v1/node-records", 503, "{\"error\":{\"code\":\"busy\",\"message\":\"not now\"}}");
        assertThat(steward("node", "approve", "ship4", "--yes")).isEqualTo(ExitCode.UNREACHABLE);
        there = new EnrolmentAtStation(station, linkKey);

        assertThat(steward("node", "approve", "ship4")).isZero();
        assertThat(there.records).containsOnlyKeys(key);
    }

    @Test
    void aChangedFingerprintIsAnErrorUntilTheOldOneIsRevoked() throws Exception {
        approved();
        there.nobodyWaits();
        there.waits("ship4", otherMachine, linkKey);

        assertThat(steward("node", "approve", "ship4", "--yes")).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err())
                .contains("approved:  " + key.id(), "this one:  " + otherKey.id(), "steward node revoke ship4");
        assertThat(there.offered).hasSize(1);

        assertThat(steward("node", "revoke", "ship4", "--yes")).isZero();
        assertThat(steward("node", "approve", "ship4", "--yes")).isZero();
        assertThat(((NodeRecord) read(there.offered.getLast())).key()).isEqualTo(otherKey);
    }

    @Test
    void aKeyForTheBrokerIsAddedToARecordFromBeforeMachinesHadOne() throws Exception {
        Path kept = data.resolve("operator/nodes/ship4");
        approved();
        Files.write(
                kept,
                operator.sign(withoutLogin((NodeRecord) read(there.offered.getFirst())))
                        .encode());

        assertThat(steward("node", "approve", "ship4", "--yes")).isZero();
        var added = (NodeRecord) read(there.offered.getLast());
        assertThat(added.number()).isEqualTo(2);
        assertThat(added.key()).isEqualTo(key);
        assertThat(added.login()).contains(key);
        assertThat(Files.readString(kept)).isEqualTo(there.offered.getLast());
    }

    private static NodeRecord withoutLogin(NodeRecord record) {
        return new NodeRecord(
                record.id(),
                record.fleet(),
                record.issuer(),
                record.issuedAt(),
                record.number(),
                record.node(),
                record.key(),
                record.linkKey(),
                Optional.empty(),
                Optional.empty());
    }

    @Test
    void aNodeThatHasLostItsKeyForTheBrokerGetsAnotherOneApprovedBySayingSo() throws Exception {
        approved();
        there.nobodyWaits();
        there.waitsWithLogin("ship4", machine, linkKey, otherMachine);

        assertThat(steward("node", "approve", "ship4", "--yes")).isZero();
        assertThat(err()).contains("ship4 is a node already, and asks for other keys for its link or the broker");
        var next = (NodeRecord) read(there.offered.getLast());
        assertThat(next.number()).isEqualTo(2);
        assertThat(next.login()).contains(otherKey);
    }

    @Test
    void anotherKeyForTheLinkOfAnApprovedIdentityIsAskedAboutAndTakesTheNextNumber() throws Exception {
        approved();
        there.nobodyWaits();
        LinkKey other = LinkKeyPair.generate().key();
        there.waits("ship4", machine, other);
        answer("n");
        assertThat(steward("node", "approve", "ship4")).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(err()).contains("is a node already, and asks for other keys");
        assertThat(there.offered).hasSize(1);

        assertThat(steward("node", "approve", "ship4", "--yes")).isZero();
        var next = (NodeRecord) read(there.offered.getLast());
        assertThat(next.number()).isEqualTo(2);
        assertThat(next.linkKey()).isEqualTo(other);
    }

    @Test
    void aRevocationFollowsTheRecordAndSaysWhatItMeans() throws Exception {
        approved();

        assertThat(steward("node", "revoke", "ship4")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("give --yes");
        answer("yes");
        assertThat(steward("node", "revoke", "ship4")).isZero();

        assertThat(err())
                .contains(
                        "no longer let in",
                        "needs an empty folder and a new token",
                        "steward token create --node ship4");
        var revoked = (NodeRecord) read(there.offered.getLast());
        assertThat(revoked.number()).isEqualTo(2);
        assertThat(revoked.key()).isEqualTo(key);
        assertThat(revoked.linkKey()).isEqualTo(linkKey);
        assertThat(revoked.revokedAt()).contains(NOW);
        assertThat(Files.readString(data.resolve("operator/nodes/ship4"))).isEqualTo(there.offered.getLast());
    }

    @Test
    void anIdentityThatIsRevokedIsNeverLetInAgainUnderAnyName() throws Exception {
        approved();
        steward("node", "revoke", "ship4", "--yes");
        there.nobodyWaits();
        there.waits("ship4", machine, linkKey);
        there.waits("ship5", machine, linkKey);
        there.waits("ship6", otherMachine, linkKey);

        for (String name : List.of("ship4", "ship5")) {
            err.reset();
            assertThat(steward("node", "approve", name, "--yes")).isEqualTo(ExitCode.CREDENTIAL);
            assertThat(err()).contains("never used again");
        }
        assertThat(there.offered).hasSize(2);
        assertThat(steward("node", "approve", "ship6", "--yes")).isZero();
    }

    @Test
    void revokedAgainTheStationIsToldAgain() throws Exception {
        approved();
        SignedDocument approval = SignedDocument.decode(bytes(there.offered.getFirst()));
        steward("node", "revoke", "ship4", "--yes");
        there.show(approval); // an older copy of its ledger

        assertThat(steward("node", "revoke", "ship4")).isZero();

        assertThat(err()).contains("was revoked already");
        assertThat(there.offered.getLast()).isEqualTo(there.offered.get(1));
    }

    @Test
    void whatAnotherOperatorApprovedIsRevokedByWhoKnowsHisKey() throws Exception {
        there.show(bob.sign(record(bob, FLEET, "ship4", 3)));

        assertThat(steward("node", "revoke", "ship4", "--yes")).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("signed by %s, no authority that is known here".formatted(bob.id()));
        assertThat(there.offered).isEmpty();

        new OperatorFolder(data.resolve("operator")).trust(bob.signer().key());
        assertThat(steward("node", "revoke", "ship4", "--yes")).isZero();
        var revoked = (NodeRecord) read(there.offered.getLast());
        assertThat(revoked.number()).isEqualTo(4);
        assertThat(revoked.key()).isEqualTo(key);
    }

    @Test
    void aRecordThatIsForgedOrOfElsewhereIsNotBuiltOn() throws Exception {
        NodeRecord inAnnsName = record(operator, FLEET, "ship4", 1);
        for (SignedDocument shown : List.of(
                SignedDocument.sign(inAnnsName, bob.signer()),
                operator.sign(record(operator, FleetId.of(new byte[16]), "ship4", 1)),
                operator.sign(record(operator, FLEET, "ship5", 1)))) {
            there.show(shown);
            assertThat(steward("node", "revoke", "ship4", "--yes")).isEqualTo(ExitCode.CREDENTIAL);
        }
        assertThat(err()).contains("this signature does not hold", "of the fleet 0000", "a record of ship5");
        assertThat(there.offered).isEmpty();
    }

    @Test
    void whatNobodyKnowsCannotBeRevoked() {
        assertThat(steward("node", "revoke", "ship4", "--yes")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("no node ship4 was ever approved");
    }

    @Test
    void ofSeveralKeysOfOneNameTheFingerprintChoosesWhichIsRevoked() throws Exception {
        approved();
        there.show(operator.sign(record(operator, FLEET, "ship4", 5, otherKey)));

        assertThat(steward("node", "revoke", "ship4", "--yes")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("--fingerprint " + key.id(), "--fingerprint " + otherKey.id());
        assertThat(steward(
                        "node",
                        "revoke",
                        "ship4",
                        "--yes",
                        "--fingerprint",
                        otherKey.id().value()))
                .isZero();

        assertThat(((NodeRecord) read(there.offered.getLast())).number()).isEqualTo(6);
        assertThat(Files.readString(data.resolve("operator/nodes/ship4"))).isEqualTo(there.offered.getFirst());
    }

    @Test
    void aKeptRecordThatIsDamagedOrSignedBySomebodyElseIsSaidSo() throws Exception {
        approved();
        Files.writeString(data.resolve("operator/nodes/ship4"), "nonsense");

        assertThat(steward("node", "approve", "ship4", "--yes")).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains(data.resolve("operator/nodes/ship4") + " is damaged");
        Files.write(
                data.resolve("operator/nodes/ship4"),
                SignedDocument.sign(record(operator, FLEET, "ship4", 1), bob.signer())
                        .encode());
        assertThat(steward("node", "approve", "ship4", "--yes")).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("is damaged: %s has not signed it".formatted(operator.id()));
        assertThat(there.offered).hasSize(1);
    }

    private void approved() {
        there.waits("ship4", machine, linkKey);
        assertThat(steward("node", "approve", "ship4", "--yes")).isZero();
    }

    private void answer(String line) {
        atTerminal = true;
        in = new ByteArrayInputStream(bytes(line + "\n"));
    }

    private NodeRecord record(Identity by, FleetId fleet, String name, long number) {
        return record(by, fleet, name, number, key);
    }

    private NodeRecord record(Identity by, FleetId fleet, String name, long number, VerificationKey ofKey) {
        return new NodeRecord(
                CommandId.create(NOW, new Random(number)),
                fleet,
                by.id(),
                NOW,
                number,
                new NodeName(name),
                ofKey,
                linkKey,
                Optional.of(ofKey),
                Optional.empty());
    }
}
