// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.agent.core.AgentCore;
import dev.steward.message.Ack;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ErrorEvent;
import dev.steward.message.ExecutionState;
import dev.steward.message.FleetId;
import dev.steward.message.NodeName;
import dev.steward.message.OperatorList;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.json.JsonObject;
import dev.steward.message.link.Frame;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.Signer;
import dev.steward.message.trust.LocalTrust;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a node does with documents, whoever passes them on: the station that does here is in the test's hands. */
class JudgedDocumentsTest extends AgentCoreFixture {
    private static final Ed25519 BOB = Ed25519.generate();
    private static final Ed25519 EVE = Ed25519.generate();
    private static final Subject COMMANDS = Subject.command(SHIP, "shellcommand", "operatingsystem");
    private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

    @Test
    void whatAnOperatorHasSignedForThisNodeStarts() {
        AgentCore core = met();
        Document.Command command = command(TestOperator.KEY);
        give(core, TestOperator.sign(command));

        assertThat(started).containsExactly(command.id() + "/1");
    }

    @Test
    void whatNoOperatorHasSignedLeavesNothingBehindAndTheStationHearsWhichCheckFailed() throws Exception {
        AgentCore core = met();
        Document.Command command = command(TestOperator.KEY);
        List<SignedDocument.Signature> signatures =
                SignedDocument.decode(TestOperator.sign(command)).signatures();

        assertRefused(core, command.encode(), "not signed");
        assertRefused(
                core,
                TestOperator.sign(command(EVE), EVE),
                "signature: " + EVE.key().id());
        assertRefused(core, TestOperator.sign(command, EVE), "signature: the first to sign must be the issuer");
        assertRefused(core, forged(command(TestOperator.KEY), signatures), "signature: it is not anna's");
        assertRefused(core, TestOperator.sign(of(new FleetId("ff".repeat(16)), SHIP)), "fleet: ");
        station().give(core, now, Subject.command(SHIP, "shellcommand", "nginx"), TestOperator.sign(command));
        assertThat(lastError(core)).contains("target: the document belongs on");

        assertThat(started).isEmpty();
        assertThat(journal().execution(command.id())).isEmpty();
    }

    /** Each bit of document and signature, one after the other. */
    @Test
    void noFlippedBitIsTakenForWhatWasSigned() {
        AgentCore core = met();
        Document.Command command = command(TestOperator.KEY);
        byte[] signed = TestOperator.sign(command);
        for (int bit = 0; bit < signed.length * 8; bit += 3) {
            byte[] flipped = signed.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            if (!isSame(flipped, signed)) {
                give(core, flipped);
            }
        }
        for (int length = 0; length < signed.length; length += 7) {
            give(core, Arrays.copyOf(signed, length));
        }

        assertThat(started).isEmpty();
        assertThat(journal().open()).isEmpty();
        give(core, signed);
        assertThat(started).hasSize(1);
    }

    @Test
    void aCommandForAnotherNodeIsRejected() {
        AgentCore core = met();
        Document.Command command = of(TestOperator.FLEET, new NodeName("ship2"));
        give(core, TestOperator.sign(command));

        assertThat(started).isEmpty();
        assertThat(reason(core, command.id())).isEqualTo("target: the document is not for this node, ship1");
    }

    @Test
    void theSameDocumentInAnotherMessageRunsOnce() {
        AgentCore core = met();
        byte[] signed = TestOperator.sign(command(TestOperator.KEY));
        for (int i = 0; i < 3; i++) {
            give(core, signed);
        }

        assertThat(started).hasSize(1);
    }

    @Test
    void whatTheTrustFileDoesNotAllowIsRejectedWithTheRuleThatCameNearest() {
        trust = TestOperator.trust(TestOperator.trustFile().replaceFirst("(?s)rules:.*", """
                rules:
                  - allow: shellcommand
                    by: [anna]
                    commands: [[uptime]]
                """));
        AgentCore core = met();
        Document.Command command = command(TestOperator.KEY);
        give(core, TestOperator.sign(command));

        assertThat(started).isEmpty();
        assertThat(reason(core, command.id())).startsWith("policy: ").contains("trust.yaml:");
    }

    @Test
    void aDryRunSaysWhatAllowsItAndStartsNothing() {
        AgentCore core = met();
        Document.Command command = dryRun();
        give(core, TestOperator.sign(command));

        assertThat(started).isEmpty();
        Ack.Finished finished = finished(core, command.id());
        assertThat(finished.outcome().state()).isEqualTo(ExecutionState.SUCCEEDED);
        assertThat(new String(finished.outcome().output().getFirst().bytes(), StandardCharsets.UTF_8))
                .startsWith("allowed by ")
                .contains("trust.yaml:");
    }

