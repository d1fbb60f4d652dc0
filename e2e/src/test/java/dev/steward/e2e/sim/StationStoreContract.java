// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.ExecutionState;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import dev.steward.message.audit.AuditHash;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.json.JsonObject;
import dev.steward.message.link.Lane;
import dev.steward.message.link.LinkStore.SeenKey;
import dev.steward.message.link.LinkWrite;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.OutboxEntry;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.station.core.ApiToken;
import dev.steward.station.core.Execution;
import dev.steward.station.core.HeldDocument;
import dev.steward.station.core.HeldId;
import dev.steward.station.core.LedgerWrite;
import dev.steward.station.core.Role;
import dev.steward.station.core.Scope;
import dev.steward.station.core.StationStore;
import dev.steward.station.core.StationStore.KeptCancel;
import dev.steward.station.core.StationStore.KeptRecord;
import dev.steward.station.core.StationStore.KnownNode;
import dev.steward.station.core.Token;
import dev.steward.station.core.Transition;
import dev.steward.store.StoreException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What every ledger of a station does, on disk or in memory. */
abstract class StationStoreContract extends LedgerExecutionsContract {
    @Test
    void anEmptyLedgerHasNothing() {
        CommandId id = id();
        assertThat(store().nodes()).isEmpty();
        assertThat(store().tokens()).isEmpty();
        assertThat(store().apiTokens()).isEmpty();
        assertThat(store().shutOut()).isEmpty();
        assertThat(store().enrolments()).isEmpty();
        assertThat(store().nodeRecords()).isEmpty();
        assertThat(store().execution(id, SHIP1)).isEmpty();
        assertThat(store().targets(id)).isEmpty();
        assertThat(store().document(id, 1)).isEmpty();
        assertThat(store().parts(id)).isZero();
        assertThat(store().inFlight(SHIP1)).isEmpty();
        assertThat(store().overdue(FINE, 10)).isEmpty();
        assertThat(store().unsent(SHIP1, new MessageId(session, 1).toString())).isEmpty();
        assertThat(store().hasOutput(id, SHIP1, 1, OutputStreamName.STDOUT, 0)).isFalse();
        assertThat(store().outputBytes(id, SHIP1, 1)).isZero();
        assertThat(store().heldDocuments()).isEmpty();
        assertThat(store().lastOutboxPosition()).isZero();
        assertThat(store().lastSeq()).isZero();
        assertThat(store().outboxAfter(SHIP1, Lane.CONTROL, 0, 10)).isEmpty();
        assertThat(store().seen(SHIP1)).isEmpty();
        assertThat(mailboxPosition("one")).isZero();
    }

    @Test
    void nodesComeBackByNameWithTheDigestOfTheirFacts() {
        apply(new LedgerWrite.PutNode(SHIP2, FINE));
        apply(new LedgerWrite.PutNode(SHIP1, FINE));
        apply(new LedgerWrite.PutFacts(SHIP2, "digest", JsonObject.of(Map.of("os", "linux"))));
        apply(new LedgerWrite.PutFacts(CENTRAL, "digest", JsonObject.of(Map.of())));

        assertThat(store().nodes())
                .containsExactly(
                        new KnownNode(SHIP1, "", Optional.empty(), Optional.empty()),
                        new KnownNode(SHIP2, "digest", Optional.empty(), Optional.empty()));
    }

    @Test
    void capitalsSortBeforeSmallLettersAndDigitsBeforeBoth() {
        for (String name : List.of("b", "a-b", "B", "1", "a_b", "aB", "a")) {
            apply(new LedgerWrite.PutNode(new NodeName(name), FINE));
        }

        assertThat(store().nodes())
                .extracting(node -> node.name().value())
                .containsExactly("1", "B", "a", "a-b", "aB", "a_b", "b");
    }

