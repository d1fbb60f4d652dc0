// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.agent.core.AgentCore;
import dev.steward.message.CommandId;
import dev.steward.message.EnrolmentAnswer;
import dev.steward.message.NodeRecord;
import dev.steward.message.OperatorList;
import dev.steward.message.Subject;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.SignedDocument;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node whose trust file asks for the signatures of two of its authorities anna and bob; eve is an operator. */
class AuthoritiesTest extends DocumentsFixture {
    private AgentCore core;

    @BeforeEach
    void asksForTwo() throws Exception {
        trust = TestOperator.trust("authoritySignatures: 2\n"
                + TestOperator.trustFile().replace("\nrules:", "\n  bob: %s\nrules:".formatted(BOB.key())));
        core = met();
        offer(SignedDocument.sign(TestOperator.list(1, operator("eve", EVE)), TestOperator.KEY, BOB));
    }

    @Test
    void aListOfOneAuthorityIsRefusedHoweverOftenAndWithWhomeverItIsSigned() throws Exception {
        OperatorList next = TestOperator.list(2);
        SignedDocument one = SignedDocument.sign(next, TestOperator.KEY);
        SignedDocument.Signature annas = one.signatures().getFirst();
        for (SignedDocument each : List.of(
                one,
                one.signedBy(EVE), // an operator
                one.signedBy(Ed25519.generate()), // nobody
                new SignedDocument(
                        one.document(),
                        List.of(annas, new SignedDocument.Signature(BOB.key().id(), annas.bytes()))))) {
            offer(each);
            assertThat(lastError(core))
                    .contains("list of operators 2 is refused: authority: this needs the signatures of 2 authorities")
                    .contains("and has 1");
        }
        give(core, TestOperator.sign(command(EVE), EVE));
        assertThat(started).as("eve is on list 1 alone").hasSize(1);

        offer(one.signedBy(BOB));
        give(core, TestOperator.sign(command(EVE), EVE));
        assertThat(started).as("list 2 is in force").hasSize(1);
    }

    @Test
    void aRevokedAuthorityDoesNotCount() throws Exception {
        offer(SignedDocument.sign(TestOperator.list(2, bob(Optional.of(LONG_AGO))), TestOperator.KEY, BOB));

        offer(SignedDocument.sign(
                TestOperator.list(3, bob(Optional.of(LONG_AGO)), operator("eve", EVE)), TestOperator.KEY, BOB));

        assertThat(lastError(core)).contains("list of operators 3 is refused: authority: ");
    }

    @Test
    void otherKeysAreTakenByTheWordOfTwoAlone() throws Exception {
        NodeRecord record = record(2);

        otherKeys(SignedDocument.sign(record, TestOperator.KEY));
        otherKeys(SignedDocument.sign(record, TestOperator.KEY, EVE));
        assertThat(otherKeys).isEmpty();
        assertThat(lastError(core)).contains("authority: this needs the signatures of 2 authorities");

        otherKeys(SignedDocument.sign(record, TestOperator.KEY, BOB));
        assertThat(otherKeys).containsExactly(record);
    }

    private void otherKeys(SignedDocument signed) {
        give(
                core,
                Subject.otherKeys(SHIP),
                EnrolmentAnswer.approved(CommandId.create(now.wall(), random), signed)
                        .encode());
    }

    private void offer(SignedDocument list) {
        give(core, Subject.operators(SHIP), list.encode());
    }
}
