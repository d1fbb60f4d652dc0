// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.OperatorList;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.Signer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that wants three signatures, under a real station and agent. Witness is a file to which commands add lines. */
class HeldTest {
    private static final Ed25519 BOB = Ed25519.generate();
    private static final Ed25519 CAROL = Ed25519.generate();

    @TempDir
    Path folder;

    private Installation installation;
    private Path witness;

    @BeforeEach
    void start() throws Exception {
        witness = folder.resolve("witness");
        installation = new Installation(folder);
        rules(folder.resolve("station"), 3);
        rules(installation.agentFolder("ship1"), 3);
        installation.startBroker();
        installation.startStation();
        installation.startAgentAndWait("ship1");
        assertThat(installation.offer(List.of(TestOperator.sign(list())), "operators"))
                .isTrue();
    }

    @AfterEach
    void stop() throws Exception {
        installation.close();
    }

    @Test
    void threeSignaturesAskedTwoGivenIsHeldAndShownAndRejectedByTheNodeWhenForced() throws Exception {
        Document.Command command = Installation.document("echo two >> " + witness, false, "ship1");
        installation.order(List.of(command));
        sign(command, BOB);
        assertThat(installation.state(command.id(), "ship1")).isEqualTo("held");
        JsonObject shown = installation
                .get("commands?held=true")
                .orElseThrow()
                .objects("commands", 9)
                .getFirst();
        assertThat(shown.text("id")).isEqualTo(command.id().toString());
        assertThat(shown.texts("signers", 9)).containsExactly("anna", "bob");
        assertThat(shown.integer("signaturesNeeded", 0, 9)).isEqualTo(3);

        rules(folder.resolve("station"), 2); // a station that asks for less than its node, and lets it go

        installation.awaitState(command.id(), "ship1", "rejected");
        assertThat(installation.execution(command.id(), "ship1").text("reason"))
                .startsWith("policy: no rule allows it")
                .contains("it asks for signatures of 3 of those it names, and has 2");
        assertThat(witness).doesNotExist();
        assertThat(audit(command.id())).containsExactly("held", "approved", "approved", "refused");
    }

    @Test
    void withTheThirdSignatureItRunsAlsoWhereStationAndNodeWereGoneMeanwhile() throws Exception {
        Document.Command command = Installation.document("echo three >> " + witness, false, "ship1");
        installation.order(List.of(command));
        sign(command, BOB);
        installation.kill("ship1");
        installation.kill("station");
        installation.startStation();
        assertThat(installation.state(command.id(), "ship1")).isEqualTo("held");

        sign(command, CAROL);
        installation.startAgent("ship1");

        installation.awaitState(command.id(), "ship1", "succeeded");
        assertThat(Files.readAllLines(witness)).containsExactly("three");
    }

    private void sign(Document.Command command, Signer signer) throws Exception {
        String path = "commands/" + command.id();
        String shown = installation
                .get(path + "/documents")
                .orElseThrow()
                .texts("documents", 9)
                .getFirst();
        SignedDocument signed = SignedDocument.decode(shown.getBytes(StandardCharsets.UTF_8));
        assertThat(installation.offer(List.of(signed.signedBy(signer).encode()), path + "/signatures"))
                .isTrue();
    }

    private List<String> audit(CommandId command) throws Exception {
        return installation.get("audit?after=0&limit=500").orElseThrow().objects("entries", 500).stream()
                .map(row -> String.valueOf(row.get("entry")))
                .filter(entry -> entry.contains("\"on\":\"%s\"".formatted(command)))
                .map(entry -> entry.replaceFirst(".*\"action\":\"([a-z-]+)\".*", "$1"))
                .toList();
    }

    private static void rules(Path folder, int signatures) throws Exception {
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("trust.yaml"), """
                fleet: %s
                authorities:
                  anna: %s
                rules:
                  - profile: full
                    by: [anna, bob, carol]
                    signatures: %d
                """.formatted(TestOperator.FLEET, TestOperator.KEY.key(), signatures));
    }

    private static OperatorList list() {
        Instant now = Instant.now();
        return new OperatorList(
                CommandId.create(now, new SecureRandom()),
                TestOperator.FLEET,
                TestOperator.KEY.key().id(),
                now,
                1,
                List.of(operator("bob", BOB), operator("carol", CAROL)));
    }

    private static OperatorList.Operator operator(String name, Ed25519 key) {
        return new OperatorList.Operator(
                name, key.key(), Optional.of(Instant.now().plus(Duration.ofDays(1))), Optional.empty());
    }
}
