// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.bus.BusSettings;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.EnrolmentAnswer;
import dev.steward.message.EnrolmentAnswer.State;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.VerificationKey;
import dev.steward.station.Station;
import dev.steward.station.StationSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How machines become nodes of a station, and who does not. */
class ApiEnrolmentTest {
    private final Ed25519 secret = Ed25519.generate();
    private final CommandId token = Documents.id();
    private final TestNode ship4 = TestNode.named("ship4");

    private RunningStation station;
    private ApiClient client;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        station = new RunningStation(folder);
        client = station.client;
    }

    @AfterEach
    void stop() throws Exception {
        station.close();
    }

    @Test
    void aMachineWaitsAcrossARestartOfTheStationAndIsToldWhenItIsApproved() throws Exception {
        makeToken(Optional.empty());
        try (TestMachine machine = machine(ship4)) {
            assertThat(answer(machine, secret).state()).isEqualTo(State.PENDING);
            station.restart();
            assertThat(waiting()).hasSize(1);
            assertThat(answer(machine, secret).state()).isEqualTo(State.PENDING);
            assertThat(waiting()).hasSize(1);

            approve(ship4);
            assertThat(machine.awaitAnswer().state()).isEqualTo(State.APPROVED);
            assertThat(answer(machine, secret).state()).isEqualTo(State.APPROVED); // where that was lost
        }
        assertThat(fingerprint("ship4")).contains(ship4.identity().key().id().value());
    }

    @Test
    void aTokenIsGoodForOneMachine() throws Exception {
        makeToken(Optional.empty());
        TestNode other = TestNode.named("ship5");
        try (TestMachine first = machine(ship4);
                TestMachine second = new TestMachine(other, token, station.linkKey(), station.broker.url())) {
            assertThat(answer(first, secret).state()).isEqualTo(State.PENDING);
            second.ask(secret);
            EnrolmentAnswer refused = second.awaitAnswer();
            assertThat(refused.state()).isEqualTo(State.REFUSED);
            assertThat(refused.reason()).contains("another machine has used the token");
            assertThat(waiting()).hasSize(1);
        }
    }

    @Test
    void whoHasNotTheTokensSecretIsNotEvenAnswered() throws Exception {
        makeToken(Optional.empty());
        try (TestMachine machine = machine(ship4)) {
            machine.ask(Ed25519.generate());
            assertThat(answer(machine, secret).state()).isEqualTo(State.PENDING); // the one answer
            assertThat(machine.isAnswered()).isFalse();
        }
    }

    @Test
    void whoWaitsWithATokenThatIsRevokedIsToldAtHisNextRequest() throws Exception {
        makeToken(Optional.empty());
        try (TestMachine machine = machine(ship4)) {
            assertThat(answer(machine, secret).state()).isEqualTo(State.PENDING);
            client.delete("/api/v1/tokens/" + token);
            assertThat(waiting()).isEmpty();
            EnrolmentAnswer refused = answer(machine, secret);
            assertThat(refused.state()).isEqualTo(State.REFUSED);
            assertThat(refused.reason()).contains("does not know this token: it was revoked");
        }
    }

    @Test
    void aNodeFromBeforeNodesHadAKeyForTheBrokerIsApprovedOnceMore() throws Exception {
        makeToken(Optional.empty());
        client.nodeRecord(TestOperator.sign(ship4.earlierRecord()));
        try (TestMachine machine = machine(ship4)) {
            assertThat(answer(machine, secret).state()).isEqualTo(State.PENDING);
            client.nodeRecord(TestOperator.sign(ship4.record(2, Optional.empty())));
            assertThat(machine.awaitAnswer().state()).isEqualTo(State.APPROVED);
            assertThat(answer(machine, secret).state()).isEqualTo(State.APPROVED);
        }
        assertThat(waiting()).isEmpty();
    }

    @Test
    void whoNamesAnotherMachinesKeyForTheBrokerIsRefused() throws Exception {
        makeToken(Optional.empty());
        TestNode ship3 = TestNode.named("ship3");
        client.nodeRecord(TestOperator.sign(ship3.record(1, Optional.empty())));
        var thief = new TestNode(ship4.name(), ship4.identity(), ship4.link(), ship3.login());
        try (TestMachine machine = machine(thief)) {
            assertThat(answer(machine, secret).reason()).contains("another one's");
            client.nodeRecord(TestOperator.sign(ship3.record(2, Optional.of(Instant.now()))));
            assertThat(answer(machine, secret).reason()).contains("was shut out"); // nor when that one is revoked
        }
        assertThat(waiting()).isEmpty();
    }

    @Test
    void aTokenWithANodesKeyForTheBrokerIsRefusedSoThatNobodyShutsThatOutByIt() throws Exception {
        approve(ship4);
        assertThat(client.token(token, secret.key(), ship4.login().key(), Duration.ofHours(1))
                        .error())
                .isEqualTo("409 conflict");
        assertThat(tokens()).isEmpty();
        VerificationKey login = Ed25519.generate().key();
        assertThat(client.token(token, secret.key(), login, Duration.ofHours(1)).status())
                .isEqualTo(201);
        assertThat(client.token(Documents.id(), Ed25519.generate().key(), login, Duration.ofHours(1))
                        .error())
                .isEqualTo("409 conflict"); // another token's
    }

    @Test
    void aRevocationThatCallsTheKeyByAnotherNameIsRefused() throws Exception {
        approve(ship4);
        var other = new TestNode(new NodeName("ship5"), ship4.identity(), ship4.link(), ship4.login());
        assertThat(client.nodeRecord(TestOperator.sign(other.record(2, Optional.of(Instant.now()))))
                        .error())
                .isEqualTo("409 conflict");
        assertThat(fingerprint("ship4")).isPresent();
    }

    @Test
    void whoShowsAKeyForTheBrokerThatIsNotHisOwnIsNotEvenAnswered() throws Exception {
        makeToken(Optional.empty());
        try (TestMachine machine = machine(ship4)) {
            machine.askWithoutItsLogin(secret);
            assertThat(answer(machine, secret).state()).isEqualTo(State.PENDING); // the one answer
            assertThat(machine.isAnswered()).isFalse();
        }
    }

    @Test
    void aNodeThatAsksUnderAnotherNameIsToldItsOwn() throws Exception {
        makeToken(Optional.empty());
        approve(ship4);
        var renamed = new TestNode(new NodeName("ship5"), ship4.identity(), ship4.link(), ship4.login());
        try (TestMachine machine = machine(renamed)) {
            assertThat(answer(machine, secret).reason()).contains("this machine is the node ship4 already");
        }
    }

    @Test
    void aNameThatIsTakenOrAnothersIsRefused() throws Exception {
        makeToken(Optional.of("ship4"));
        try (TestMachine machine =
                new TestMachine(TestNode.named("ship5"), token, station.linkKey(), station.broker.url())) {
            assertThat(answer(machine, secret).reason()).contains("the token is for the node ship4, not ship5");
        }
        approve(TestNode.named("ship4"));
        try (TestMachine machine = machine(ship4)) {
            assertThat(answer(machine, secret).reason()).contains("there is a node ship4 with another key");
        }
    }

    @Test
    void theNamesOfTheStationAndOfAllNodesAreNobodys() throws Exception {
        for (String name : List.of("central", "all", "enroll-" + token)) {
            assertThat(client.nodeRecord(TestOperator.sign(TestNode.named(name).record(1, Optional.empty())))
                            .error())
                    .isEqualTo("409 conflict");
        }
    }

    @Test
    void whoIsRevokedIsHeardNoMoreGetsNothingAndNeverComesBack() throws Exception {
        try (EventReader events = client.stream("", null);
                ScriptedNode ship1 = station.node("ship1")) {
            events.until(event -> event.tells("ship1", true));
            TestNode keys = station.keys("ship1");
            assertThat(client.nodeRecord(TestOperator.sign(keys.record(2, Optional.of(Instant.now()))))
                            .status())
                    .isEqualTo(200);
            events.until(event -> event.tells("ship1", false)); // nothing of its hellos is heard

            assertThat(client.order(Documents.command("ship1")).error()).isEqualTo("404 unknown-node");
            assertThat(client.nodeRecord(TestOperator.sign(keys.record(3, Optional.empty())))
                            .error())
                    .isEqualTo("409 conflict");
            assertThat(fingerprint("ship1")).isEmpty();
            client.awaitEvent("messages refused, revoked sender"); // at its next hello
        }
    }

    @Test
    void aMachineThatTakesTheNameOfARevokedOneIsHeardUnderIt() throws Exception {
        try (ScriptedNode _ = station.node("ship1")) {
            client.nodeRecord(TestOperator.sign(station.keys("ship1").record(2, Optional.of(Instant.now()))));
        }
        TestNode fresh = TestNode.named("ship1");
        approve(fresh);
        try (EventReader events = client.stream("", null);
                ScriptedNode node = station.speakingAs(fresh)) {
            events.until(event -> event.tells("ship1", true));
            client.order(Documents.command(fresh.target()));
            assertThat(node.awaitDocument()).isNotNull();
        }
    }

    @Test
    void whatIsSignedForAnotherMachineOfThatNameIsAConflictThatNamesBothKeys() throws Exception {
        TestNode former = TestNode.named("ship5");
        TestNode present = TestNode.named("ship5");
        approve(former);
        Document.Command command = Documents.command(former.target());
        assertThat(client.order(command).status()).isEqualTo(201);
        client.nodeRecord(TestOperator.sign(former.record(2, Optional.of(Instant.now()))));
        assertThat(client.order(Documents.command(former.target())).error()).isEqualTo("404 unknown-node");
        approve(present);

        assertThat(client.order(command).status()).isEqualTo(201); // the same again is no order
        for (ApiClient.Answer refused : List.of(
                client.order(Documents.command(former.target())),
                client.cancel(command.id().toString(), Documents.cancel(command.id(), former.target())))) {
            assertThat(refused.error()).isEqualTo("409 conflict");
            assertThat(refused.json().object("error").text("message"))
                    .contains("ship5 was signed for the machine with the key "
                            + former.identity().key().id())
                    .contains("the node of that name has the key "
                            + present.identity().key().id());
        }
        assertThat(client.cancel(command.id().toString(), Documents.cancel(command.id(), present.target()))
                        .json()
                        .object("states")
                        .names())
                .containsExactly("canceled");
    }

    @Test
    void whatWaitsForARevokedMachineCanBeCanceled() throws Exception {
        TestNode former = TestNode.named("ship6");
        approve(former);
        Document.Command command = Documents.command(former.target());
        assertThat(client.order(command).status()).isEqualTo(201);
        client.nodeRecord(TestOperator.sign(former.record(2, Optional.of(Instant.now()))));

        assertThat(client.cancel(command.id().toString(), Documents.cancel(command.id(), former.target()))
                        .json()
                        .object("states")
                        .names())
                .containsExactly("canceled");
    }

    @Test
    void whatAMachineSaysLastIsWhatItWants() throws Exception {
        makeToken(Optional.empty());
        var renamed = new TestNode(new NodeName("ship5"), ship4.identity(), ship4.link(), ship4.login());
        for (TestNode node : List.of(ship4, renamed)) {
            try (TestMachine machine = machine(node)) {
                assertThat(answer(machine, secret).state()).isEqualTo(State.PENDING);
            }
        }
        assertThat(waiting())
                .hasSize(1)
                .first()
                .satisfies(row -> assertThat(row.text("node")).isEqualTo("ship5"));
    }

    @Test
    void aRevocationHoldsWhateverNumberTheApprovalHas() throws Exception {
        client.nodeRecord(TestOperator.sign(ship4.record(NodeRecord.LAST_NUMBER, Optional.empty())));
        assertThat(fingerprint("ship4")).isPresent();

        assertThat(client.nodeRecord(TestOperator.sign(ship4.record(1, Optional.of(Instant.now()))))
                        .status())
                .isEqualTo(200);
        assertThat(fingerprint("ship4")).isEmpty();
    }

    @Test
    void whoAsksWithANewTokenWaitsOnWhenHisFormerOneIsRevoked() throws Exception {
        makeToken(Optional.empty());
        try (TestMachine machine = machine(ship4)) {
            assertThat(answer(machine, secret).state()).isEqualTo(State.PENDING);
        }
        CommandId second = Documents.id();
        Ed25519 other = Ed25519.generate();
        client.token(second, other.key(), Optional.empty(), Duration.ofHours(1));
        try (TestMachine machine = new TestMachine(ship4, second, station.linkKey(), station.broker.url())) {
            assertThat(answer(machine, other).state()).isEqualTo(State.PENDING);
        }
        assertThat(client.delete("/api/v1/tokens/" + token).status()).isEqualTo(204);
        assertThat(waiting()).hasSize(1);
        assertThat(client.delete("/api/v1/tokens/" + second).status()).isEqualTo(204);
        assertThat(waiting()).isEmpty();
    }

    @Test
    void whoIsRevokedBeforeHeWasLetInIsToldSo() throws Exception {
        makeToken(Optional.empty());
        try (TestMachine machine = machine(ship4)) {
            assertThat(answer(machine, secret).state()).isEqualTo(State.PENDING);
            client.nodeRecord(TestOperator.sign(ship4.record(2, Optional.of(Instant.now()))));
            EnrolmentAnswer refused = machine.awaitAnswer();
            assertThat(refused.state()).isEqualTo(State.REFUSED);
            assertThat(refused.reason()).contains("was revoked, and is never used again");
        }
    }

    @Test
    void whoseTokenIsReplayedWithoutEndIsHeardABoundedNumberOfTimes() throws Exception {
        makeToken(Optional.empty());
        try (TestMachine machine = machine(ship4)) {
            for (int i = 0; i < 500; i++) {
                machine.ask(secret);
            }
            assertThat(machine.awaitAnswer().state()).isEqualTo(State.PENDING);
            while (waiting().isEmpty() || !isIdle(machine)) {
                // answers still come
            }
            assertThat(machine.answersSoFar()).isBetween(1, 200);
        }
    }

    private static boolean isIdle(TestMachine machine) throws InterruptedException {
        int before = machine.answersSoFar();
        return !machine.isAnsweredWithin(Duration.ofSeconds(1)) && machine.answersSoFar() == before;
    }

    @Test
    void aStationWithoutTheKeyOfItsLinksDoesNotMakeAnother(@TempDir Path other) throws Exception {
        var settings = new StationSettings(
                NodeName.CENTRAL,
                BusSettings.of("nats://127.0.0.1:1", "central"),
                Optional.empty(),
                other,
                other.resolve("trust.yaml"),
                "127.0.0.1",
                FreePort.next(),
                Optional.empty(),
                other.resolve("station.json"),
                false,
                "1");
        new Station(settings).stop();
        Path key = other.resolve("link.key");
        Files.delete(key);
        assertThatThrownBy(() -> new Station(settings)).hasMessageContaining("restore it from a backup");
        assertThat(key).doesNotExist();
    }

    @Test
    void aTokenThatHasExpiredIsForgotten() throws Exception {
        client.token(token, secret.key(), Optional.empty(), Duration.ofSeconds(1));
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!tokens().isEmpty() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(tokens()).isEmpty();
    }

    private void makeToken(Optional<String> node) throws Exception {
        assertThat(client.token(token, secret.key(), node, Duration.ofHours(1)).status())
                .isEqualTo(201);
    }

    private TestMachine machine(TestNode node) throws Exception {
        return new TestMachine(node, token, station.linkKey(), station.broker.url());
    }

    private static EnrolmentAnswer answer(TestMachine machine, Ed25519 secret) throws Exception {
        machine.ask(secret);
        return machine.awaitAnswer();
    }

    private void approve(TestNode node) throws Exception {
        assertThat(client.nodeRecord(TestOperator.sign(node.record(1, Optional.empty())))
                        .status())
                .isEqualTo(200);
    }

    private Optional<String> fingerprint(String node) throws Exception {
        return client.get("/api/v1/nodes").json().objects("nodes", 9).stream()
                .filter(each -> node.equals(each.get("name")))
                .findFirst()
                .orElseThrow()
                .optionalText("fingerprint");
    }

    private List<JsonObject> waiting() throws Exception {
        return client.get("/api/v1/enrolments").json().objects("enrolments", 9);
    }

    private List<JsonObject> tokens() throws Exception {
        return client.get("/api/v1/tokens").json().objects("tokens", 9);
    }
}
