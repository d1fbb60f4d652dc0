// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.Document;
import dev.steward.message.OperatorList;
import dev.steward.message.TurnDown;
import dev.steward.message.audit.AuditEntry;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.DocumentDigest;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.SignedDocument;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists and records that two of the authorities anna, bob and carol must sign; dave is an operator only. */
class ApiQuorumTest {
    private static final Ed25519 BOB = Ed25519.generate();
    private static final Ed25519 CAROL = Ed25519.generate();
    private static final Ed25519 DAVE = Ed25519.generate();
    private static final OperatorList.Operator OF_DAVE =
            new OperatorList.Operator("dave", DAVE.key(), Optional.empty(), Optional.empty());

    @TempDir
    Path folder;

    private RunningStation station;
    private ApiClient client;

    @BeforeEach
    void start() throws Exception {
        station = new RunningStation(folder);
        client = station.client;
        asksFor(2);
    }

    @AfterEach
    void stop() throws Exception {
        station.close();
    }

    @Test
    void aListIsHeldAcrossARestartAndInForceWithTheSecondSignature() throws Exception {
        byte[] list = TestOperator.sign(TestOperator.list(1, OF_DAVE));
        assertThat(client.publish(list).status()).isEqualTo(202);
        assertThat(client.publish(list).status()).as("the same again").isEqualTo(202);
        station.restart();

        JsonObject held = held().getFirst();
        assertThat(held.text("kind")).isEqualTo("operators");
        assertThat(held.texts("signers", 9)).containsExactly("anna");
        assertThat(held.integer("signaturesNeeded", 0, 9)).isEqualTo(2);
        assertThat(number()).isZero();

        byte[] both = SignedDocument.decode(list).signedBy(BOB).encode();
        assertThat(client.held(held.text("id"), "signatures", both).json().objects("held", 9))
                .isEmpty();
        assertThat(client.held(held.text("id"), "signatures", both).status())
                .as("whose answer was lost")
                .isEqualTo(200);
        assertThat(number()).isEqualTo(1);
        assertThat(held()).isEmpty();
        station.restart();
        assertThat(number()).isEqualTo(1);
        assertThat(client.get("/api/v1/operators").json().text("list"))
                .isEqualTo(new String(both, StandardCharsets.UTF_8));
        assertThat(actions(held.text("id"))).containsExactly("held", "approved");
    }

    @Test
    void whatIsFullySignedFromTheStartIsNotHeld() throws Exception {
        SignedDocument list = SignedDocument.sign(TestOperator.list(1), TestOperator.KEY, CAROL);

        assertThat(client.publish(list.encode()).status()).isEqualTo(200);

        assertThat(number()).isEqualTo(1);
    }

    @Test
    void aMachineIsLetInByTwoAndRevokedByTwo() throws Exception {
        TestNode ship4 = TestNode.named("ship4");
        byte[] approval = TestOperator.sign(ship4.record(1, Optional.empty()));
        assertThat(client.nodeRecord(approval).status()).isEqualTo(202);
        assertThat(nodes()).isEmpty();
        String id = held().getFirst().text("id");
        assertThat(held().getFirst().text("kind")).isEqualTo("node");
        sign(id, approval, CAROL);
        assertThat(nodes()).containsExactly("ship4");

        try (ScriptedNode node = station.speakingAs(ship4)) {
            Document.Command command = Documents.command(ship4.target());
            client.order(command);
            assertThat(node.awaitDocument().encode()).isEqualTo(command.encode());
        }
        byte[] revocation = TestOperator.sign(ship4.record(2, Optional.of(Instant.now())));
        client.nodeRecord(revocation);
        assertThat(letIn("ship4")).isTrue();
        sign(held().getFirst().text("id"), revocation, BOB);
        assertThat(letIn("ship4")).isFalse();
    }