    @Test
    void aRevocationComesBeforeWhatWaitsAndOutlivesARestart() {
        AgentCore core = met();
        publish(core, TestOperator.list(1, bob(Optional.empty())));
        core.drain(); // so that it waits
        Document.Command command = command(BOB);
        give(core, TestOperator.sign(command, BOB));
        assertThat(state(command.id())).isEqualTo(ExecutionState.RECEIVED);
        publish(core, TestOperator.list(2, bob(Optional.of(LONG_AGO))));

        pass(core, Duration.ofSeconds(1));
        AgentCore next = core();
        agree(next, command.id());
        assertThat(started).isEmpty();
        assertThat(reason(next, command.id())).startsWith("key: bob's key").contains("was revoked at 2020-01-01");
        Document.Command later = command(BOB);
        give(next, TestOperator.sign(later, BOB));
        assertThat(reason(next, later.id())).startsWith("key: bob's key");
    }

    @Test
    void nothingStartsWhileAListThatTheStationHasToldOfIsOnItsWay() {
        station().tellsOperators(2);
        AgentCore core = met();
        Document.Command command = command(TestOperator.KEY);
        give(core, TestOperator.sign(command));
        pass(core, Duration.ofSeconds(5));
        assertThat(started).isEmpty();

        publish(core, TestOperator.list(2));
        assertThat(started).containsExactly(command.id() + "/1");
    }

    @Test
    void aListThatIsRefusedHoldsNothingUp() {
        station().tellsOperators(2);
        AgentCore core = met();
        Document.Command command = command(TestOperator.KEY);
        give(core, TestOperator.sign(command));
        give(core, Subject.operators(SHIP), TestOperator.sign(by(EVE, TestOperator.list(2)), EVE));
        pass(core, Duration.ofSeconds(1));

        assertThat(started).containsExactly(command.id() + "/1");
    }

    @Test
    void onlyAuthoritiesMakeListsAndWhatIsRevokedStaysSo() throws Exception {
        AgentCore core = met();
        publish(core, TestOperator.list(3, bob(Optional.of(LONG_AGO))));
        give(
                core,
                Subject.operators(SHIP),
                TestOperator.sign(by(BOB, TestOperator.list(4, bob(Optional.empty()))), BOB));
        assertThat(lastError(core)).contains("list of operators 4 is refused: key: bob's key");
        publish(core, TestOperator.list(4, bob(Optional.empty())));
        assertThat(lastError(core)).contains("refused: revocation: ");
        publish(core, TestOperator.list(2, bob(Optional.of(LONG_AGO))));
        assertThat(lastError(core)).contains("refused: number: ");
        publish(core, TestOperator.list(5, bob(Optional.of(LONG_AGO)), operator("anna", EVE)));
        assertThat(lastError(core)).contains("refused: name: anna is an authority");

        Document.Command command = command(BOB);
        give(core, TestOperator.sign(command, BOB));
        assertThat(started).isEmpty();
    }

    @Test
    void oneCancelsOnesOwnAndAnothersOnlyByARule() {
        trust = TestOperator.trust(TestOperator.trustFile().replaceFirst("(?s)rules:.*", """
                rules:
                  - allow: shellcommand
                    by: '*'
                    shell: true
                """));
        AgentCore core = met();
        publish(core, TestOperator.list(1, bob(Optional.empty())));
        Document.Command annas = command(TestOperator.KEY);
        Document.Command bobs = command(BOB);
        give(core, TestOperator.sign(annas));
        give(core, TestOperator.sign(bobs, BOB));

        give(core, Subject.cancel(SHIP), TestOperator.sign(cancel(BOB, annas.id()), BOB));
        assertThat(stopped).isEmpty();
        assertThat(refusal(core, annas.id())).startsWith("policy: ");
        give(core, Subject.cancel(SHIP), TestOperator.sign(cancel(EVE, annas.id()), EVE));
        assertThat(stopped).isEmpty();
        give(core, Subject.cancel(SHIP), TestOperator.sign(cancel(TestOperator.KEY, annas.id())));
        assertThat(stopped).containsExactly(annas.id());
    }

