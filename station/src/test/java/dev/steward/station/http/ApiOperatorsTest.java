// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.Ack;
import dev.steward.message.Document;
import dev.steward.message.OperatorList;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.Ed25519;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom a station takes for operators, and how its nodes hear of them. */
class ApiOperatorsTest {
    private static final Ed25519 BOB = Ed25519.generate();
    private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

    @TempDir
    Path folder;

    private RunningStation station;
    private ApiClient client;

    @BeforeEach
    void start() throws Exception {
        station = new RunningStation(folder);
        client = station.client;
    }

    @AfterEach
    void stop() throws Exception {
        station.close();
    }

    @Test
    void onlyOperatorsMayOrderAndTheRefusalSaysWhichCheckFailed() throws Exception {
        try (ScriptedNode ship1 = station.node("ship1")) {
            Document.Command command = Documents.by(BOB, "ship1");
            assertThat(message(client.orderSigned(TestOperator.sign(command, BOB))))
                    .startsWith("signature: ")
                    .contains("is no operator's key here");
            assertThat(message(client.orderSigned(TestOperator.sign(Documents.command("ship1"), BOB))))
                    .startsWith("signature: the first to sign must be the issuer");

            client.publish(TestOperator.list(1, bob(Optional.empty(), Optional.empty())));
            assertThat(client.orderSigned(TestOperator.sign(command, BOB)).status())
                    .isEqualTo(201);
            assertThat(ship1.awaitDocument()).isInstanceOf(OperatorList.class);
            assertThat(ship1.awaitDocument().encode()).isEqualTo(command.encode());
            JsonObject shown = client.get("/api/v1/commands/" + command.id()).json();
            assertThat(shown.text("issuer")).isEqualTo("bob");
            assertThat(shown.text("issuerKey")).isEqualTo(BOB.key().id().toString());

            client.publish(TestOperator.list(2, bob(Optional.empty(), Optional.of(LONG_AGO))));
            assertThat(message(client.orderSigned(TestOperator.sign(Documents.by(BOB, "ship1"), BOB))))
                    .startsWith("key: bob's key")
                    .contains("was revoked at 2020-01-01");
        }
    }

    @Test
    void anExpiredKeyOrdersNothing() throws Exception {
        client.publish(TestOperator.list(1, bob(Optional.of(LONG_AGO), Optional.empty())));

        assertThat(message(client.orderSigned(TestOperator.sign(Documents.by(BOB, "ship1"), BOB))))
                .startsWith("key: bob's key")
                .contains("expired at 2020-01-01");
        assertThat(operators().objects("operators", 9).getFirst().text("state")).isEqualTo("expired");
    }

    @Test
    void onlyAnAuthorityPublishesAListAndNoneTakesARevocationBack() throws Exception {
        OperatorList revoking = TestOperator.list(5, bob(Optional.empty(), Optional.of(LONG_AGO)));
        assertThat(client.publish(revoking).status()).isEqualTo(200);

        assertThat(client.publish(TestOperator.list(6)).error()).isEqualTo("403 forbidden");
        assertThat(message(client.publish(TestOperator.list(6, bob(Optional.empty(), Optional.empty())))))
                .startsWith("revocation: ");
        assertThat(message(client.publish(TestOperator.sign(TestOperator.list(7), BOB))))
                .startsWith("signature: ");
        assertThat(operators().integer("number", 0, 99)).isEqualTo(5);

        station.restart();
        assertThat(operators().integer("number", 0, 99)).isEqualTo(5);
        assertThat(operators().text("list")).isEqualTo(new String(TestOperator.sign(revoking), StandardCharsets.UTF_8));
    }

    @Test
    void aNodeHearsOfTheNewestListWhenItComesAndOfEachNewOneAtOnce() throws Exception {
        client.publish(TestOperator.list(1));
        client.publish(TestOperator.list(2));
        try (ScriptedNode ship1 = station.node("ship1")) {
            assertThat(ship1.awaitDocument().encode())
                    .isEqualTo(TestOperator.list(2).encode());
            client.publish(TestOperator.list(3));
            assertThat(ship1.awaitDocument().encode())
                    .isEqualTo(TestOperator.list(3).encode());
        }
    }