    @Test
    void whatDoesNotCountIsRefusedAndTakesNobodysPlace() throws Exception {
        client.publish(SignedDocument.sign(TestOperator.list(1, OF_DAVE), TestOperator.KEY, BOB)
                .encode());
        byte[] list = TestOperator.sign(TestOperator.list(2, OF_DAVE));
        SignedDocument kept = SignedDocument.decode(list);
        var inBobsName = new SignedDocument(
                kept.document(),
                List.of(
                        kept.signatures().getFirst(),
                        new SignedDocument.Signature(
                                BOB.key().id(), kept.signatures().getFirst().bytes())));
        assertThat(client.publish(inBobsName.encode()).status()).isEqualTo(202);
        String id = held().getFirst().text("id");
        assertThat(held().getFirst().texts("signers", 9)).containsExactly("anna");

        for (SignedDocument useless : List.of(kept.signedBy(DAVE), kept.signedBy(Ed25519.generate()), inBobsName)) {
            ApiClient.Answer answer = client.held(id, "signatures", useless.encode());
            assertThat(answer.error()).isEqualTo("403 forbidden");
            assertThat(answer.json().object("error").text("message")).contains("by another authority");
        }
        assertThat(client.held(id, "signatures", TestOperator.sign(TestOperator.list(3)))
                        .error())
                .isEqualTo("400 bad-request");
        assertThat(number()).isEqualTo(1);
        assertThat(client.publish(TestOperator.sign(TestOperator.list(3), DAVE)).error())
                .as("whom nobody knows as its issuer")
                .isEqualTo("403 forbidden");

        sign(id, list, BOB); // his own takes effect all the same
        assertThat(number()).isEqualTo(2);
    }

    @Test
    void ofTwoListsOfOneNumberTheFirstToBeCompleteWins() throws Exception {
        byte[] one = TestOperator.sign(TestOperator.list(1, OF_DAVE));
        byte[] other = TestOperator.sign(TestOperator.list(1));
        client.publish(one);
        client.publish(other);
        String first = held().getFirst().text("id");
        String last = held().getLast().text("id");

        sign(last, bytes(held().getLast()), BOB);

        assertThat(held()).isEmpty();
        assertThat(number()).isEqualTo(1);
        assertThat(client.held(first, "signatures", one).error()).isEqualTo("404 not-found");
        assertThat(actions(first)).containsExactly("held", "dropped");
        assertThat(actions(last)).containsExactly("held", "approved");
    }

    @Test
    void whoCouldSignItTurnsItDownAndNobodyElse() throws Exception {
        byte[] list = TestOperator.sign(TestOperator.list(1));
        client.publish(list);
        String id = held().getFirst().text("id");

        assertThat(client.held(id, "turn-down", turnDown(list, DAVE)).error()).isEqualTo("403 forbidden");
        assertThat(client.held(id, "turn-down", turnDown(TestOperator.sign(TestOperator.list(2)), BOB))
                        .error())
                .isEqualTo("400 bad-request");
        assertThat(held()).hasSize(1);
        assertThat(client.held(id, "turn-down", turnDown(list, BOB)).status()).isEqualTo(204);

        assertThat(held()).isEmpty();
        assertThat(actions(id)).containsExactly("held", "turned-down");
        station.restart();
        assertThat(held()).isEmpty();
    }

    @Test
    void whereTheTrustFileAsksForFewerWhatWaitsTakesEffectByItself() throws Exception {
        client.publish(TestOperator.sign(TestOperator.list(1)));
        String id = held().getFirst().text("id");

        asksFor(1);

        await(1);
        assertThat(held()).isEmpty();
        assertThat(actions(id)).containsExactly("held", "approved");
    }

    @Test
    void whoseKeyIsRevokedMeanwhileDoesNotCount() throws Exception {
        byte[] record = TestOperator.sign(TestNode.named("ship4").record(1, Optional.empty()));
        client.nodeRecord(record);
        String id = held().getFirst().text("id");
        OperatorList.Operator anna =
                new OperatorList.Operator("anna", TestOperator.KEY.key(), Optional.empty(), Optional.of(Instant.now()));

        client.publish(SignedDocument.sign(by(BOB, TestOperator.list(1, anna)), BOB, CAROL)
                .encode());

        assertThat(held()).isEmpty();
        assertThat(nodes()).isEmpty();
        assertThat(actions(id)).containsExactly("held", "dropped");
    }