    @Test
    void aSignatureThatNobodyHasMadeCountsForNothingAlsoAtTheStart() throws Exception {
        String alone = TestOperator.trustFile().replaceFirst("(?s)rules:.*", """
                rules:
                  - allow: shellcommand
                    by: [bob]
                    shell: true
                """);
        trust = TestOperator.trust(alone);
        AgentCore core = met();
        publish(core, TestOperator.list(1, bob(Optional.empty()), operator("eve", EVE)));
        core.drain();
        Document.Command command = command(BOB);
        SignedDocument bobs = SignedDocument.decode(TestOperator.sign(command, BOB));
        var signatures = new ArrayList<>(bobs.signatures());
        signatures.add(new SignedDocument.Signature(EVE.key().id(), new byte[64]));
        give(core, new SignedDocument(bobs.document(), signatures).encode());
        assertThat(state(command.id())).isEqualTo(ExecutionState.RECEIVED);

        trust = TestOperator.trust(alone.replace("by: [bob]", "by: [bob, eve]\n    signatures: 2"));
        pass(core, Duration.ofSeconds(1));
        AgentCore next = core();
        agree(next, command.id());
        assertThat(started).isEmpty();
        assertThat(reason(next, command.id())).startsWith("policy: ");
    }

    @Test
    void aListOutlivesATrustFileThatCantBeUsedForAWhile() throws Exception {
        AgentCore core = met();
        publish(core, TestOperator.list(7, bob(Optional.of(LONG_AGO))));
        trust = LocalTrust.none("chmod 600");
        pass(core, Duration.ofSeconds(1));
        AgentCore next = met();
        next.trust(now, TestOperator.trust());

        publish(next, TestOperator.list(3, bob(Optional.empty())));
        assertThat(lastError(next)).contains("refused: number: the list of operators in force has number 7");
        give(next, TestOperator.sign(command(BOB), BOB));
        assertThat(started).isEmpty();
    }

    @Test
    void aListGrantsNothingWhereItsAuthorityHasLeftTheTrustFile() throws Exception {
        AgentCore core = met();
        publish(core, TestOperator.list(1, operator("bob", BOB)));
        core.trust(
                now,
                TestOperator.trust(
                        TestOperator.trustFile().replace("anna: " + TestOperator.KEY.key(), "vault: " + EVE.key())));

        assertRefused(core, TestOperator.sign(command(BOB), BOB), "is no operator's key here");
        give(core, TestOperator.sign(command(EVE), EVE));
        assertThat(started).hasSize(1);
    }

    @Test
    void aRuleForCancelsIsOfTheDomainThatIsCanceled() {
        trust = TestOperator.trust(TestOperator.trustFile().replaceFirst("(?s)rules:.*", """
                rules:
                  - profile: full
                    by: [anna]
                  - allow: cancel
                    by: [bob]
                    domain: operatingsystem
                """));
        AgentCore core = met();
        publish(core, TestOperator.list(1, operator("bob", BOB)));
        Document.Command annas = command(TestOperator.KEY);
        give(core, TestOperator.sign(annas));
        give(core, Subject.cancel(SHIP), TestOperator.sign(cancel(BOB, annas.id()), BOB));

        assertThat(stopped).containsExactly(annas.id());
    }

    @Test
    void whoeverTakesTheTrustFileAwayIsObeyed() throws Exception {
        AgentCore core = met();
        core.trust(now, LocalTrust.gone("there is no trust file"));
        give(core, TestOperator.sign(command(TestOperator.KEY)));

        assertThat(started).isEmpty();
        assertThat(lastError(core)).contains("trust: there is no trust file");
    }

    @Test
    void withoutATrustFileNothingRunsAndEveryRefusalSaysWhy() throws Exception {
        trust = LocalTrust.none("there is no trust file");
        AgentCore core = met();
        assertThat(lastError(core)).contains("nothing runs here: there is no trust file");
        give(core, TestOperator.sign(command(TestOperator.KEY)));
        assertThat(started).isEmpty();
        assertThat(lastError(core)).contains("trust: there is no trust file");

        core.trust(now, TestOperator.trust());
        give(core, TestOperator.sign(command(TestOperator.KEY)));
        assertThat(started).hasSize(1);
    }

    @Test
    void aTrustFileThatBecomesUnreadableChangesNothingAndIsToldOf() throws Exception {
        AgentCore core = met();
        core.trust(now, LocalTrust.none("trust.yaml:3: unknown key"));
        assertThat(lastError(core))
                .contains("the rules from before stay in force")
                .contains("trust.yaml:3");

        give(core, TestOperator.sign(command(TestOperator.KEY)));
        assertThat(started).hasSize(1);
    }