    @Test
    void aLedgerThatIsOlderThanWhatANodeObeysIsToldOf() throws Exception {
        client.publish(TestOperator.list(1));
        try (ScriptedNode ship1 = station.node("ship1", 7)) {
            Instant deadline = Instant.now().plus(Duration.ofSeconds(20));
            while (!new String(client.get("/api/v1/events").body(), StandardCharsets.UTF_8)
                    .contains("obeys list 7 of operators, and this ledger has list 1")) {
                assertThat(Instant.now()).isBefore(deadline);
            }
        }
    }

    @Test
    void withoutATrustFileNothingIsOrderedAndTheRefusalSaysWhy() throws Exception {
        Path file = station.folder.resolve("trust.yaml");
        station.whileStopped(() -> Files.delete(file));
        assertThat(client.order(Documents.command("ship1")).error()).isEqualTo("409 conflict");
        assertThat(operators().text("problem")).contains("there is no trust file");

        Files.writeString(file, TestOperator.trustFile());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        await("chmod 600");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Instant deadline = Instant.now().plus(Duration.ofSeconds(20));
        while (operators().has("problem") && Instant.now().isBefore(deadline)) {
            Thread.onSpinWait();
        }
        assertThat(client.order(Documents.command("ship1")).error()).isEqualTo("404 unknown-node");
    }

    @Test
    void anothersCancelIsForTheNodeToJudgeAndIsNotToldAgainWhereItIsRefused() throws Exception {
        client.publish(TestOperator.list(1, bob(Optional.empty(), Optional.empty())));
        Document.Command command = Documents.command("ship1");
        Document.Cancel cancel = Documents.cancelBy(BOB, command.id(), "ship1");
        try (EventReader events = client.stream("", null)) {
            station.absentNode("ship1", events);
            client.order(command);
            assertThat(client.cancelSigned(command.id().toString(), TestOperator.sign(cancel, BOB))
                            .status())
                    .isEqualTo(202);
            assertThat(state(command)).isEqualTo("queued");
        }
        try (ScriptedNode ship1 = station.node("ship1")) {
            assertThat(awaitOrder(ship1).encode()).isEqualTo(command.encode());
            assertThat(awaitOrder(ship1).encode()).isEqualTo(cancel.encode());
            ship1.say(new Ack.CancelRefused(command.id(), "policy: no rule allows it"));
            ship1.say(new Ack.CancelRefused(command.id(), "policy: no rule allows it"));

            Document.Command next = Documents.command("ship1");
            client.order(next);
            assertThat(awaitOrder(ship1).encode()).isEqualTo(next.encode());
            assertThat(state(command)).isEqualTo("received");
        }
    }

    /** The next document but for lists, of which a node hears at each conversation until it says that it has the newest. */
    private static Document awaitOrder(ScriptedNode node) throws InterruptedException {
        Document next = node.awaitDocument();
        return next instanceof OperatorList ? awaitOrder(node) : next;
    }

    private String state(Document.Command command) throws Exception {
        return client.get("/api/v1/commands/" + command.id() + "/executions")
                .json()
                .objects("executions", 9)
                .getFirst()
                .text("state");
    }

    private void await(String problem) throws Exception {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(20));
        while (!operators().text("problem").contains(problem)) {
            assertThat(Instant.now()).isBefore(deadline);
        }
    }

    private JsonObject operators() throws Exception {
        return client.get("/api/v1/operators").json();
    }

    private static String message(ApiClient.Answer answer) throws Exception {
        assertThat(answer.error()).isEqualTo("403 forbidden");
        return answer.json().object("error").text("message");
    }

    private static OperatorList.Operator bob(Optional<Instant> expiresAt, Optional<Instant> revokedAt) {
        return new OperatorList.Operator("bob", BOB.key(), expiresAt, revokedAt);
    }
}