    @Test
    void whatTheLedgerHoldsUnreadablyIsDroppedAndStopsNothing() throws Exception {
        client.publish(TestOperator.sign(TestOperator.list(1, OF_DAVE)));
        String damaged = held().getFirst().text("id");
        byte[] list = TestOperator.sign(TestOperator.list(1));
        client.publish(list);
        String whole = held().getLast().text("id");
        station.whileStopped(() -> {
            try (var ledger = DriverManager.getConnection("jdbc:sqlite:" + station.folder.resolve("ledger.db"));
                    var change = ledger.prepareStatement("UPDATE held_document SET signed = ? WHERE id = ?")) {
                change.setBytes(1, Arrays.copyOf(list, list.length / 2));
                change.setString(2, damaged);
                assertThat(change.executeUpdate()).isEqualTo(1);
            } catch (SQLException e) {
                throw new IOException(e);
            }
        });

        sign(whole, list, BOB);

        await(1);
        assertThat(held()).isEmpty();
        assertThat(actions(damaged)).containsExactly("held", "dropped");
    }

    private static OperatorList by(Ed25519 issuer, OperatorList list) {
        return new OperatorList(
                list.id(), list.fleet(), issuer.key().id(), list.issuedAt(), list.number(), list.operators());
    }

    private static byte[] turnDown(byte[] signed, Ed25519 by) throws Exception {
        var says = new TurnDown(
                Documents.id(),
                TestOperator.FLEET,
                by.key().id(),
                Instant.now(),
                DocumentDigest.of(SignedDocument.decode(signed).document()));
        return TestOperator.sign(says, by);
    }

    private void asksFor(int signatures) throws Exception {
        station.whileStopped(() -> Files.writeString(
                station.folder.resolve("trust.yaml"),
                TestOperator.trustFile(signatures, Map.of("bob", BOB.key(), "carol", CAROL.key()))));
    }

    private void sign(String id, byte[] document, Ed25519 key) throws Exception {
        byte[] more = SignedDocument.decode(document).signedBy(key).encode();
        assertThat(client.held(id, "signatures", more).status()).isEqualTo(200);
    }

    private List<JsonObject> held() throws Exception {
        return client.get("/api/v1/held").json().objects("held", 99);
    }

    private static byte[] bytes(JsonObject held) throws Exception {
        return held.text("document").getBytes(StandardCharsets.UTF_8);
    }

    private long number() throws Exception {
        return client.get("/api/v1/operators").json().integer("number", 0, 99);
    }

    private List<String> nodes() throws Exception {
        var names = new ArrayList<String>();
        for (JsonObject node : client.get("/api/v1/nodes").json().objects("nodes", 9)) {
            names.add(node.text("name"));
        }
        return names;
    }

    /** Whether an order for it is taken. */
    private boolean letIn(String node) throws Exception {
        String record = client.get("/api/v1/node-records?node=" + node)
                .json()
                .texts("records", 9)
                .getFirst();
        return !record.contains("revokedAt");
    }

    private void await(long number) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (number() != number) {
            assertThat(System.nanoTime()).as("list %d is not in force", number).isLessThan(end);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private List<String> actions(String id) throws Exception {
        var actions = new ArrayList<String>();
        for (JsonObject row :
                client.get("/api/v1/audit?after=0&limit=500").json().objects("entries", 500)) {
            AuditEntry entry = AuditEntry.decode(row.text("entry").getBytes(StandardCharsets.UTF_8));
            if (entry.on().equals(Optional.of(id))) {
                actions.add(entry.action());
            }
        }
        return actions;
    }
}