    @Test
    void aNodeIsHeardOnceItIsKnown() {
        apply(new LedgerWrite.PutLastHeard(SHIP2, FINE));
        apply(new LedgerWrite.PutNode(SHIP1, FINE));
        commit();
        assertThat(lastHeard(SHIP1)).isEmpty();

        begin();
        apply(new LedgerWrite.PutLastHeard(SHIP1, FINE));
        apply(new LedgerWrite.PutFacts(SHIP1, "digest", JsonObject.of(Map.of())));
        commit();
        assertThat(lastHeard(SHIP1)).contains(COARSE);
        assertThat(store().nodes()).containsExactly(new KnownNode(SHIP1, "digest", Optional.empty(), Optional.empty()));
    }

    @Test
    void aNodeIsFrozenUntilItIsNotWhateverElseIsHeardOfIt() {
        apply(new LedgerWrite.PutFrozen(SHIP1, Optional.of(FINE))); // nobody knows it yet
        apply(new LedgerWrite.PutNode(SHIP1, FINE));
        apply(new LedgerWrite.PutNode(SHIP2, FINE));
        assertThat(store().nodes()).allMatch(node -> node.frozenSince().isEmpty());

        apply(new LedgerWrite.PutFrozen(SHIP1, Optional.of(FINE)));
        apply(new LedgerWrite.PutFacts(SHIP1, "digest", JsonObject.of(Map.of())));
        apply(new LedgerWrite.PutLastHeard(SHIP1, FINE));
        assertThat(store().nodes())
                .containsExactly(
                        new KnownNode(SHIP1, "digest", Optional.of(COARSE), Optional.empty()),
                        new KnownNode(SHIP2, "", Optional.empty(), Optional.empty()));

        apply(new LedgerWrite.PutFrozen(SHIP1, Optional.empty()));
        assertThat(store().nodes()).allMatch(node -> node.frozenSince().isEmpty());
    }

    @Test
    void howFarTheLogOfANodeHasComeIsWhatWasPutLast() {
        var third = new AuditMark(3, AuditHash.NONE.then(bytes("three")));
        var second = new AuditMark(2, AuditHash.NONE.then(bytes("two")));
        apply(new LedgerWrite.PutNodeAudit(SHIP1, Optional.of(third), FINE)); // nobody knows it yet
        apply(new LedgerWrite.PutNode(SHIP1, FINE));
        assertThat(store().nodes()).allMatch(node -> node.audit().isEmpty());

        apply(new LedgerWrite.PutNodeAudit(SHIP1, Optional.of(third), FINE));
        apply(new LedgerWrite.PutLastHeard(SHIP1, FINE));
        assertThat(store().nodes()).extracting(KnownNode::audit).containsExactly(Optional.of(third));
        apply(new LedgerWrite.PutNodeAudit(SHIP1, Optional.of(second), FINE));
        commit();

        begin();
        apply(new LedgerWrite.PutNodeAudit(SHIP1, Optional.empty(), FINE));
        assertThat(store().nodes()).allMatch(node -> node.audit().isEmpty());
        reopen();
        assertThat(store().nodes()).extracting(KnownNode::audit).containsExactly(Optional.of(second));
    }

    @Test
    void aCommandHasItsPartsAndTheirBytes() {
        CommandId id = command(2, 3);
        apply(new LedgerWrite.PutDocument(id, 1, bytes("first")));
        apply(new LedgerWrite.PutDocument(id, 2, bytes("")));

        assertThat(store().parts(id)).isEqualTo(2);
        assertThat(store().document(id, 1).orElseThrow()).isEqualTo(bytes("first"));
        assertThat(store().document(id, 2).orElseThrow()).isEmpty();
        assertThat(store().document(id, 3)).isEmpty();
    }

