// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.terminal.ExitCode;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.json.Json;
import dev.steward.message.seal.LinkKey;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.SignedDocument;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NodeRotateTest extends CommandLineFixture {
    private final Ed25519 machine = Ed25519.generate();
    private final LinkKey former = LinkKeyPair.generate().key();
    private final LinkKey next = LinkKeyPair.generate().key();
    private final Ed25519 nextLogin = Ed25519.generate();

    private EnrolmentAtStation there;
    private AtomicReference<Document.Command> ordered = new AtomicReference<>();

    @BeforeEach
    void aNodeIsLetIn() {
        there = new EnrolmentAtStation(station, LinkKeyPair.generate().key());
        there.waits("ship4", machine, former);
        assertThat(steward("node", "approve", "ship4", "--yes")).isZero();
        there.nobodyWaits();
        ordered = orderIsAccepted("running", 1);
        nodesAre(false);
    }

    @Test
    void whatTheMachineHasSignedForTheCommandIsApprovedWithTheNextNumber() throws Exception {
        makesKeys(machine, "ship4", Optional.empty());

        assertThat(steward("node", "rotate", "ship4")).as(err()).isZero();

        assertThat(ordered.get().method()).isEqualTo("keys");
        assertThat(ordered.get().targets())
                .extracting(each -> each.key())
                .containsExactly(machine.key().id());
        var record = (NodeRecord) read(there.offered().getLast());
        assertThat(record.number()).isEqualTo(2);
        assertThat(record.key()).isEqualTo(machine.key());
        assertThat(record.linkKey()).isEqualTo(next);
        assertThat(record.login()).contains(nextLogin.key());
        assertThat(err()).contains("approved, as record 2", "speaks with them");
        assertThat(java.nio.file.Files.readString(data.resolve("operator/nodes/ship4")))
                .isEqualTo(there.offered().getLast());
    }

    @Test
    void aNodeThatHasNotSpokenWithThemInTimeIsSaidSo() throws Exception {
        makesKeys(machine, "ship4", Optional.empty());
        nodesAre(true);

        assertThat(steward("node", "rotate", "ship4", "--wait", "300ms")).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(err()).contains("the former ones are good until it does");
        assertThat(there.offered()).hasSize(2);
    }

    @Test
    void keysThatAnotherHasSignedAreNotApproved() throws Exception {
        makesKeys(Ed25519.generate(), "ship4", Optional.empty());
        assertRefused("not what that machine has signed");
        makesKeys(machine, "ship5", Optional.empty());
        assertRefused("not what that machine has signed");
    }

    @Test
    void keysOfAnEarlierCommandAreNotApprovedSoThatAStationCantChooseAmongThem() throws Exception {
        makesKeys(machine, "ship4", Optional.of(CommandId.create(NOW, new Random(3))));
        assertRefused("not what that machine has signed");
    }

    @Test
    void aNodeThatRefusesOrSaysNothingChangesNothing() {
        executionsAre(Station.execution("ship4", "rejected", "\"reason\":\"policy: no rule allows it\""));
        assertThat(steward("node", "rotate", "ship4")).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(err()).contains("has made no keys: rejected, policy: no rule allows it");

        executionsAre(Station.execution("ship4", "queued", "\"reachable\":false,\"outputComplete\":false"));
        assertThat(steward("node", "rotate", "ship4", "--wait", "300ms")).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(err()).contains("has made no keys yet: queued");
        assertThat(there.offered()).hasSize(1);
    }

    @Test
    void oneOfTheTwoKeysAloneIsNotApprovedAsTheFormerLoginWouldEndAtOnce() throws Exception {
        makesKeys(machine, "ship4", Optional.empty(), former);
        assertRefused("changes one of the two keys alone");
    }

    @Test
    void aStationThatWouldEndTheFormerKeysAtOnceIsOrderedNothing() {
        station.on("GET /api/v1/nodes", 200, Station.nodes("ship4"));
        assertThat(steward("node", "rotate", "ship4")).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(err()).contains("this station is of an earlier build");
        assertThat(station.requests("POST " + COMMANDS)).isEmpty();
    }

    private void assertRefused(String why) {
        assertThat(steward("node", "rotate", "ship4")).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains(why, "nothing was approved");
        assertThat(there.offered()).hasSize(1);
    }

    /** From now on a machine answers the order so. */
    private void makesKeys(Ed25519 signer, String node, Optional<CommandId> forCommand) {
        makesKeys(signer, node, forCommand, next);
    }

    private void makesKeys(Ed25519 signer, String node, Optional<CommandId> forCommand, LinkKey link) {
        station.on("GET " + COMMANDS + "/0", exchange -> {
            CommandId command = forCommand.orElse(ordered.get().id());
            var request = new EnrolmentRequest(
                    command, FLEET, NOW, command, new NodeName(node), machine.key(), link, nextLogin.key());
            try {
                SignedDocument shown = SignedDocument.sign(request, signer, nextLogin);
                String text = new String(shown.encode(), StandardCharsets.UTF_8);
                String output = Json.text(List.of(text)).replaceAll("^\\[|\\]$", "");
                Station.send(
                        exchange,
                        200,
                        Station.executions(Station.execution("ship4", "succeeded", "\"stdout\":" + output)));
            } catch (dev.steward.message.signing.SigningException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private void nodesAre(boolean rotating) {
        station.on("GET /api/v1/nodes", 200, """
                {"nodes":[{"name":"ship4","fingerprint":"%s","rotating":%s,"reachable":true,"lastHeardAt":null,"frozenSince":null,\
                "labels":{},"facts":null}]}""".formatted(machine.key().id(), rotating));
    }
}
