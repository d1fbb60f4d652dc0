// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.operator.Identity;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.FleetId;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.OperatorList;
import dev.steward.message.TurnDown;
import dev.steward.message.json.Json;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.signing.DocumentDigest;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.SignedDocument;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an authority signs who approves another one's list or record: by his own knowledge, and no word of the station. */
class ApproveDocumentTest extends CommandLineFixture {
    private static final String HELD = "/api/v1/held";

    private final Identity bob = new Identity(FLEET, "bob", Ed25519.generate());
    private final Ed25519 machine = Ed25519.generate();
    private final LinkKeyPair link = LinkKeyPair.generate();
    private final List<SignedDocument> held = new ArrayList<>();
    private final List<String> handedIn = new ArrayList<>();
    private EnrolmentAtStation enrolment;
    private boolean takesEffect = true;

    @BeforeEach
    void stationHolds() {
        new OperatorsAtStation(station, FLEET, operator, bob);
        enrolment = new EnrolmentAtStation(station, LinkKeyPair.generate().key());
        station.on("GET " + COMMANDS, 200, "{\"commands\":[]}");
        station.on("GET " + HELD, exchange -> Station.send(exchange, 200, listed()));
        station.on("POST " + HELD, exchange -> {
            handedIn.addAll(documents(exchange.getRequestBody().readAllBytes()));
            boolean turnDown = exchange.getRequestURI().getPath().endsWith("/turn-down");
            Station.send(exchange, turnDown ? 204 : 200, turnDown ? "" : takesEffect ? "{\"held\":[]}" : listed());
        });
    }

    @Test
    void whatWaitsIsListedInWords() {
        hold(list(1, FLEET, entry("carol", Ed25519.generate(), false)));
        hold(approval("ship4", machine));

        assertThat(steward("pending")).isZero();

        assertThat(out())
                .contains("1 of 2", "list 1 of operators: adds carol")
                .contains("approves node ship4, " + machine.key().id());
    }

    @Test
    void theExactListIsSignedInAdditionAndKnownFromThenOn() throws Exception {
        Ed25519 carol = Ed25519.generate();
        String id = hold(list(1, FLEET, entry("carol", carol, false)));

        assertThat(steward("approve", id, "--yes")).as(err()).isZero();

        SignedDocument after = SignedDocument.decode(handedIn.getFirst().getBytes(StandardCharsets.UTF_8));
        assertThat(after.document()).isEqualTo(held.getFirst().document());
        assertThat(after.signatures())
                .extracting(SignedDocument.Signature::key)
                .containsExactly(bob.id(), operator.id());
        assertThat(err())
                .contains(
                        "list 1 of operators, against none",
                        "new: carol, " + carol.key().id(),
                        "has taken effect");

        String older = hold(list(1, FLEET));
        assertThat(steward("approve", older, "--yes")).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("has the number 1, and list 1 was seen here");
        assertThat(handedIn).hasSize(1);
    }

    @Test
    void aListThatTakesARevocationBackGetsNoSignature() {
        Ed25519 carol = Ed25519.generate();
        String first = hold(list(1, FLEET, entry("carol", carol, true)));
        steward("approve", first, "--yes");
        String back = hold(list(2, FLEET, entry("carol", carol, false)));

        assertThat(steward("approve", back, "--yes")).isEqualTo(ExitCode.CREDENTIAL);

        assertThat(err()).contains("leaves out a revocation");
        assertThat(handedIn).hasSize(1);
    }

    @Test
    void anotherFleetsGetsNoSignature() {
        String id = hold(list(1, new FleetId("ffffffffffffffffffffffffffffffff")));

        assertThat(steward("approve", id, "--yes")).isEqualTo(ExitCode.CREDENTIAL);

        assertThat(err()).contains("is for the fleet ffffffff");
    }

    @Test
    void aMachineIsApprovedWithTheKeysThatItHasSignedItself() {
        String id = hold(approval("ship4", machine));
        assertThat(steward("approve", id, "--yes")).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("shows no request in which that machine names these keys itself");
        enrolment.waits("ship4", machine, LinkKeyPair.generate().key()); // it has another key for its link
        assertThat(steward("approve", id, "--yes")).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(handedIn).isEmpty();

        enrolment.waits("ship4", machine, link.key());
        assertThat(steward("approve", id, "--yes")).as(err()).isZero();

        assertThat(handedIn).hasSize(1);
        assertThat(err())
                .contains(
                        "lets a machine in as the node ship4",
                        "fingerprint: " + machine.key().id());
        assertThat(data.resolve("operator/nodes/ship4")).exists();

        Ed25519 other = Ed25519.generate();
        enrolment.waits("ship4", other, link.key());
        String second = hold(approval("ship4", other));
        assertThat(steward("approve", second, "--yes")).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("ship4 was approved with another key");
    }