    @Test
    void aCancelIsKeptForEachNodeAndALaterOneTakesItsPlace() {
        CommandId id = command(1, 2);
        queued(id, SHIP1, COARSE);
        queued(id, SHIP2, COARSE);
        KeptCancel first = cancel(id, "1aa-1");
        apply(new LedgerWrite.PutCancel(SHIP1, first));
        apply(new LedgerWrite.PutCancel(SHIP2, first));
        commit();

        begin();
        KeptCancel second = cancel(id, "1aa-2");
        apply(new LedgerWrite.PutCancel(SHIP2, second));
        assertThat(store().cancel(id, SHIP1)).usingRecursiveComparison().isEqualTo(Optional.of(first));
        assertThat(store().cancel(id, SHIP2)).usingRecursiveComparison().isEqualTo(Optional.of(second));
        assertThat(store().cancel(id(), SHIP1)).isEmpty();

        var moved = new KeptCancel(first.document(), first.bytes(), "1aa-3");
        apply(new LedgerWrite.PutCancel(SHIP1, moved));
        assertThat(store().cancel(id, SHIP1)).usingRecursiveComparison().isEqualTo(Optional.of(moved));
        reopen();
        assertThat(store().cancel(id, SHIP1)).usingRecursiveComparison().isEqualTo(Optional.of(first));
        assertThat(store().cancel(id, SHIP2)).usingRecursiveComparison().isEqualTo(Optional.of(first));
    }

    private KeptCancel cancel(CommandId command, String messageId) {
        var document = new Document.Cancel(
                id(),
                SimOperator.FLEET,
                SimOperator.KEY.id(),
                COARSE,
                List.of(SimKeys.target(SHIP1), SimKeys.target(SHIP2)),
                command);
        return new KeptCancel(document, SimOperator.ANNA.signed(document), messageId);
    }

    @Test
    void theListOfOperatorsThatWasPutLastIsTheOneInForce() {
        assertThat(store().operators()).isEmpty();
        apply(new LedgerWrite.PutOperators(2, bytes("second")));
        commit();

        begin();
        apply(new LedgerWrite.PutOperators(10, bytes("tenth")));
        assertThat(store().operators().orElseThrow()).isEqualTo(bytes("tenth"));
        reopen();
        assertThat(store().operators().orElseThrow()).isEqualTo(bytes("second"));
    }

    @Test
    void anApiTokenIsKeptUntilItIsRevokedAndItsNameIsFreeThen() throws Exception {
        var first = apiToken("ci", 'a', Scope.ALL);
        var scope = Scope.of(Optional.of(List.of("ship*", "tug?")), Optional.of(List.of("shellcommand")));
        var second = apiToken("panel", 'b', scope);
        apply(new LedgerWrite.PutApiToken(first));
        apply(new LedgerWrite.PutApiToken(second));
        assertThat(store().apiTokens()).containsExactlyInAnyOrder(first, second);
        assertThat(store().isKnownApiToken(first.id(), "c".repeat(64))).isTrue();
        assertThat(store().isKnownApiToken(id(), second.hash())).isTrue();
        assertThat(store().isKnownApiToken(id(), "c".repeat(64))).isFalse();
        apply(new LedgerWrite.RevokeApiToken(first.id(), COARSE));
        commit();

        begin();
        var third = apiToken("ci", 'c', Scope.ALL);
        apply(new LedgerWrite.PutApiToken(third));
        assertThat(store().apiTokens()).containsExactlyInAnyOrder(second, third);
        reopen();
        assertThat(store().apiTokens()).containsExactly(second);
        assertThat(store().isKnownApiToken(id(), first.hash())).isTrue();
    }

    private ApiToken apiToken(String name, char hash, Scope scope) {
        return new ApiToken(
                id(),
                name,
                Character.toString(hash).repeat(64),
                Role.OPERATOR,
                scope,
                COARSE,
                "local",
                COARSE.plusSeconds(60));
    }

    @Test
    void aTokenIsKeptUntilItIsDeletedAndKnowsWhoHasUsedIt() {
        var open = new Token(
                id(), SimOperator.ANNA.key(), Optional.empty(), Optional.empty(), COARSE, COARSE, Optional.empty());
        var bound = new Token(
                id(),
                SimOperator.BOB.key(),
                Optional.of(SimOperator.ANNA.key()),
                Optional.of(SHIP1),
                COARSE,
                COARSE.plusSeconds(1),
                Optional.empty());
        var used = new Token(
                open.id(),
                open.key(),
                open.login(),
                open.node(),
                COARSE,
                COARSE,
                Optional.of(SimOperator.EVE.key().id()));
        apply(new LedgerWrite.PutToken(open));
        apply(new LedgerWrite.PutToken(bound));
        assertThat(store().tokens()).containsExactlyInAnyOrder(open, bound);
        apply(new LedgerWrite.PutToken(used));
        commit();

        begin();
        apply(new LedgerWrite.DeleteToken(bound.id()));
        assertThat(store().tokens()).containsExactly(used);
        reopen();
        assertThat(store().tokens()).containsExactlyInAnyOrder(used, bound);
    }

