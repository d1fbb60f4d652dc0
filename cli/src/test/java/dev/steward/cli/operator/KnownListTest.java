// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import static dev.steward.cli.operator.KnownLists.active;
import static dev.steward.cli.operator.KnownLists.revoked;
import static dev.steward.cli.operator.KnownLists.signed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.steward.cli.terminal.ExitCode;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.FleetId;
import dev.steward.message.OperatorList.Operator;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.SignedDocument;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a station that was taken over may try, so that an authority signs for it. */
class KnownListTest {
    private static final FleetId FLEET = FleetId.of(new byte[FleetId.BYTES]);

    private static final Instant LATER = KnownLists.NOW.plusSeconds(3_600);

    private final Identity ann = somebody("ann");
    private final Identity bob = somebody("bob");
    private final Identity eve = somebody("eve");

    @Test
    void ownListsAreBuiltOnWithoutAQuestion() throws Exception {
        KnownList.NONE.checkSuccessor(KnownList.NONE, ann, Optional.empty());
        KnownList.NONE.checkSuccessor(signed(ann, 3, List.of(active(ann), active(bob))), ann, Optional.empty());
    }

    @Test
    void theListThatWasKeptIsBuiltOnWithoutAQuestion() throws Exception {
        KnownList known = signed(bob, 3, List.of(active(ann), active(bob)));

        known.checkSuccessor(signed(bob, 3, List.of(active(ann), active(bob))), ann, Optional.empty());
    }

    @Test
    void anotherListWithTheNumberOfTheKeptOneIsRefused() throws Exception {
        KnownList known = signed(bob, 3, List.of(active(ann), active(bob)));

        refusedEvenIfAccepted(known, signed(bob, 3, List.of(active(ann))), "another list 3 was seen here before");
        refusedEvenIfAccepted(known, signed(ann, 3, List.of(active(ann))), "another list 3 was seen here before");
    }

    @Test
    void anotherAuthoritysListIsLookedAtWhateverItChanges() throws Exception {
        var ending = new Operator("eve", eve.signer().key(), Optional.of(LATER), Optional.empty());
        var ended = new Operator("eve", eve.signer().key(), Optional.of(LATER.minusSeconds(60)), Optional.empty());
        var renamed = new Operator("root", eve.signer().key(), Optional.of(LATER), Optional.empty());
        KnownList known = signed(ann, 3, List.of(active(ann), active(bob), ending));

        String signer = "list 4 of operators, signed by bob, " + bob.id();
        looked(known, signed(bob, 4, List.of(active(ann), active(bob), revoked(eve))), signer);
        looked(known, signed(bob, 4, List.of(active(ann), active(bob), revoked(eve))), "changed: eve, " + eve.id());
        looked(known, signed(bob, 4, List.of(active(ann), active(bob))), "dropped: eve, " + eve.id());
        looked(known, signed(bob, 4, List.of(active(bob), ending)), "dropped: ann, " + ann.id());
        looked(known, signed(bob, 4, List.of(revoked(ann), active(bob), ending)), "changed: ann, " + ann.id());
        looked(known, signed(bob, 4, List.of(active(ann), active(bob), ended)), "before: until " + LATER);
        looked(known, signed(bob, 4, List.of(active(ann), active(bob), renamed)), "root, " + eve.id() + ", until");
        looked(known, signed(bob, 4, List.of(active(ann), active(bob), renamed)), "before: named eve");
        looked(known, signed(bob, 4, List.of(active(ann), active(bob), ending)), "names the same operators");
    }

    @Test
    void aKeyThatAListItselfNamesSignsNothingThatIsBuiltOn() throws Exception {
        KnownList known = signed(ann, 3, List.of(active(ann), active(bob)));

        for (Operator mallory : List.of(active(eve), revoked(eve))) {
            refusedEvenIfAccepted(
                    known,
                    signed(eve, 4, List.of(active(ann), active(bob), mallory)),
                    "is signed by %s, which list 3, that was seen here before, does not name".formatted(eve.id()));
        }
    }

    @Test
    void aNumberThatLeavesNoneForLaterOnesIsRefused() throws Exception {
        KnownList known = signed(ann, 3, List.of(active(ann), active(bob)));

        refusedEvenIfAccepted(
                known,
                signed(bob, 1_004, List.of(active(ann), active(bob))),
                "has the number 1004, more than 1000 above the 3");
        looked(known, signed(bob, 1_003, List.of(active(ann), active(bob))), "list 1003");
    }

