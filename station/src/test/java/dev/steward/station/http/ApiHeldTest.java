// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.Ack;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.OperatorList;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import dev.steward.message.audit.AuditEntry;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.SignedDocument;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands for which the station's trust file asks for three signatures, of anna, bob, carol and dave; eve has no say. */
class ApiHeldTest {
    private static final Ed25519 BOB = Ed25519.generate();
    private static final Ed25519 CAROL = Ed25519.generate();
    private static final Ed25519 DAVE = Ed25519.generate();
    private static final Ed25519 EVE = Ed25519.generate();
    private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

    @TempDir
    Path folder;

    private RunningStation station;
    private ApiClient client;
    private ScriptedNode ship1;

    @BeforeEach
    void start() throws Exception {
        station = new RunningStation(folder);
        client = station.client;
        rules(3);
        publish(1, Optional.empty());
        ship1 = station.node("ship1", 1);
    }

    @AfterEach
    void stop() throws Exception {
        ship1.close();
        station.close();
    }

    @Test
    void threeSignaturesAskedTwoGivenIsHeldAndShownAndWithTheThirdItGoesOut() throws Exception {
        Document.Command command = Documents.command("ship1");
        byte[] signed = TestOperator.sign(command);
        assertThat(client.orderSigned(signed).status()).isEqualTo(201);
        assertHeld(command, "anna");

        sign(command, BOB, 200);
        JsonObject held = assertHeld(command, "anna", "bob");
        assertThat(held.integer("signaturesNeeded", 0, 99)).isEqualTo(3);
        assertThat(client.get("/api/v1/commands?held=true").json().objects("commands", 9))
                .extracting(each -> each.text("id"))
                .containsExactly(command.id().toString());
        assertThat(ship1.hasReceivedNothing()).isTrue();

        sign(command, CAROL, 200);
        assertThat(ship1.awaitDocument().encode()).isEqualTo(command.encode());
        assertThat(client.get("/api/v1/commands?held=true").json().objects("commands", 9))
                .isEmpty();
        SignedDocument sent = stored(command);
        assertThat(sent.signatures())
                .extracting(SignedDocument.Signature::key)
                .containsExactly(
                        TestOperator.KEY.key().id(), BOB.key().id(), CAROL.key().id());
        assertThat(actions(command)).containsExactly("held", "approved", "approved");
    }

    @Test
    void whatHasThreeSignaturesAtOnceIsNotHeld() throws Exception {
        Document.Command command = Documents.command("ship1");

        assertThat(client.orderSigned(SignedDocument.sign(command, TestOperator.KEY, BOB, CAROL)
                                .encode())
                        .status())
                .isEqualTo(201);

        assertThat(ship1.awaitDocument().encode()).isEqualTo(command.encode());
        assertThat(actions(command)).containsExactly("order");
    }

    @Test
    void aSignatureThatDoesNotCountIsRefusedAndSaysWhy() throws Exception {
        Document.Command command = Documents.command("ship1");
        client.orderSigned(TestOperator.sign(command));

        assertThat(message(sign(command, EVE, 403)))
                .contains("signature of eve does not count for the rule at trust.yaml:");
        assertThat(message(sign(command, Ed25519.generate(), 403))).contains("is no operator's key that is good here");
        SignedDocument copied = stored(command);
        var forged = new SignedDocument(
                copied.document(),
                List.of(
                        copied.signatures().getFirst(),
                        new SignedDocument.Signature(
                                BOB.key().id(), copied.signatures().getFirst().bytes())));
        assertThat(post(command, forged).status()).isEqualTo(403);
        assertThat(message(post(command, SignedDocument.decode(TestOperator.sign(Documents.command("ship1"))))))
                .contains("the document is another one");
        assertHeld(command, "anna");
    }

    @Test
    void theSameSignatureTwiceIsOne() throws Exception {
        Document.Command command = Documents.command("ship1");
        client.orderSigned(TestOperator.sign(command));
        sign(command, BOB, 200);
        sign(command, BOB, 200);

        assertHeld(command, "anna", "bob");
        client.orderSigned(TestOperator.sign(command)); // whose answer was lost
        assertHeld(command, "anna", "bob");
        assertThat(actions(command)).containsExactly("held", "approved");
    }