    private AgentCore met() {
        AgentCore core = core();
        station().meet(core, now);
        return core;
    }

    private void give(AgentCore core, byte[] signed) {
        give(core, COMMANDS, signed);
    }

    private void give(AgentCore core, Subject subject, byte[] signed) {
        station().give(core, now, subject, signed);
        station().exchange(core, now);
    }

    private void publish(AgentCore core, OperatorList list) {
        give(core, Subject.operators(SHIP), TestOperator.sign(list));
    }

    private void assertRefused(AgentCore core, byte[] signed, String reason) throws Exception {
        give(core, signed);
        assertThat(lastError(core)).startsWith("refused: ").contains(reason);
    }

    private String lastError(AgentCore core) throws Exception {
        station().exchange(core, now);
        Frame.Data last = station().told.getLast();
        return ErrorEvent.decode(last.body()).text();
    }

    private Ack.Finished finished(AgentCore core, CommandId id) {
        station().exchange(core, now);
        return acks().stream()
                .filter(ack -> ack instanceof Ack.Finished && ack.command().equals(id))
                .map(Ack.Finished.class::cast)
                .findFirst()
                .orElseThrow();
    }

    private String reason(AgentCore core, CommandId id) {
        Ack.Finished finished = finished(core, id);
        assertThat(finished.outcome().state()).isEqualTo(ExecutionState.REJECTED);
        return finished.outcome().reason().orElseThrow();
    }

    private String refusal(AgentCore core, CommandId id) {
        station().exchange(core, now);
        return acks().stream()
                .filter(ack -> ack instanceof Ack.CancelRefused && ack.command().equals(id))
                .map(ack -> ((Ack.CancelRefused) ack).reason())
                .findFirst()
                .orElseThrow();
    }

    private List<Ack> acks() {
        var acks = new ArrayList<Ack>();
        for (Frame.Data data : station().told) {
            if (data.subject().kind() == Subject.Kind.ACK) {
                try {
                    acks.add(Ack.decode(data.body()));
                } catch (RefusedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        return acks;
    }

    /** The same document with the same signatures, written in another way. */
    private static boolean isSame(byte[] flipped, byte[] signed) {
        try {
            SignedDocument a = SignedDocument.decode(flipped);
            SignedDocument b = SignedDocument.decode(signed);
            return Arrays.equals(a.document(), b.document())
                    && Arrays.equals(
                            a.signatures().getFirst().bytes(),
                            b.signatures().getFirst().bytes());
        } catch (RefusedException e) {
            return false;
        }
    }

    private static byte[] forged(Document document, List<SignedDocument.Signature> signatures) {
        return new SignedDocument(document.encode(), signatures).encode();
    }

    private static OperatorList by(Signer issuer, OperatorList list) {
        return new OperatorList(
                list.id(), list.fleet(), issuer.key().id(), list.issuedAt(), list.number(), list.operators());
    }

    private static OperatorList.Operator bob(Optional<Instant> revokedAt) {
        return new OperatorList.Operator("bob", BOB.key(), Optional.empty(), revokedAt);
    }

    private static OperatorList.Operator operator(String name, Signer signer) {
        return new OperatorList.Operator(name, signer.key(), Optional.empty(), Optional.empty());
    }

    private Document.Cancel cancel(Signer issuer, CommandId command) {
        return new Document.Cancel(
                CommandId.create(now.wall(), random),
                TestOperator.FLEET,
                issuer.key().id(),
                now.wall(),
                List.of(SHIP),
                command);
    }

    private Document.Command command(Signer issuer) {
        return of(TestOperator.FLEET, issuer.key().id(), SHIP, false);
    }

    private Document.Command dryRun() {
        return of(TestOperator.FLEET, TestOperator.KEY.key().id(), SHIP, true);
    }

    private Document.Command of(FleetId fleet, NodeName target) {
        return of(fleet, TestOperator.KEY.key().id(), target, false);
    }

    private Document.Command of(FleetId fleet, KeyId issuer, NodeName target, boolean dryRun) {
        return new Document.Command(
                CommandId.create(now.wall(), random),
                fleet,
                1,
                1,
                issuer,
                now.wall(),
                List.of(target),
                "shellcommand",
                "operatingsystem",
                JsonObject.of(Map.of("shell", "true")),
                now.wall().plusSeconds(3_600),
                Optional.empty(),
                false,
                dryRun);
    }
}
