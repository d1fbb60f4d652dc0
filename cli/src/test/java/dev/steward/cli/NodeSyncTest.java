// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.terminal.ExitCode;
import dev.steward.message.NodeRecord;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.SignedDocument;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NodeSyncTest extends CommandLineFixture {
    private final Ed25519 first = Ed25519.generate();
    private final Ed25519 second = Ed25519.generate();
    private final Ed25519 other = Ed25519.generate();

    private EnrolmentAtStation there;
    private Path nodes;

    @BeforeEach
    void nodesWereApprovedAndOneReplaced() {
        there = new EnrolmentAtStation(station, LinkKeyPair.generate().key());
        nodes = data.resolve("operator/nodes");
        approve("ship4", first);
        assertThat(steward("node", "revoke", "ship4", "--yes")).isZero();
        approve("ship4", second);
        approve("ship5", other);
        err.reset();
    }

    @Test
    void aNewLedgerGetsAllThatIsKeptTheRevocationsFirst() throws Exception {
        List<String> signed = there.offered();
        there.forget();

        assertThat(steward("node", "sync")).isZero();

        assertThat(there.offered()).isEqualTo(signed.subList(1, 4));
        assertThat(((NodeRecord) read(there.offered().getFirst())).isRevoked()).isTrue();
        assertThat(err()).isEqualTo("""
                ship4, %s: its revocation was taken
                ship4, %s: its approval was taken
                ship5, %s: its approval was taken
                of the records kept here the station took 3, had 0, and did not get 0
                """.formatted(id(first), id(second), id(other)));
    }

    @Test
    void anOlderCopyOfTheLedgerForgetsTheRevokedKeyAndLetsItsSuccessorIn() throws Exception {
        SignedDocument approval = SignedDocument.decode(bytes(there.offered().getFirst()));
        there.forget();
        there.show(approval);

        assertThat(steward("node", "sync")).isZero();

        assertThat(there.isRevoked(first.key())).isTrue();
        assertThat(there.records).containsOnlyKeys(first.key(), second.key(), other.key());
    }

    @Test
    void aStationThatHasItAllIsLeftAlone() {
        int before = there.offered().size();

        assertThat(steward("node", "sync")).isZero();

        assertThat(there.offered()).hasSize(before);
        assertThat(err()).isEqualTo("of the records kept here the station took 0, had 3, and did not get 0\n");
    }

    @Test
    void aRefusalOfOneDoesNotStopTheOthers() throws Exception {
        Ed25519 third = Ed25519.generate();
        there.forget();
        there.show(SignedDocument.sign(Records.approval(operator, "ship4", third.key(), 1), operator.signer()));

        assertThat(steward("node", "sync")).isEqualTo(ExitCode.SOME_FAILED);

        assertThat(err())
                .contains("ship4, %s: its approval was not taken: there is a node ship4 with another key, %s"
                        .formatted(id(second), id(third)))
                .contains("took 2, had 0, and did not get 1");
        assertThat(there.records).containsKey(other.key());
    }

    @Test
    void whatIsDamagedIsNamedAndTheOthersGoOn() throws Exception {
        Files.writeString(nodes.resolve("ship4"), "nonsense");
        Files.writeString(nodes.resolve("ship6.new"), "half");
        Path revocation;
        try (var files = Files.list(nodes.resolve(".revoked"))) {
            revocation = files.findFirst().orElseThrow();
        }
        Files.copy(nodes.resolve("ship5"), nodes.resolve("ship7"));
        Path misnamed = Files.copy(revocation, nodes.resolve(".revoked/00"));
        there.forget();

        assertThat(steward("node", "sync")).isEqualTo(ExitCode.SOME_FAILED);

        assertThat(err())
                .contains(nodes.resolve("ship4") + " is damaged", misnamed + " is damaged: it does not say")
                .contains(nodes.resolve("ship7") + " is damaged: this is a record of ship5")
                .contains("took 2, had 0, and did not get 3");
        assertThat(there.records).containsOnlyKeys(first.key(), other.key());
    }

    @Test
    void aKeyWhoseRevocationIsDamagedIsNotLetInByItsOldApproval() throws Exception {
        assertThat(steward("node", "revoke", "ship5", "--yes")).isZero();
        Files.writeString(
                nodes.resolve(".revoked/" + HexFormat.of().formatHex(other.key().bytes())), "?");
        Files.writeString(nodes.resolve("ship5"), there.offered().get(3));
        there.forget();

        assertThat(steward("node", "sync")).isEqualTo(ExitCode.SOME_FAILED);

        assertThat(there.records).doesNotContainKey(other.key());
        assertThat(err()).containsOnlyOnce("is damaged").contains("did not get 1");
    }

    @Test
    void whatAnotherOperatorHasRevokedSinceIsNoRefusal() throws Exception {
        there.show(SignedDocument.sign(Records.revocation(operator, "ship5", other.key(), 2), operator.signer()));

        assertThat(steward("node", "sync")).isZero();
        assertThat(err()).contains("took 0, had 3");
    }

    @Test
    void withoutTheStationItSaysSo() {
        there.forget();
        station.on("POST /api/v1/node-records", 503, "{\"error\":{\"code\":\"busy\",\"message\":\"not now\"}}");

        assertThat(steward("node", "sync")).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(err()).contains("not now");
    }

    private void approve(String name, Ed25519 machine) {
        there.nobodyWaits();
        there.waits(name, machine, LinkKeyPair.generate().key());
        assertThat(steward("node", "approve", name, "--yes")).isZero();
    }

    private static String id(Ed25519 machine) {
        return machine.key().id().value();
    }
}