    @Test
    void whatIsHeldOutlivesARestart() throws Exception {
        Document.Command command = Documents.command("ship1");
        client.orderSigned(TestOperator.sign(command));
        sign(command, BOB, 200);
        station.restart();

        assertHeld(command, "anna", "bob");
        sign(command, CAROL, 200);
        assertThat(ship1.awaitDocument().encode()).isEqualTo(command.encode());
    }

    @Test
    void anOrderInPartsGoesOutWhenAllPartsAreSigned() throws Exception {
        var ids = Documents.id();
        Document.Command first = Documents.part(ids, 1, 2, "ship1");
        Document.Command second = Documents.part(ids, 2, 2, "ship2");
        try (ScriptedNode ship2 = station.node("ship2", 1)) {
            client.order(first, second);
            assertHeld(first, "anna");
            SignedDocument one = SignedDocument.sign(first, TestOperator.KEY, BOB, CAROL);
            assertThat(post(first, one).status())
                    .as("the other part lacks them")
                    .isEqualTo(403);

            SignedDocument two = SignedDocument.sign(second, TestOperator.KEY, BOB, CAROL);
            assertThat(post(first, one, two).status()).isEqualTo(200);
            assertThat(ship1.awaitDocument().encode()).isEqualTo(first.encode());
            assertThat(ship2.awaitDocument().encode()).isEqualTo(second.encode());
        }
    }

    @Test
    void whatIsNotSignedByItsDeadlineExpiresAndWasNeverSent() throws Exception {
        Document.Command command = Documents.part(
                Documents.id(), 1, 1, "shellcommand", Instant.now().plus(Duration.ofSeconds(2)), "ship1");
        client.orderSigned(TestOperator.sign(command));
        assertHeld(command, "anna");

        awaitState(command, "failed");
        JsonObject execution = client.get("/api/v1/commands/" + command.id() + "/executions")
                .json()
                .objects("executions", 9)
                .getFirst();
        assertThat(execution.text("state")).isEqualTo("expired");
        assertThat(execution.text("reason")).isEqualTo("not signed by enough operators by its deadline");
        assertThat(message(sign(command, BOB, 409))).contains("waits for no signatures");
        assertThat(ship1.hasReceivedNothing()).isTrue();
    }

    @Test
    void whoeverIsAskedToSignMayTurnItDown() throws Exception {
        Document.Command command = Documents.command("ship1");
        client.orderSigned(TestOperator.sign(command));

        Document.Cancel no = Documents.cancelBy(BOB, command.id(), "ship1");
        assertThat(client.cancelSigned(command.id().toString(), TestOperator.sign(no, BOB))
                        .status())
                .isEqualTo(202);

        awaitState(command, "failed");
        assertThat(message(sign(command, BOB, 409))).contains("waits for no signatures");
    }

    @Test
    void otherRulesLetGoWhatHasEnough() throws Exception {
        Document.Command command = Documents.command("ship1");
        client.orderSigned(TestOperator.sign(command));
        sign(command, BOB, 200);
        rules(2);

        assertThat(ship1.awaitDocument().encode()).isEqualTo(command.encode());
    }

    @Test
    void aSignerWhoIsRevokedMeanwhileDoesNotCount() throws Exception {
        Document.Command command = Documents.command("ship1");
        client.orderSigned(TestOperator.sign(command));
        sign(command, BOB, 200);
        publish(2, Optional.of(LONG_AGO));
        ship1.awaitDocument(); // the list

        sign(command, CAROL, 200);
        assertHeld(command, "anna", "carol");
        sign(command, DAVE, 200);
        assertThat(ship1.awaitDocument().encode()).isEqualTo(command.encode());
    }