    @Test
    void aKeyThatWasSlippedInMustBeLookedAtFirst() throws Exception {
        KnownList known = signed(ann, 3, List.of(active(ann), active(bob)));
        KnownList shown = signed(bob, 4, List.of(active(ann), active(bob), active(eve)));

        String text = refused(known, shown, "new: eve, " + eve.id());
        assertThat(text).doesNotContain("new: bob", "changed", "dropped");
        String mark = text.substring(text.lastIndexOf(' ') + 1);

        assertThat(mark).matches("[0-9a-f]{64}");
        known.checkSuccessor(shown, ann, Optional.of(mark));
        refused(known, shown, "new: eve", Optional.of(mark.substring(0, 16)));
        KnownList other = signed(bob, 4, List.of(active(ann), active(bob), active(somebody("mallory"))));
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> known.checkSuccessor(other, ann, Optional.of(mark)))
                .withMessageContaining("mallory");
    }

    @Test
    void whoSeesAListForTheFirstTimeLooksAtAllOfIt() throws Exception {
        KnownList shown = signed(eve, 7_000, List.of(active(eve), revoked(bob)));

        String text = looked(KnownList.NONE, shown, "list 7000 of operators, signed by eve, " + eve.id());
        assertThat(text).contains("new: eve, " + eve.id(), "new: bob, " + bob.id() + ", revoked at " + KnownLists.NOW);
        looked(KnownList.NONE, signed(eve, 1, List.of(revoked(eve))), eve.id() + ", which it revokes");
        refusedEvenIfAccepted(KnownList.NONE, signed(eve, 1, List.of(active(bob))), "which it does not name");
    }

    @Test
    void aRevocationThatIsLeftOutIsNoticedEvenByOwnHand() throws Exception {
        KnownList known = signed(ann, 3, List.of(active(ann), revoked(bob)));

        refused(known, signed(ann, 4, List.of(active(ann))), "leaves out a revocation");
        refused(known, signed(ann, 4, List.of(active(ann), active(bob))), "leaves out a revocation");
    }

    @Test
    void aListOfAnUnknownOrRevokedSignerOrOfAnotherFleetIsRefused() throws Exception {
        KnownList known = signed(ann, 3, List.of(active(ann), revoked(bob)));

        refused(known, signed(eve, 4, List.of(active(ann), revoked(bob))), "does not name");
        refused(known, signed(bob, 4, List.of(active(ann), revoked(bob))), "which is revoked");
        var abroad = new Identity(new FleetId("f".repeat(32)), "ann", ann.signer());
        refused(known, signed(abroad, 4, List.of(active(ann), revoked(bob))), "is of the fleet");
    }

    @Test
    void aSignatureThatDoesNotHoldIsRefused() throws Exception {
        KnownList right = signed(ann, 4, List.of(active(ann)));
        byte[] wrong = eve.signer().sign(new byte[1]);
        var posing = new SignedDocument(
                right.signed().orElseThrow().document(), List.of(new SignedDocument.Signature(ann.id(), wrong)));

        refused(KnownList.NONE, KnownList.of(posing), "does not hold");
    }

    /** It is shown, and built on once it was accepted as it is. */
    private String looked(KnownList known, KnownList shown, String why) throws Exception {
        String text = refused(known, shown, why);
        known.checkSuccessor(shown, ann, Optional.of(shown.mark()));
        return text;
    }

    private void refusedEvenIfAccepted(KnownList known, KnownList shown, String why) {
        assertThat(refused(known, shown, why)).doesNotContain("--accept");
        refused(known, shown, why, Optional.of(shown.mark()));
    }

    private String refused(KnownList known, KnownList shown, String why) {
        return refused(known, shown, why, Optional.empty());
    }

    private String refused(KnownList known, KnownList shown, String why, Optional<String> accepted) {
        var text = new String[] {""};
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> known.checkSuccessor(shown, ann, accepted))
                .satisfies(failure -> text[0] = failure.text())
                .withMessageContaining(why)
                .matches(failure -> failure.exitCode() == ExitCode.CREDENTIAL);
        return text[0];
    }

    private static Identity somebody(String name) {
        return new Identity(FLEET, name, Ed25519.generate());
    }
}
