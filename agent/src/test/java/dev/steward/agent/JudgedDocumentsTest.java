// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.agent.core.AgentCore;
import dev.steward.message.Ack;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.FleetId;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.Subject;
import dev.steward.message.Target;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.trust.LocalTrust;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a node does with documents, whoever passes them on. */
class JudgedDocumentsTest extends DocumentsFixture {
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

    /** Bits of document and signature, one after the other; all of them in SignedDocumentTest. */
    @Test
    void noFlippedBitIsTakenForWhatWasSigned() {
        AgentCore core = met();
        Document.Command command = command(TestOperator.KEY);
        byte[] signed = TestOperator.sign(command);
        for (int bit = 0; bit < signed.length * 8; bit += 11) {
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
    void aCommandForAnotherMachineOfTheSameNameIsRejected() {
        AgentCore core = met();
        KeyId other = Ed25519.generate().key().id();
        Document.Command command = of(new Target(SHIP, other));
        give(core, TestOperator.sign(command));

        assertThat(started).isEmpty();
        assertThat(reason(core, command.id()))
                .isEqualTo(
                        "target: the document is for another machine that is called ship1, with the key %s; this one's is %s"
                                .formatted(other, IDENTITY));
    }

    @Test
    void aCancelForAnotherMachineOfTheSameNameIsRefused() {
        AgentCore core = met();
        Document.Command command = command(TestOperator.KEY);
        give(core, TestOperator.sign(command));
        var elsewhere = new Target(SHIP, Ed25519.generate().key().id());
        give(core, Subject.cancel(SHIP), TestOperator.sign(cancel(TestOperator.KEY, elsewhere, command.id())));

        assertThat(stopped).isEmpty();
        assertThat(refusal(core, command.id())).startsWith("target: the document is for another machine");
    }

    @Test
    void whatWaitsInAJournalDoesNotStartOnAMachineWithOtherKeys() {
        CommandId id = left(ExecutionState.RECEIVED, 0, false, Duration.ofHours(1));
        identity = Ed25519.generate().key().id();
        agree(core(), id);

        assertThat(started).isEmpty();
        assertThat(state(id)).isEqualTo(ExecutionState.REJECTED);
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
    void whoeverMakesUpDomainsGetsNoMoreProcessesThanThereMayBe() {
        AgentCore core = met();
        var ids = new ArrayList<CommandId>();
        for (int i = 0; i <= Limits.PROCESSES; i++) {
            Document.Command command = inDomain("domain" + i);
            give(core, Subject.command(SHIP, "shellcommand", "domain" + i), TestOperator.sign(command));
            ids.add(command.id());
        }

        assertThat(started).hasSize(Limits.PROCESSES);
        assertThat(reason(core, ids.getLast())).startsWith("this node has 64 processes");
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
}