    /** A ledger that was restored has held what has long gone out; or a node lies. */
    @Test
    void whatANodeSaysOfAHeldCommandIsTakenAsItsWord() throws Exception {
        var ends = new Outcome(
                ExecutionState.SUCCEEDED,
                1,
                OptionalInt.of(0),
                Optional.empty(),
                Optional.of(Instant.now()),
                Instant.now(),
                Optional.of(Duration.ofMillis(1)),
                0,
                0,
                0,
                List.of());
        List<Function<CommandId, Ack>> words = List.of(
                id -> new Ack.Unsure(id),
                id -> new Ack.Waiting(id),
                id -> new Ack.Started(id, 1, Instant.now()),
                id -> new Ack.Output(id, 1, new OutputChunk(OutputStreamName.STDOUT, 0, new byte[] {'x'})),
                id -> new Ack.Finished(id, ends),
                id -> new Ack.CancelRefused(id, "no cancel came"),
                id -> new Ack.Unknown(id));
        var held = new ArrayList<Document.Command>();
        for (Function<CommandId, Ack> word : words) {
            Document.Command command = Documents.command("ship1");
            client.orderSigned(TestOperator.sign(command));
            ship1.say(word.apply(command.id()));
            held.add(command);
        }
        awaitState(held.getLast(), "failed"); // lost, by the word that came last

        assertThat(held.stream().map(this::state))
                .containsExactly("received", "received", "running", "running", "succeeded", "held", "lost");
        Document.Command next = Documents.command("ship1");
        client.orderSigned(
                SignedDocument.sign(next, TestOperator.KEY, BOB, CAROL).encode());
        assertThat(ship1.awaitDocument().encode()).isEqualTo(next.encode());
    }

    @Test
    void whatNoRuleAllowsAnyMoreStaysHeldWhoeverSigns() throws Exception {
        Document.Command command = Documents.command("ship1");
        client.orderSigned(TestOperator.sign(command));
        sign(command, BOB, 200);
        rules("""
                  - profile: observe
                    by: '*'
                """);

        assertThat(message(sign(command, CAROL, 403))).startsWith("policy: no rule allows it");
        assertHeld(command, "anna", "bob");
        assertThat(ship1.hasReceivedNothing()).isTrue();
    }

    @Test
    void whoHasNoSayInItCantTurnItDown() throws Exception {
        Document.Command command = Documents.command("ship1");
        client.orderSigned(TestOperator.sign(command));
        Document.Cancel no = Documents.cancelBy(EVE, command.id(), "ship1");

        ApiClient.Answer answer = client.cancelSigned(command.id().toString(), TestOperator.sign(no, EVE));
        assertThat(answer.status()).isEqualTo(403);
        assertThat(message(answer)).contains("eve has not ordered it, nor would a signature of his count");
        assertHeld(command, "anna");
        Document.Cancel own = Documents.cancel(command.id(), "ship1");
        assertThat(client.cancel(command.id().toString(), own).status()).isEqualTo(202);
        client.cancel(command.id().toString(), own); // whose answer was lost
        awaitState(command, "failed");
        assertThat(actions(command)).containsExactly("held", "cancel");
    }

    @Test
    void nobodyTakesThePlaceOfASignatureThatIsYetToCome() throws Exception {
        Document.Command command = Documents.command("ship1");
        SignedDocument genuine = SignedDocument.sign(command, TestOperator.KEY);
        var garbage = new SignedDocument.Signature(CAROL.key().id(), new byte[64]);
        var with = new SignedDocument(
                genuine.document(), List.of(genuine.signatures().getFirst(), garbage));
        assertThat(message(client.orderSigned(with.encode()))).isEqualTo("signature: carol's does not hold");

        client.orderSigned(genuine.encode());
        SignedDocument both = stored(command).signedBy(BOB);
        var signatures = new ArrayList<>(both.signatures());
        signatures.add(garbage);
        assertThat(post(command, new SignedDocument(both.document(), signatures))
                        .status())
                .isEqualTo(403);
        signatures.set(2, new SignedDocument.Signature(Ed25519.generate().key().id(), new byte[64]));
        assertThat(message(post(command, new SignedDocument(both.document(), signatures))))
                .contains("is no operator's key that is good here");
        assertHeld(command, "anna");
        sign(command, BOB, 200);
        sign(command, CAROL, 200);
        assertThat(ship1.awaitDocument().encode()).isEqualTo(command.encode());
    }

