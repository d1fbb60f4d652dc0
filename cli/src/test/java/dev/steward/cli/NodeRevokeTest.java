// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.operator.Identity;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.message.NodeRecord;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where folder and station do not say the same of a name. */
class NodeRevokeTest extends CommandLineFixture {
    private final Ed25519 first = Ed25519.generate();
    private final Ed25519 second = Ed25519.generate();
    private final Identity stranger = new Identity(FLEET, "mallory", Ed25519.generate());

    private EnrolmentAtStation there;

    @BeforeEach
    void stationAnswers() {
        there = new EnrolmentAtStation(station, LinkKeyPair.generate().key());
    }

    @Test
    void anOlderLedgerHearsOfTheRevocationAgainAndTheSuccessorStays() throws Exception {
        replaced();
        String approval = there.offered().get(0);
        String revocation = there.offered().get(1);
        there.forget();
        there.show(SignedDocument.decode(bytes(approval)));

        assertThat(steward("node", "revoke", "ship4", "--yes")).isZero();

        assertThat(there.offered()).containsExactly(revocation);
        assertThat(err())
                .contains("ship4, %s was revoked already".formatted(first.key().id()), "told again")
                .contains("the present key of ship4, %s, stays"
                        .formatted(second.key().id()))
                .contains("steward node revoke ship4 --fingerprint %s"
                        .formatted(second.key().id()));
        assertThat(kept("ship4").key()).isEqualTo(second.key());
        assertThat(kept("ship4").isRevoked()).isFalse();
    }

    @Test
    void theSuccessorIsRevokedTooWhereItsFingerprintIsGiven() throws Exception {
        replaced();
        String approval = there.offered().getFirst();
        there.forget();
        there.show(SignedDocument.decode(bytes(approval)));

        assertThat(revoke(second.key())).isZero();

        assertThat(there.offered()).hasSize(2);
        var last = (NodeRecord) read(there.offered().getLast());
        assertThat(last.key()).isEqualTo(second.key());
        assertThat(last.isRevoked()).isTrue();
    }

    @Test
    void aRevokedKeyThatCameBackUnderWhateverNumberIsRevokedAgainAsItWas() throws Exception {
        replaced();
        there.forget();
        show(operator, first.key(), NodeRecord.LAST_NUMBER);

        assertThat(steward("node", "revoke", "ship4", "--yes")).isZero();

        var last = (NodeRecord) read(there.offered().getLast());
        assertThat(last.key()).isEqualTo(first.key());
        assertThat(last.isRevoked()).isTrue();
        assertThat(kept("ship4").key()).isEqualTo(second.key());
    }

    @Test
    void whereTheStationLetsInAnotherKeyThanWasApprovedTheFingerprintIsAskedFor() throws Exception {
        approve(first);
        there.forget();
        show(stranger, second.key(), 1);

        assertThat(steward("node", "revoke", "ship4", "--yes")).isEqualTo(ExitCode.USAGE);

        assertThat(err())
                .contains("ship4 is the name of 2 keys")
                .contains(
                        "--fingerprint " + first.key().id(),
                        "--fingerprint " + second.key().id());
        assertThat(there.offered()).isEmpty();
        assertThat(revoke(first.key())).isZero();
        assertThat(((NodeRecord) read(there.offered().getLast())).key()).isEqualTo(first.key());
    }

    @Test
    void whatAStrangerApprovedIsCutOffByItsFingerprint() throws Exception {
        show(stranger, first.key(), 3);

        assertThat(steward("node", "revoke", "ship4", "--yes")).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err())
                .contains("signed by %s, no authority that is known here".formatted(stranger.id()))
                .contains("name it: --fingerprint " + first.key().id());
        assertThat(there.offered()).isEmpty();

        assertThat(revoke(first.key())).isZero();
        var revoked = (NodeRecord) read(there.offered().getLast());
        assertThat(revoked.key()).isEqualTo(first.key());
        assertThat(revoked.number()).isEqualTo(4);
        assertThat(revoked.isRevoked()).isTrue();
    }

    @Test
    void aFingerprintThatNobodyShowsSignsNothing() throws Exception {
        show(operator, first.key(), 1);

        assertThat(revoke(second.key())).isEqualTo(ExitCode.USAGE);
        assertThat(err())
                .contains("no node ship4 with the key %s was ever approved"
                        .formatted(second.key().id()));
        assertThat(there.offered()).isEmpty();
    }

    @Test
    void aStrangersWordThatAKeyIsRevokedIsNotBelieved() throws Exception {
        approve(first);
        there.show(stranger.sign(Records.revocation(stranger, "ship4", first.key(), 1)));

        assertThat(steward("node", "revoke", "ship4", "--yes")).isEqualTo(ExitCode.USAGE);

        assertThat(err()).contains("was revoked, and is never used again"); // says the station; here it is kept
        assertThat(kept("ship4").isRevoked()).isTrue();
    }

    private void replaced() throws Exception {
        approve(first);
        assertThat(steward("node", "revoke", "ship4", "--yes")).isZero();
        approve(second);
        err.reset();
    }

    private void approve(Ed25519 machine) {
        there.nobodyWaits();
        there.waits("ship4", machine, LinkKeyPair.generate().key());
        assertThat(steward("node", "approve", "ship4", "--yes")).isZero();
    }

    private int revoke(VerificationKey key) {
        return steward(
                "node", "revoke", "ship4", "--yes", "--fingerprint", key.id().value());
    }

    private void show(Identity by, VerificationKey key, long number) throws Exception {
        there.show(by.sign(Records.approval(by, "ship4", key, number)));
    }

    private NodeRecord kept(String name) throws Exception {
        return (NodeRecord) read(Files.readString(data.resolve("operator/nodes/" + name)));
    }
}