    @Test
    void whatIsNotMeantOrSignedAlreadyIsNotSigned() {
        String id = hold(list(1, FLEET));
        assertThat(steward("approve", "ffffffffffffffff", "--yes")).isNotZero();
        assertThat(err()).contains("nothing waits as ffffffffffffffff");
        assertThat(steward("approve", id.substring(0, 15), "--yes")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("the whole id must be given");
        assertThat(steward("approve", id)).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("nobody is here to read it");
        assertThat(handedIn).isEmpty();
        takesEffect = false;
        assertThat(steward("approve", id, "--yes")).isZero();
        assertThat(err()).contains("it still waits: 1 of 2");
    }

    @Test
    void whoTurnsItDownSignsWhichBytesAreMeant() throws Exception {
        String id = hold(list(1, FLEET));

        assertThat(steward("cancel", id)).as(err()).isZero();

        SignedDocument says = SignedDocument.decode(handedIn.getFirst().getBytes(StandardCharsets.UTF_8));
        assertThat(says.read())
                .isInstanceOfSatisfying(
                        TurnDown.class,
                        turnDown -> assertThat(turnDown.document())
                                .isEqualTo(DocumentDigest.of(held.getFirst().document())));
        assertThat(station.requests("POST " + HELD)).containsExactly("POST %s/%s/turn-down".formatted(HELD, id));
    }

    @Test
    void whoseListOrRecordWaitsIsTold() {
        SignedDocument list = sign(list(1, FLEET));
        held.add(list);
        station.on("POST /api/v1/operators", exchange -> Station.send(exchange, 202, listed()));
        station.on("POST /api/v1/node-records", exchange -> Station.send(exchange, 202, listed()));
        enrolment.waits("ship4", machine, link.key());

        assertThat(steward("operator", "add", "bob", bob.signer().key().toString()))
                .isEqualTo(ExitCode.INCOMPLETE);
        assertThat(err()).contains("list 1 is held: 1 of 2 signatures").contains("approve " + id(list));
        assertThat(steward("node", "approve", "ship4", "--yes")).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(err())
                .contains("ship4, %s: held: 1 of 2".formatted(machine.key().id()));
        assertThat(err()).doesNotContain("is approved", "may order");
    }

    private NodeRecord approval(String node, Ed25519 key) {
        return new NodeRecord(
                CommandId.create(NOW, new Random(held.size())),
                FLEET,
                bob.id(),
                NOW,
                1,
                new NodeName(node),
                key.key(),
                link.key(),
                Optional.of(key.key()),
                Optional.empty());
    }

    private OperatorList list(long number, FleetId fleet, OperatorList.Operator... operators) {
        return new OperatorList(
                CommandId.create(NOW, new Random(held.size())), fleet, bob.id(), NOW, number, List.of(operators));
    }

    private static OperatorList.Operator entry(String name, Ed25519 key, boolean revoked) {
        return new OperatorList.Operator(
                name, key.key(), Optional.empty(), revoked ? Optional.of(NOW) : Optional.<Instant>empty());
    }

    private SignedDocument sign(Document document) {
        try {
            return SignedDocument.sign(document, bob.signer());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** @return the id under which it waits */
    private String hold(Document document) {
        SignedDocument signed = sign(document);
        held.add(signed);
        return id(signed);
    }

    private static String id(SignedDocument signed) {
        return DocumentDigest.of(signed.document()).shortened();
    }

    private String listed() {
        var list = new ArrayList<Map<String, Object>>();
        for (SignedDocument each : held) {
            list.add(Map.of(
                    "id",
                    id(each),
                    "kind",
                    "operators",
                    "document",
                    new String(each.encode(), StandardCharsets.UTF_8),
                    "signers",
                    List.of("bob"),
                    "signaturesNeeded",
                    2,
                    "heldAt",
                    "2026-01-31T12:00:00.000Z",
                    "endsAt",
                    "2026-02-07T12:00:00.000Z"));
        }
        return Json.text(Map.of("held", list));
    }
}
