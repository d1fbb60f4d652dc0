// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.operator.Identity;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.FleetId;
import dev.steward.message.Target;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an operator signs who approves another one's command: the documents, and no word of the station. */
class ApproveTest extends CommandLineFixture {
    private final Identity bob = new Identity(FLEET, "bob", Ed25519.generate());
    private final List<String> handedIn = new ArrayList<>();
    private final List<String> shown = new ArrayList<>();
    private String state = "held";

    @BeforeEach
    void stationHolds() {
        station.on("GET /api/v1/nodes", 200, Station.nodes("ship1", "ship2"));
        station.on("GET " + COMMANDS, exchange -> {
            String path = exchange.getRequestURI().getPath();
            Station.send(
                    exchange,
                    200,
                    path.endsWith("/documents")
                            ? Json.text(Map.of("documents", shown))
                            : path.equals(COMMANDS)
                                    ? listed(exchange.getRequestURI().getQuery())
                                    : held());
        });
        station.on("POST " + COMMANDS, exchange -> {
            handedIn.addAll(documents(exchange.getRequestBody().readAllBytes()));
            Station.send(exchange, 200, held());
        });
        shown.add(signed(order(FLEET, 1, 1, "reboot", Station.target("ship1")), bob));
    }

    @Test
    void theExactDocumentIsSignedInAddition() throws Exception {
        assertThat(steward("approve", ID, "--yes")).isZero();

        SignedDocument before = SignedDocument.decode(shown.getFirst().getBytes(StandardCharsets.UTF_8));
        SignedDocument after = SignedDocument.decode(handedIn.getFirst().getBytes(StandardCharsets.UTF_8));
        assertThat(after.document()).isEqualTo(before.document());
        assertThat(after.signatures())
                .extracting(SignedDocument.Signature::key)
                .containsExactly(bob.id(), operator.id());
        assertThat(after.isSignedBy(operator.signer().key(), Signatures.ED25519))
                .isTrue();
        assertThat(err())
                .contains(
                        "what:     reboot", "on:       1 node: ship1", bob.id().toString())
                .contains("signed; it still waits: 2 of 3 signatures");
    }

    @Test
    void withoutAYesNothingIsSigned() {
        assertThat(steward("approve", ID)).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("nobody is here to read it");
        atTerminal = true;
        in = new ByteArrayInputStream("n\n".getBytes(StandardCharsets.UTF_8));
        assertThat(steward("approve", ID)).isEqualTo(ExitCode.SOME_FAILED);
        in = new ByteArrayInputStream("y\n".getBytes(StandardCharsets.UTF_8));
        assertThat(handedIn).isEmpty();
        assertThat(steward("approve", ID)).isZero();
        assertThat(handedIn).hasSize(1);
    }

    @Test
    void whatIsNotTheCommandThatWasMeantGetsNoSignature() {
        Target ship1 = Station.target("ship1");
        String other = ID.replace("0001", "0002");
        refused("is not to be signed: its documents are of the command", other);
        shown.set(0, signed(order(new FleetId("ffffffffffffffffffffffffffffffff"), 1, 1, "reboot", ship1), bob));
        refused("is for the fleet ffffffff", ID);
        shown.set(0, signed(order(FLEET, 1, 2, "reboot", ship1), bob));
        refused("its parts are not all there", ID);
        shown.add(signed(order(FLEET, 2, 2, "rm", Station.target("ship2")), bob));
        refused("part 2 says something else than the first", ID);
        shown.removeLast();
        shown.set(0, signed(Records.approval(bob, "ship1", Station.machine("ship1"), 1), bob));
        refused("one of its documents is no command", ID);
        shown.clear();
        refused("it has no documents", ID);
    }

    @Test
    void aMachineThatTakesANamesPlaceGetsNoSignature() {
        Target another = new Target(
                Station.target("ship1").node(), Ed25519.generate().key().id());
        shown.set(0, signed(order(FLEET, 1, 1, "reboot", another), bob));

        refused("another machine that is called ship1", ID);
    }

    @Test
    void aSignerWhoIsNotKnownHereIsShownAsSuch() {
        steward("approve", ID, "--yes");

        assertThat(err()).contains(bob.id() + "  (not on the list of operators that is known here)");
    }

    @Test
    void whoeverHasSignedItIsToldSoAndSignsNothingMore() {
        shown.set(0, signedByBoth());

        assertThat(steward("approve", ID, "--yes")).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(err())
                .contains(
                        operator.id() + "  ann, who is here", "ann has signed it already; it waits for others: 2 of 3");
        assertThat(handedIn).isEmpty();
    }

    private String signedByBoth() {
        try {
            SignedDocument signed = SignedDocument.decode(shown.getFirst().getBytes(StandardCharsets.UTF_8));
            return new String(operator.sign(signed).encode(), StandardCharsets.UTF_8);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatWaitsForNothingIsSaidToDoSo() {
        state = "queued";

        assertThat(steward("approve", ID, "--yes")).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(err()).contains("it waits for no signatures");
        assertThat(handedIn).isEmpty();
    }

    @Test
    void pendingShowsWhatWaitsAndForWhat() {
        assertThat(steward("pending")).isZero();
        assertThat(out()).contains("SIGNED", "2 of 3", "bob, ann", ID);

        out.reset();
        assertThat(steward("pending", "--json")).isZero();
        assertThat(out()).startsWith("[{").contains("\"signaturesNeeded\":3");
    }

    private void refused(String text, String id) {
        assertThat(steward("approve", id, "--yes")).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains(text);
        assertThat(handedIn).isEmpty();
    }

    /** One page, and none behind it. */
    private String listed(String query) {
        return "{\"commands\":[" + (query.contains("held=true") && !query.contains("before") ? held() : "") + "]}";
    }

    private String held() {
        return Station.command(ID, "running", 1, "\"" + state + "\":1")
                .replaceFirst("}$", ",\"signers\":[\"bob\",\"ann\"],\"signaturesNeeded\":3}");
    }

    private Document.Command order(FleetId fleet, int part, int parts, String what, Target target) {
        try {
            return new Document.Command(
                    CommandId.parse(ID),
                    fleet,
                    part,
                    parts,
                    bob.id(),
                    NOW,
                    List.of(target),
                    "shellcommand",
                    "operatingsystem",
                    JsonObject.of(Map.of("command", List.of(what))),
                    Instant.parse("2026-02-01T12:00:00Z"),
                    Optional.of(Duration.ofMinutes(1)),
                    false,
                    false);
        } catch (dev.steward.message.RefusedException e) {
            throw new IllegalStateException(e);
        }
    }
}