    @Test
    void keysThatAreShutOutAreKeptUntilNobodyCouldUseThemAnyway() {
        var anna = new StationStore.KeyOut(SimOperator.ANNA.key(), COARSE);
        var bob = new StationStore.KeyOut(SimOperator.BOB.key(), COARSE.plusSeconds(2));
        apply(new LedgerWrite.PutShutOut(anna.login(), anna.until()));
        apply(new LedgerWrite.PutShutOut(bob.login(), COARSE.plusSeconds(1)));
        apply(new LedgerWrite.PutShutOut(bob.login(), bob.until()));
        apply(new LedgerWrite.PutShutOut(bob.login(), COARSE)); // never for a shorter time
        assertThat(store().shutOut()).containsExactlyInAnyOrder(anna, bob);
        commit();

        begin();
        apply(new LedgerWrite.ForgetShutOut(COARSE.plusSeconds(1)));
        assertThat(store().shutOut()).containsExactly(bob);
        reopen();
        assertThat(store().shutOut()).containsExactlyInAnyOrder(anna, bob);
    }

    @Test
    void documentsThatWaitAreKeptInTheOrderInWhichTheyCameWithTheirNewestSignatures() throws Exception {
        var later = new HeldDocument(
                HeldId.parse("00000000000000aa"),
                bytes("later"),
                List.of("anna"),
                2,
                COARSE.plusSeconds(1),
                COARSE.plusSeconds(60));
        var first = new HeldDocument(
                HeldId.parse("00000000000000bb"), bytes("first"), List.of("anna"), 3, COARSE, COARSE.plusSeconds(60));
        apply(new LedgerWrite.PutHeldDocument(later));
        apply(new LedgerWrite.PutHeldDocument(first));
        commit();

        begin();
        apply(new LedgerWrite.PutHeldDocument(new HeldDocument(
                first.id(), bytes("more"), List.of("anna", "bob"), 3, COARSE, COARSE.plusSeconds(60))));
        apply(new LedgerWrite.DeleteHeldDocument(later.id()));
        HeldDocument kept = store().heldDocuments().getFirst();
        assertThat(kept.signed()).isEqualTo(bytes("more"));
        assertThat(kept.signers()).containsExactly("anna", "bob");
        assertThat(store().heldDocuments()).hasSize(1);
        reopen();
        assertThat(store().heldDocuments()).extracting(HeldDocument::id).containsExactly(first.id(), later.id());
        assertThat(store().heldDocuments().getFirst().endsAt()).isEqualTo(COARSE.plusSeconds(60));
        assertThat(store().heldDocuments().getFirst().signers()).containsExactly("anna");
    }

    @Test
    void requestsAndRecordsOfNodesAreKeptByKey() {
        var key = SimOperator.EVE.key();
        var linkKey = LinkKeyPair.generate().key();
        var request = new EnrolmentRequest(id(), SimOperator.FLEET, COARSE, id(), SHIP1, key, linkKey, key);
        var record = new NodeRecord(
                id(),
                SimOperator.FLEET,
                SimOperator.KEY.id(),
                COARSE,
                1,
                SHIP1,
                key,
                linkKey,
                Optional.of(key),
                Optional.empty());
        apply(new LedgerWrite.PutEnrolment(request, bytes("request"), COARSE));
        apply(new LedgerWrite.PutNodeRecord(record, bytes("first"), Optional.empty()));
        commit();

        begin();
        apply(new LedgerWrite.DeleteEnrolment(key.id()));
        apply(new LedgerWrite.PutNodeRecord(record, bytes("second"), Optional.of(bytes("first"))));
        assertThat(store().enrolments()).isEmpty();
        KeptRecord kept = store().nodeRecords().getFirst();
        assertThat(kept.signed()).isEqualTo(bytes("second"));
        assertThat(kept.former())
                .hasValueSatisfying(former -> assertThat(former).isEqualTo(bytes("first")));
        reopen();
        assertThat(store().enrolments()).containsExactly(bytes("request"));
        assertThat(store().nodeRecords()).singleElement().satisfies(only -> {
            assertThat(only.signed()).isEqualTo(bytes("first"));
            assertThat(only.former()).isEmpty();
        });
    }

