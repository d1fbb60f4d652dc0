// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.Ack;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.EnrolmentAnswer;
import dev.steward.message.ExecutionState;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import dev.steward.message.Space;
import dev.steward.message.audit.AuditEntry.Who;
import dev.steward.message.broker.BrokerKeys;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.trust.Trust;
import dev.steward.station.core.Answer;
import dev.steward.station.core.ApiToken;
import dev.steward.station.core.AuditAction;
import dev.steward.station.core.HeldId;
import dev.steward.station.core.LiveTokens;
import dev.steward.station.core.Token;
import dev.steward.station.ledger.LedgerReader;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The API is what {@code openapi.yaml} says, no more and no less: the client holds each answer against it, and the last
 * test asks whether every documented answer has been met.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ApiContractTest {
    private static final byte[] NOT_UTF8 = {'o', 'k', (byte) 0xff, '\n'};
    private static RunningStation station;
    private static ApiClient client;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        station = new RunningStation(folder);
        client = station.client;
    }

    @AfterAll
    static void stop() throws Exception {
        station.close();
    }

    @Test
    @Order(1)
    void everyStepOfACommandFitsTheContract() throws Exception {
        try (EventReader all = client.stream("", null);
                ScriptedNode ship1 = station.node("ship1");
                ScriptedNode ship2 = station.node("ship2")) {
            all.until(event -> event.tells("ship2", true));
            Document.Command command = Documents.command("ship1", "ship2");
            String id = command.id().toString();

            assertThat(client.order(command)
                            .json()
                            .objects("commands", 9)
                            .getFirst()
                            .text("state"))
                    .isEqualTo("running");
            assertThat(ship1.awaitDocument().encode()).isEqualTo(command.encode());
            all.until(event -> event.is("transition", "state", "received"));
            run(ship1, command.id(), all);
            ship2.say(new Ack.Finished(command.id(), ended(ExecutionState.FAILED, 3, List.of())));
            all.until(event -> event.is("transition", "commandState", "failed"));

            JsonObject shown = client.get("/api/v1/commands/" + id).json();
            assertThat(shown.text("state")).isEqualTo("failed");
            assertThat(shown.object("states").names()).containsExactly("failed", "succeeded");
            List<JsonObject> executions = client.get("/api/v1/commands/" + id + "/executions?output=100")
                    .json()
                    .objects("executions", 9);
            assertThat(executions.getFirst().text("stdout")).isEqualTo("hello\n");
            assertThat(executions.getFirst().text("stderrBase64"))
                    .isEqualTo(Base64.getEncoder().encodeToString(NOT_UTF8));
            assertThat(executions.getFirst().bool("outputComplete")).isTrue();
            assertThat(executions.getLast().integer("exitCode", 0, 99)).isEqualTo(3);
            assertThat(client.get("/api/v1/commands/" + id + "/output/ship1/stderr")
                            .body())
                    .isEqualTo(NOT_UTF8);
            assertThat(client.get("/api/v1/nodes")
                            .json()
                            .objects("nodes", 9)
                            .getFirst()
                            .object("labels")
                            .text("fleet"))
                    .isEqualTo("north");
            assertThat(client.get("/api/v1/commands").json().objects("commands", 9))
                    .hasSize(1);
            assertThat(client.get("/api/v1/version").json().text("version")).isEqualTo("1.2.3");
            assertThat(client.get("/api/v1/status").json().object("broker").bool("connected"))
                    .isTrue();
            assertThat(client.get("/api/v1/events").json().objects("events", 9))
                    .allMatch(event -> "enrolment".equals(event.get("source")));
        }
    }

    @Test
    @Order(2)
    void everyWayInWhichACommandEndsFitsTheContract() throws Exception {
        try (EventReader all = client.stream("", null);
                ScriptedNode ship1 = station.node("ship1")) {
            for (ExecutionState state : ExecutionState.values()) {
                if (state.isTerminal() && state != ExecutionState.LOST) {
                    Document.Command command = Documents.command("ship1");
                    client.order(command);
                    ship1.awaitDocument();
                    ship1.say(new Ack.Finished(command.id(), Outcome.notStarted(state, "because", Instant.now())));
                    all.until(event -> event.is("transition", "state", state.toString()));
                }
            }
            Document.Command command = Documents.command("ship1");
            client.order(command);
            ship1.awaitDocument();
            ship1.say(new Ack.Started(command.id(), 1, Instant.now()));
            assertThat(client.cancel(command.id().toString(), Documents.cancel(command.id(), "ship1"))
                            .status())
                    .isEqualTo(202);
            assertThat(ship1.awaitDocument()).isInstanceOf(Document.Cancel.class);
            ship1.say(new Ack.CancelRefused(command.id(), "too late"));
            all.until(event -> event.is("transition", "reason", "cancel refused: too late"));
            ship1.say(new Ack.Unknown(command.id()));
            all.until(event -> event.is("transition", "state", "lost"));
        }
    }

    @Test
    @Order(3)
    void whatNeverLeavesTheStationFitsTheContract() throws Exception {
        try (EventReader all = client.stream("", null)) {
            station.absentNode("ship3", all);
            Document.Command canceled = Documents.command("ship3");
            client.order(canceled);
            assertThat(client.get("/api/v1/commands/" + canceled.id() + "/executions")
                            .json()
                            .objects("executions", 9)
                            .getFirst()
                            .text("state"))
                    .isEqualTo("queued");
            assertThat(client.cancel(canceled.id().toString(), Documents.cancel(canceled.id(), "ship3"))
                            .json()
                            .text("state"))
                    .isEqualTo("failed");
            client.order(Documents.part(
                    Documents.id(), 1, 1, "shellcommand", Instant.now().plusMillis(700), "ship3"));
            all.until(event -> event.is("transition", "state", "expired"));
        }
    }

    @Test
    @Order(4)
    void aLinkToThePageAndTheSessionThatItOpensFitTheContract() throws Exception {
        JsonObject link = client.post("/api/v1/page-links", new byte[0]).json();
        String secret = link.text("url").replaceFirst(".*#link=", "");

        assertThat(link.text("url")).startsWith("http://" + client.authority() + "/#link=");
        ApiClient.Answer opened = client.post(Access.SESSIONS, Json.bytes(Map.of("link", secret)));
        assertThat(opened.status()).isEqualTo(204);
        HttpRequest session = client.withoutToken(Access.SESSION)
                .header("Cookie", opened.header("Set-Cookie").replaceFirst(";.*", ""))
                .build();
        assertThat(client.send(session).json().text("name")).isEqualTo("page:local");
        assertThat(client.get(Access.SESSION).error()).isEqualTo("404 not-found");
    }

    @Test
    @Order(4)
    void everyStepOfAnEnrolmentFitsTheContract() throws Exception {
        TestNode ship4 = TestNode.named("ship4");
        Ed25519 secret = Ed25519.generate();
        CommandId token = Documents.id();
        JsonObject told = client.token(token, secret.key(), Optional.of("ship4"), Duration.ofHours(1))
                .json();
        assertThat(told.text("station")).isEqualTo("central");
        assertThat(told.text("linkKey")).isEqualTo(station.linkKey().toString());
        assertThat(told.text("broker")).isEqualTo(station.broker.url());
        try (var machine = new TestMachine(ship4, token, station.linkKey(), station.broker.url())) {
            machine.ask(secret);
            assertThat(machine.awaitAnswer().state()).isEqualTo(EnrolmentAnswer.State.PENDING);
            JsonObject waiting = client.get("/api/v1/enrolments")
                    .json()
                    .objects("enrolments", 9)
                    .getFirst();
            assertThat(waiting.text("fingerprint"))
                    .isEqualTo(ship4.identity().key().id().value());
            assertThat(client.get("/api/v1/tokens")
                            .json()
                            .objects("tokens", 9)
                            .getFirst()
                            .text("usedBy"))
                    .isEqualTo(waiting.text("fingerprint"));

            byte[] record = TestOperator.sign(ship4.record(1, Optional.empty()));
            assertThat(client.nodeRecord(record).json().text("node")).isEqualTo("ship4");
            assertThat(machine.awaitAnswer().record().orElseThrow().encode()).isEqualTo(record);
            assertThat(client.get("/api/v1/node-records?node=ship4").json().texts("records", 9))
                    .containsExactly(new String(record, StandardCharsets.UTF_8));
            assertThat(client.get("/api/v1/enrolments").json().objects("enrolments", 9))
                    .isEmpty();
            TestNode ship9 = TestNode.named("ship9");
            byte[] other = TestOperator.sign(ship9.record(1, Optional.empty()));
            client.nodeRecord(other);
            String longNames = "&node=" + "n".repeat(Limits.NODE_NAME_CHARS);
            String most = longNames.repeat(Limits.TARGETS_PER_DOCUMENT - 2);
            assertThat(client.get("/api/v1/node-records?node=ship9&node=ship4" + most)
                            .json()
                            .texts("records", 9))
                    .containsExactly(
                            new String(other, StandardCharsets.UTF_8), new String(record, StandardCharsets.UTF_8));
            assertThat(client.get("/api/v1/node-records?node=ship9" + "&node=n".repeat(Limits.TARGETS_PER_DOCUMENT))
                            .error())
                    .isEqualTo("400 bad-request");
        }
        assertThat(client.delete("/api/v1/tokens/" + token).status()).isEqualTo(204);
    }

    @Test
    @Order(4)
    void aNodeThatIsFrozenAndUnfrozenFitsTheContract() throws Exception {
        try (EventReader all = client.stream("", null);
                ScriptedNode _ = station.node("ship8")) {
            try (ScriptedNode _ = station.node("ship8")) {
                all.until(event ->
                        event.is("node", "name", "ship8") && event.data().has("frozenSince"));
            }
            assertThat(client.unfreeze("ship8").status()).isEqualTo(204);
        }
    }

    @Test
    @Order(4)
    void anApiTokenThatIsMadeAndRevokedFitsTheContract() throws Exception {
        CommandId id = Documents.id();
        JsonObject made =
                client.apiToken(id, "ci", "operator", List.of("ship*")).json();
        assertThat(made.text("createdBy")).isEqualTo("local");
        assertThat(client.get("/api/v1/api-tokens").json().objects("tokens", 9)).hasSize(1);
        assertThat(client.delete("/api/v1/api-tokens/" + id).status()).isEqualTo(204);
        assertThat(client.get("/api/v1/api-tokens").json().objects("tokens", 9)).isEmpty();
    }

    @Test
    @Order(5)
    void everyRefusalFitsTheContract() throws Exception {
        Document.Command command = Documents.command("ship1");
        String path = "/api/v1/commands/" + command.id();
        client.order(command);

        for (String operation : station.openApi.operations()) {
            String method = operation.substring(0, operation.indexOf(' '));
            String asked = operation
                    .substring(operation.indexOf(' ') + 1)
                    .replace("{id}", command.id().toString())
                    .replace("{heldId}", "0123456789abcdef")
                    .replace("{node}", "ship1")
                    .replace("{name}", "ship1")
                    .replace("{stream}", "stdout");
            if (!asked.equals(Access.SESSIONS)) { // what it takes instead is in its body
                assertThat(refused(client.withoutToken(asked), method).error()).isEqualTo("401 unauthorized");
            }
            if (!asked.equals(Access.SESSIONS)) {
                HttpRequest.Builder guess = client.withoutToken(asked).header("Authorization", "Bearer guessed");
                for (int i = 0;
                        i < Limits.FAILED_LOGINS && refused(guess, method).status() == 401;
                        i++) {
                    // until the address has failed too often
                }
                assertThat(refused(guess, method).error()).isEqualTo("429 too-many-failures");
            }
            assertThat(refused(client.request(asked).header("Origin", "http://evil.example"), method)
                            .error())
                    .isEqualTo("403 forbidden");
        }
        assertThat(client.post("/api/v1/commands", new byte[0]).error()).isEqualTo("400 bad-request");
        assertThat(client.order(Documents.command("nobody")).error()).isEqualTo("404 unknown-node");
        assertThat(client.order(Documents.part(command.id(), 1, 1, "ship2")).error())
                .isEqualTo("409 conflict");
        String operators = "/api/v1/operators";
        assertThat(client.get(operators).status()).isEqualTo(200);
        assertThat(client.publish(TestOperator.list(1)).status()).isEqualTo(200);
        assertThat(client.publish(TestOperator.list(1)).status()).isEqualTo(200); // the same again
        assertThat(client.post(operators, new byte[0]).error()).isEqualTo("400 bad-request");
        assertThat(client.publish(command).error()).isEqualTo("400 bad-request");
        byte[] tooLarge = new byte[Limits.REQUEST_BYTES + 1];
        assertThat(client.post("/api/v1/commands", tooLarge).error()).isEqualTo("413 too-large");
        assertThat(client.post(operators, tooLarge).error()).isEqualTo("413 too-large");
        assertThat(client.publish(TestOperator.list(2)).status()).isEqualTo(200);
        assertThat(client.publish(TestOperator.list(1)).error()).isEqualTo("409 conflict");
        CommandId token = Documents.id();
        Ed25519 secret = Ed25519.generate();
        client.token(token, secret.key(), Optional.empty(), Duration.ofHours(1));
        assertThat(client.token(token, TestOperator.KEY.key(), Optional.empty(), Duration.ofHours(1))
                        .error())
                .isEqualTo("409 conflict");
        assertThat(client.token(token, secret.key(), Optional.empty(), Duration.ofDays(31))
                        .error())
                .isEqualTo("400 bad-request");
        assertThat(client.post("/api/v1/tokens", tooLarge).error()).isEqualTo("413 too-large");
        assertThat(client.delete("/api/v1/tokens/xyz").error()).isEqualTo("400 bad-request");
        assertThat(client.delete("/api/v1/tokens/" + command.id()).error()).isEqualTo("404 not-found");
        assertThat(client.unfreeze("ship1").error()).isEqualTo("409 conflict");
        assertThat(client.unfreeze("nobody").error()).isEqualTo("404 not-found");
        assertThat(client.unfreeze("no%20name").error()).isEqualTo("400 bad-request");
        assertThat(client.get("/api/v1/node-records").error()).isEqualTo("400 bad-request");
        assertThat(client.post("/api/v1/node-records", new byte[0]).error()).isEqualTo("400 bad-request");
        assertThat(client.post("/api/v1/node-records", tooLarge).error()).isEqualTo("413 too-large");
        assertThat(client.nodeRecord(TestOperator.sign(command)).error()).isEqualTo("400 bad-request");
        TestNode other = TestNode.named("ship1");
        assertThat(client.nodeRecord(TestOperator.sign(other.record(1, Optional.empty())))
                        .error())
                .isEqualTo("409 conflict");
        assertThat(client.nodeRecord(TestOperator.sign(TestNode.named("ship5").record(1, Optional.empty()), secret))
                        .error())
                .isEqualTo("403 forbidden");
        assertThat(client.get("/api/v1/commands?limit=501").error()).isEqualTo("400 bad-request");
        assertThat(client.get("/api/v1/events?before=0").error()).isEqualTo("400 bad-request");
        assertThat(client.get("/api/v1/audit?after=0").status()).isEqualTo(200);
        assertThat(client.get("/api/v1/audit?before=0").error()).isEqualTo("400 bad-request");
        assertThat(client.get(path + "/documents").json().texts("documents", 9))
                .containsExactly(new String(TestOperator.sign(command), StandardCharsets.UTF_8));
        assertThat(client.sign(command.id().toString(), command).status()).isEqualTo(200); // they are there already
        assertThat(client.sign(command.id().toString(), Documents.command("ship1"))
                        .error())
                .isEqualTo("400 bad-request");
        assertThat(client.sign("ffffffff", command).error()).isEqualTo("404 not-found");
        assertThat(client.post(path + "/signatures", tooLarge).error()).isEqualTo("413 too-large");
        byte[] bySomebodyElse =
                SignedDocument.sign(command, TestOperator.KEY, secret).encode();
        assertThat(client.signSigned(command.id().toString(), bySomebodyElse).error())
                .isEqualTo("409 conflict"); // it waits for none
        for (String rest : List.of("", "/executions", "/documents", "/output/ship1/stdout")) {
            assertThat(client.get("/api/v1/commands/xyz!" + rest).error()).isEqualTo("400 bad-request");
            assertThat(client.get("/api/v1/commands/ffffffff" + rest).error()).isEqualTo("404 not-found");
        }
        assertThat(client.get(path + "/executions?output=-1").error()).isEqualTo("400 bad-request");
        assertThat(client.get(path + "/output/ship1/stdin").error()).isEqualTo("400 bad-request");
        assertThat(client.get(path + "/output/ship2/stdout").error()).isEqualTo("404 not-found");
        assertThat(client.post(path + "/cancel", new byte[0]).error()).isEqualTo("400 bad-request");
        assertThat(client.post(path + "/cancel", tooLarge).error()).isEqualTo("413 too-large");
        assertThat(client.cancel("ffffffff", Documents.cancel(command.id(), "ship1"))
                        .error())
                .isEqualTo("404 not-found");
        assertThat(client.cancel(
                                command.id().toString(),
                                Documents.cancel(
                                        command.id(), TestNode.named("ship1").target()))
                        .error())
                .isEqualTo("409 conflict");
        assertThat(client.cancel(command.id().toString(), Documents.cancel(command.id(), "ship2"))
                        .error())
                .isEqualTo("404 unknown-node");
        assertThat(client.get("/api/v1/stream?command=ffffffff").error()).isEqualTo("404 not-found");
        assertThat(client.get("/api/v1/stream?lastEventId=-1").error()).isEqualTo("400 bad-request");
        String nodes = "/api/v1/stream?command=" + command.id() + "&nodes=";
        assertThat(client.get(nodes + "1").error()).isEqualTo("400 bad-request");
        assertThat(client.post(Access.SESSIONS, new byte[0]).error()).isEqualTo("400 bad-request");
        assertThat(client.post(Access.SESSIONS, Json.bytes(Map.of("link", "guessed")))
                        .error())
                .isEqualTo("429 too-many-failures");
        try (ApiClient elsewhere = client.from("127.0.0.2")) {
            assertThat(elsewhere
                            .post(Access.SESSIONS, Json.bytes(Map.of("link", "guessed")))
                            .error())
                    .isEqualTo("401 unauthorized");
        }
        for (String what : List.of("signatures", "turn-down")) {
            assertThat(client.held("0123456789abcdef", what, TestOperator.sign(TestOperator.list(9)))
                            .error())
                    .isEqualTo("404 not-found");
            assertThat(client.post("/api/v1/held/0123456789abcdef/" + what, tooLarge)
                            .error())
                    .isEqualTo("413 too-large");
        }
        String apiTokens = "/api/v1/api-tokens";
        assertThat(client.post(apiTokens, new byte[0]).error()).isEqualTo("400 bad-request");
        assertThat(client.post(apiTokens, tooLarge).error()).isEqualTo("413 too-large");
        client.apiToken(Documents.id(), "panel", "viewer", List.of());
        assertThat(client.apiToken(Documents.id(), "panel", "viewer", List.of()).error())
                .isEqualTo("409 conflict");
        assertThat(client.delete(apiTokens + "/xyz").error()).isEqualTo("400 bad-request");
        assertThat(client.delete(apiTokens + "/" + command.id()).error()).isEqualTo("404 not-found");
    }

    @Test
    @Order(6)
    void whatWaitsForAnotherAuthorityFitsTheContract() throws Exception {
        Ed25519 bob = Ed25519.generate();
        station.whileStopped(() -> Files.writeString(
                station.folder.resolve("trust.yaml"), TestOperator.trustFile(2, Map.of("bob", bob.key()))));
        byte[] list = TestOperator.sign(TestOperator.list(4));
        byte[] record = TestOperator.sign(TestNode.named("ship7").record(1, Optional.empty()));
        assertThat(client.publish(list).status()).isEqualTo(202);
        assertThat(client.nodeRecord(record).status()).isEqualTo(202);
        List<JsonObject> held = client.get("/api/v1/held").json().objects("held", 9);
        assertThat(held).hasSize(2);
        String first = held.getFirst().text("id");
        assertThat(client.held(first, "signatures", TestOperator.sign(TestOperator.list(4), Ed25519.generate()))
                        .error())
                .isEqualTo("403 forbidden");
        assertThat(client.held(first, "turn-down", TestOperator.sign(Documents.turnDown(list), Ed25519.generate()))
                        .error())
                .isEqualTo("403 forbidden");
        assertThat(client.held(
                                first,
                                "signatures",
                                SignedDocument.decode(list).signedBy(bob).encode())
                        .status())
                .isEqualTo(200);
        assertThat(client.held(held.getLast().text("id"), "turn-down", TestOperator.sign(Documents.turnDown(record)))
                        .status())
                .isEqualTo(204);
    }

    @Test
    @Order(7)
    void failuresOfTheStationFitTheContract() throws Exception {
        var reader = new LedgerReader(station.folder);
        try (StubbedApi silent = new StubbedApi(reader, () -> {
            throw new TimeoutException();
        })) {
            Document.Command command = Documents.command("ship1");
            client.order(command);
            assertThat(silent.client.order(command).error()).isEqualTo("503 unavailable");
            assertThat(silent.client
                            .cancel(command.id().toString(), Documents.cancel(command.id(), "ship1"))
                            .error())
                    .isEqualTo("503 unavailable");
            assertThat(silent.client.sign(command.id().toString(), command).error())
                    .isEqualTo("503 unavailable");
            assertThat(silent.client.publish(TestOperator.list(3)).error()).isEqualTo("503 unavailable");
            assertThat(silent.client.unfreeze("ship1").error()).isEqualTo("503 unavailable");
            assertThat(silent.client.delete("/api/v1/tokens/" + command.id()).error())
                    .isEqualTo("503 unavailable");
            assertThat(silent.client
                            .token(command.id(), TestOperator.KEY.key(), Optional.empty(), Duration.ofHours(1))
                            .error())
                    .isEqualTo("503 unavailable");
            assertThat(silent.client
                            .nodeRecord(
                                    TestOperator.sign(TestNode.named("ship6").record(1, Optional.empty())))
                            .error())
                    .isEqualTo("503 unavailable");
            assertThat(silent.client
                            .delete("/api/v1/api-tokens/" + command.id())
                            .error())
                    .isEqualTo("503 unavailable");
            assertThat(silent.client
                            .apiToken(command.id(), "ci", "viewer", List.of())
                            .error())
                    .isEqualTo("503 unavailable");
            for (String what : List.of("signatures", "turn-down")) {
                assertThat(silent.client
                                .held("0123456789abcdef", what, TestOperator.sign(command))
                                .error())
                        .isEqualTo("503 unavailable");
                assertThat(silent.client
                                .held("xyz", what, TestOperator.sign(command))
                                .error())
                        .isEqualTo("400 bad-request");
            }
            silent.fillStreams();
            assertThat(silent.client.get("/api/v1/stream").error()).isEqualTo("503 unavailable");
        }
        Answer noSpace = new Answer.Refused(Answer.Reason.NO_SPACE, "disk nearly full");
        try (StubbedApi full = new StubbedApi(reader, () -> noSpace)) { // a real one in ApiFullDiskTest
            assertThat(full.client.order(Documents.command("ship1")).error()).isEqualTo("507 no-space");
        }
        try (StubbedApi broken = new StubbedApi(reader, () -> {
            throw new IllegalStateException("broken on purpose");
        })) {
            reader.close();
            Logger.getLogger(Errors.class.getName()).setLevel(Level.OFF); // it says why, at length
            assertThat(broken.client.order(Documents.command("ship1")).error()).isEqualTo("500 internal");
            assertThat(broken.client
                            .cancel("ffffffff", Documents.cancel(Documents.id(), "ship1"))
                            .error())
                    .isEqualTo("500 internal");
            assertThat(broken.client
                            .sign("ffffffff", Documents.command("ship1"))
                            .error())
                    .isEqualTo("500 internal");
            assertThat(broken.client.publish(TestOperator.list(3)).error()).isEqualTo("500 internal");
            assertThat(broken.client.unfreeze("ship1").error()).isEqualTo("500 internal");
            assertThat(broken.client.delete("/api/v1/tokens/" + Documents.id()).error())
                    .isEqualTo("500 internal");
            assertThat(broken.client
                            .token(Documents.id(), TestOperator.KEY.key(), Optional.empty(), Duration.ofHours(1))
                            .error())
                    .isEqualTo("500 internal");
            assertThat(broken.client
                            .nodeRecord(
                                    TestOperator.sign(TestNode.named("ship6").record(1, Optional.empty())))
                            .error())
                    .isEqualTo("500 internal");
            assertThat(broken.client
                            .delete("/api/v1/api-tokens/" + Documents.id())
                            .error())
                    .isEqualTo("500 internal");
            assertThat(broken.client
                            .apiToken(Documents.id(), "ci", "viewer", List.of())
                            .error())
                    .isEqualTo("500 internal");
            for (String what : List.of("signatures", "turn-down")) {
                assertThat(broken.client
                                .held("0123456789abcdef", what, TestOperator.sign(Documents.command("ship1")))
                                .error())
                        .isEqualTo("500 internal");
            }
            for (String path : List.of(
                    "nodes",
                    "held",
                    "tokens",
                    "enrolments",
                    "node-records?node=ship1",
                    "events",
                    "audit",
                    "commands",
                    "commands/ffffffff",
                    "commands/ffffffff/documents",
                    "commands/ffffffff/executions",
                    "commands/ffffffff/output/ship1/stdout",
                    "stream")) {
                assertThat(broken.client.get("/api/v1/" + path).error()).isEqualTo("500 internal");
            }
        } finally {
            Logger.getLogger(Errors.class.getName()).setLevel(null);
        }
    }

    @Test
    @Order(7)
    void everyServedRouteIsDocumentedAndEveryDocumentedRouteIsServed() throws Exception {
        try (var reader = new LedgerReader(station.folder);
                StubbedApi api = new StubbedApi(reader, () -> new Answer.Accepted(List.of()))) {
            assertThat(api.api.routes().keySet()).containsExactlyInAnyOrderElementsOf(station.openApi.operations());
        }
    }

    @Test
    @Order(8)
    void everyDocumentedAnswerHasBeenMetByTheTestsAbove() {
        assertThat(station.openApi.unmet()).isEmpty();
    }

    private static void run(ScriptedNode node, CommandId id, EventReader all) throws InterruptedException {
        node.say(new Ack.Started(id, 1, Instant.now()));
        all.until(event -> event.is("transition", "state", "running"));
        byte[] hello = "hello\n".getBytes(StandardCharsets.UTF_8);
        node.say(new Ack.Output(id, 1, new OutputChunk(OutputStreamName.STDOUT, 0, hello)));
        List<EventReader.Event> events = all.until(event -> event.is("output", "stream", "stdout"));
        assertThat(events.getLast().data().get("text")).isEqualTo("hello\n");
        node.say(new Ack.Finished(
                id,
                ended(ExecutionState.SUCCEEDED, 0, List.of(new OutputChunk(OutputStreamName.STDERR, 0, NOT_UTF8)))));
        all.until(event -> event.is("transition", "state", "succeeded"));
    }

    private static Outcome ended(ExecutionState state, int exitCode, List<OutputChunk> output) {
        return new Outcome(
                state,
                1,
                OptionalInt.of(exitCode),
                Optional.empty(),
                Optional.of(Instant.now()),
                Instant.now(),
                Optional.of(Duration.ofMillis(12)),
                output.isEmpty() ? 0 : 6,
                output.isEmpty() ? 0 : NOT_UTF8.length,
                output.isEmpty() ? 0 : 6 + NOT_UTF8.length,
                output);
    }

    private static ApiClient.Answer refused(HttpRequest.Builder request, String method) throws Exception {
        return client.send(
                request.method(method, HttpRequest.BodyPublishers.noBody()).build());
    }

    /** The API over a loop that answers as the test wants. */
    private static final class StubbedApi implements AutoCloseable {
        final Api api;
        final ApiClient client;
        private final List<Socket> streams = new ArrayList<>();

        private interface Loop {
            Answer answer() throws TimeoutException;
        }

        StubbedApi(LedgerReader reader, Loop loop) throws IOException {
            var orders = new Orders() {
                @Override
                public Trust trust() {
                    return new Trust(Signatures.ED25519, TestOperator.trust(), Optional.empty());
                }

                @Override
                public Answer operators(String via, List<byte[]> documents) throws TimeoutException {
                    return loop.answer();
                }

                @Override
                public Answer token(String via, Token token) throws TimeoutException {
                    return loop.answer();
                }

                @Override
                public Answer revokeToken(String via, CommandId id) throws TimeoutException {
                    return loop.answer();
                }

                @Override
                public LiveTokens apiTokens() {
                    return LiveTokens.NONE;
                }

                @Override
                public Answer apiToken(String via, ApiToken token) throws TimeoutException {
                    return loop.answer();
                }

                @Override
                public Answer revokeApiToken(String via, CommandId id) throws TimeoutException {
                    return loop.answer();
                }

                @Override
                public Answer nodeRecords(String via, List<byte[]> documents) throws TimeoutException {
                    return loop.answer();
                }

                @Override
                public Answer unfreeze(String via, NodeName node) throws TimeoutException {
                    return loop.answer();
                }

                @Override
                public Answer order(String via, List<byte[]> documents) throws TimeoutException {
                    return loop.answer();
                }

                @Override
                public Answer cancel(String via, CommandId command, List<byte[]> documents) throws TimeoutException {
                    return loop.answer();
                }

                @Override
                public Answer sign(String via, CommandId command, List<byte[]> documents) throws TimeoutException {
                    return loop.answer();
                }

                @Override
                public Answer signHeld(String via, HeldId id, List<byte[]> documents) throws TimeoutException {
                    return loop.answer();
                }

                @Override
                public Answer turnDown(String via, HeldId id, List<byte[]> documents) throws TimeoutException {
                    return loop.answer();
                }

                @Override
                public Answer login(String via, String text) throws TimeoutException {
                    return loop.answer();
                }

                @Override
                public void note(
                        AuditAction action, Who who, String text) {} // what the audit log has is tested with a ledger
            };
            int port = FreePort.next();
            api = new Api(
                    new Api.Settings(
                            "127.0.0.1",
                            port,
                            Optional.empty(),
                            "secret",
                            new byte[32],
                            NodeName.CENTRAL,
                            station.linkKey(),
                            "tls://none",
                            Optional.of(BrokerKeys.generate(
                                    Instant.now(),
                                    NodeName.CENTRAL,
                                    TestOperator.KEY.key().id())),
                            "1.2.3",
                            1,
                            InstantSource.system()),
                    orders,
                    reader,
                    new Feed(),
                    new Presence(),
                    () -> new Health(
                            new Health.Broker("nats://none", false, Instant.EPOCH, "not tried yet"),
                            Optional.empty(),
                            Space.ENOUGH));
            client = new ApiClient(station.openApi, port, "secret");
        }

        /** Opens as many streams as the station serves. */
        void fillStreams() throws IOException {
            for (int i = 0; i < EventStream.MAX_STREAMS; i++) {
                streams.add(client.connect("GET /api/v1/stream HTTP/1.1\n" + client.credentials() + "\n"));
            }
            for (Socket stream : streams) {
                stream.getInputStream().readNBytes(1);
            }
        }

        @Override
        public void close() throws IOException {
            for (Socket stream : streams) {
                stream.close();
            }
            client.close();
            api.close();
        }
    }
}