    private String state(Document.Command command) {
        try {
            return client.get("/api/v1/commands/" + command.id() + "/executions")
                    .json()
                    .objects("executions", 9)
                    .getFirst()
                    .text("state");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** The trust file is looked at every now and then: waits until it is in force. */
    private void rules(int signatures) throws Exception {
        rules("""
                  - profile: full
                    by: [anna, bob, carol, dave]
                    signatures: %d
                  - profile: observe
                    by: '*'
                """.formatted(signatures));
    }

    private void rules(String rules) throws Exception {
        int before = reads();
        Files.writeString(station.folder.resolve("trust.yaml"), """
                fleet: %s
                authorities:
                  anna: %s
                rules:
                %s""".formatted(
                        TestOperator.FLEET, TestOperator.KEY.key(), rules.indent(2)));
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (reads() == before) {
            assertThat(System.nanoTime()).as("the trust file is not read").isLessThan(end);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private int reads() throws Exception {
        int reads = 0;
        for (JsonObject row : client.get("/api/v1/audit?limit=500").json().objects("entries", 500)) {
            if (entry(row).action().equals("trust")) {
                reads++;
            }
        }
        return reads;
    }

    private List<String> actions(Document.Command command) throws Exception {
        var actions = new ArrayList<String>();
        for (JsonObject row :
                client.get("/api/v1/audit?after=0&limit=500").json().objects("entries", 500)) {
            AuditEntry entry = entry(row);
            if (entry.on().equals(Optional.of(command.id().toString()))) {
                actions.add(entry.action());
            }
        }
        return actions;
    }

    private static AuditEntry entry(JsonObject row) throws Exception {
        return AuditEntry.decode(row.text("entry").getBytes(StandardCharsets.UTF_8));
    }

    private void publish(long number, Optional<Instant> bobRevoked) throws Exception {
        assertThat(client.publish(TestOperator.list(
                                number,
                                operator("bob", BOB, bobRevoked),
                                operator("carol", CAROL, Optional.empty()),
                                operator("dave", DAVE, Optional.empty()),
                                operator("eve", EVE, Optional.empty())))
                        .status())
                .isEqualTo(200);
    }

    private static OperatorList.Operator operator(String name, Ed25519 key, Optional<Instant> revokedAt) {
        return new OperatorList.Operator(name, key.key(), Optional.empty(), revokedAt);
    }

    private SignedDocument stored(Document.Command command) throws Exception {
        String text = client.get("/api/v1/commands/" + command.id() + "/documents")
                .json()
                .texts("documents", 9)
                .getFirst();
        return SignedDocument.decode(text.getBytes(StandardCharsets.UTF_8));
    }

    /** As whoever approves: signs what the station shows. */
    private ApiClient.Answer sign(Document.Command command, Ed25519 key, int status) throws Exception {
        ApiClient.Answer answer = post(command, stored(command).signedBy(key));
        assertThat(answer.status()).isEqualTo(status);
        return answer;
    }

    private ApiClient.Answer post(Document.Command command, SignedDocument... signed) throws Exception {
        List<String> texts = new ArrayList<>();
        for (SignedDocument each : signed) {
            texts.add(new String(each.encode(), StandardCharsets.UTF_8));
        }
        return client.post("/api/v1/commands/" + command.id() + "/signatures", Json.bytes(Map.of("documents", texts)));
    }

    private static String message(ApiClient.Answer answer) throws Exception {
        return answer.json().object("error").text("message");
    }

    private JsonObject assertHeld(Document.Command command, String... signers) throws Exception {
        JsonObject shown = client.get("/api/v1/commands/" + command.id()).json();
        assertThat(shown.object("states").integer("held", 0, 9)).isPositive();
        assertThat(shown.texts("signers", 9)).containsExactly(signers);
        return shown;
    }

    private void awaitState(Document.Command command, String state) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!client.get("/api/v1/commands/" + command.id())
                .json()
                .text("state")
                .equals(state)) {
            assertThat(System.nanoTime()).as("it is not " + state).isLessThan(end);
            LockSupport.parkNanos(20_000_000);
        }
    }
}