    @Test
    void aMessageIsInTheOutboxOfItsNodeAndLaneUntilItIsRecorded() {
        String id = put(1, SHIP1, Lane.CONTROL).id().toString();

        assertThat(store().isInOutbox(SHIP1, Lane.CONTROL, id)).isTrue();
        assertThat(store().isInOutbox(SHIP1, Lane.RESULTS, id)).isFalse();
        assertThat(store().isInOutbox(SHIP2, Lane.CONTROL, id)).isFalse();
        apply(new LedgerWrite.OfLink(new LinkWrite.DeleteOutbox(1)));
        assertThat(store().isInOutbox(SHIP1, Lane.CONTROL, id)).isFalse();
    }

    @Test
    void aSecondRowUnderTheSameKeyIsRefused() {
        CommandId id = command(1, 2);
        apply(new LedgerWrite.PutNode(SHIP1, FINE));
        apply(new LedgerWrite.PutDocument(id, 1, bytes("first")));
        Execution execution = queued(id, SHIP1, COARSE);
        output(execution, 1, OutputStreamName.STDOUT, 0, 5);
        var chunk = new OutputChunk(OutputStreamName.STDOUT, 7, new byte[1]);

        refused(new LedgerWrite.PutNode(SHIP1, FINE));
        refused(new LedgerWrite.PutCommand(document(id, 1), "tester", 2, COARSE));
        refused(new LedgerWrite.PutDocument(id, 1, bytes("other")));
        refused(new LedgerWrite.PutExecution(execution, 100, CENTRAL));
        refused(new LedgerWrite.PutExecution(execution(id, SHIP2, COARSE), 1, CENTRAL));
        refused(new LedgerWrite.PutTransition(new Transition(1, execution, execution, SHIP1, FINE, FINE, "")));
        refused(new LedgerWrite.PutOutput(2, execution, 1, chunk));
        refused(new LedgerWrite.PutOutput(100, execution, 1, new OutputChunk(OutputStreamName.STDOUT, 0, new byte[1])));
    }

    private void refused(LedgerWrite write) {
        assertThatThrownBy(() -> apply(write)).as("%s", write).isInstanceOf(StoreException.class);
    }

    @Test
    void eventsAreKept() {
        event();
        event();
        commit();

        assertThat(events()).isEqualTo(2);
    }

    @Test
    void theNewestUnreadableFramesAreKept() {
        quarantine();
        commit();
        assertThat(quarantined()).isEqualTo(1);

        begin();
        for (int i = 0; i < Limits.QUARANTINE_ROWS; i++) {
            quarantine();
        }
        commit();
        assertThat(quarantined()).isEqualTo(Limits.QUARANTINE_ROWS);
    }

    @Test
    void aGenerationIsAboveTheLastAndNotBelowTheClock() {
        Instant start = Instant.ofEpochSecond(1000, 999_999_999);
        assertThat(raiseGeneration(start)).isEqualTo(1000);
        assertThat(raiseGeneration(start)).isEqualTo(1001);
        assertThat(raiseGeneration(Instant.ofEpochSecond(5))).isEqualTo(1002);
        assertThat(raiseGeneration(Instant.ofEpochSecond(2000))).isEqualTo(2000);
        apply(new LedgerWrite.PutGeneration(3000));
        assertThat(raiseGeneration(Instant.ofEpochSecond(2001))).isEqualTo(3001);
    }

    @Test
    void thePlaceInAMailboxIsThatOfOneIncarnation() {
        putMailboxPosition("one", 7);
        assertThat(mailboxPosition("one")).isEqualTo(7);
        assertThat(mailboxPosition("two")).isZero();

        putMailboxPosition("two", 3);
        assertThat(mailboxPosition("one")).isZero();
        assertThat(mailboxPosition("two")).isEqualTo(3);
    }

    @Test
    void theLinksKeepTheirOutboxAndCountersHere() {
        put(1, SHIP1, Lane.CONTROL);
        OutboxEntry entry = put(2, SHIP2, Lane.CONTROL);
        put(3, SHIP1, Lane.CONTROL);
        apply(new LedgerWrite.OfLink(new LinkWrite.DeleteOutbox(3)));
        apply(new LedgerWrite.OfLink(new LinkWrite.PutSeen(SHIP1, session, Lane.RESULTS, 4)));

        assertThat(store().outboxAfter(SHIP2, Lane.CONTROL, 0, 1_000_000))
                .usingRecursiveComparison()
                .isEqualTo(List.of(entry));
        assertThat(store().lastOutboxPosition()).isEqualTo(2);
        assertThat(store().seen(SHIP1)).hasSize(1).containsEntry(new SeenKey(session, Lane.RESULTS), 4L);
        assertThat(store().seen(SHIP2)).isEmpty();
    }

    @Test
    void whatIsCommittedStaysAndNothingOfAnUncommittedBatchDoes() {
        apply(new LedgerWrite.PutNode(SHIP1, FINE));
        apply(new LedgerWrite.PutLastHeard(SHIP1, FINE));
        apply(new LedgerWrite.PutFacts(SHIP1, "digest", JsonObject.of(Map.of())));
        CommandId id = command(1, 2);
        apply(new LedgerWrite.PutDocument(id, 1, bytes("document")));
        Execution first = queued(id, SHIP1, COARSE);
        Execution second = queued(id, SHIP2, COARSE);
        Execution running =
                output(move(second, as(second, ExecutionState.RUNNING, 1)), 1, OutputStreamName.STDOUT, 0, 5);
        put(1, SHIP1, Lane.CONTROL);
        apply(new LedgerWrite.OfLink(new LinkWrite.PutSeen(SHIP1, session, Lane.RESULTS, 4)));
        event();
        quarantine();
        putMailboxPosition("one", 7);
        long generation = raiseGeneration(Instant.EPOCH);
        CommandId unknown = id();
        List<Object> before = all();
        commit();

        begin();
        apply(new LedgerWrite.PutNode(SHIP2, FINE));
        apply(new LedgerWrite.PutLastHeard(SHIP1, FINE.plusSeconds(1)));
        apply(new LedgerWrite.PutFacts(SHIP1, "other", JsonObject.of(Map.of())));
        apply(new LedgerWrite.PutCommand(document(unknown, 1), "tester", 1, COARSE));
        apply(new LedgerWrite.PutDocument(unknown, 1, bytes("document")));
        queued(unknown, SHIP1, COARSE);
        Execution received = move(first, as(first, ExecutionState.RECEIVED, 0));
        move(received, as(first, ExecutionState.RUNNING, 1));
        output(running, 2, OutputStreamName.STDOUT, 0, 5);
        move(running, ended(running, ExecutionState.FAILED, false));
        put(2, SHIP2, Lane.CONTROL);
        apply(new LedgerWrite.OfLink(new LinkWrite.DeleteOutbox(1)));
        apply(new LedgerWrite.OfLink(new LinkWrite.PutSeen(SHIP1, session, Lane.RESULTS, 5)));
        event();
        quarantine();
        putMailboxPosition("two", 8);
        assertThat(raiseGeneration(Instant.EPOCH)).isEqualTo(generation + 1);
        reopen();

        assertThat(all()).usingRecursiveComparison().isEqualTo(before);
        assertThat(counts(id)).isEqualTo(new MemoryLedger.Command(1, 2, 2, 0));
        assertThat(lastHeard(SHIP1)).contains(COARSE);
        assertThat(events()).isEqualTo(1);
        assertThat(quarantined()).isEqualTo(1);
        assertThat(raiseGeneration(Instant.EPOCH)).isEqualTo(generation + 1);
    }
}
