// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.Subject;
import dev.steward.message.link.Lane;
import dev.steward.message.link.LinkStore;
import dev.steward.message.link.LinkStore.SeenKey;
import dev.steward.message.link.LinkWrite;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.OutboxEntry;
import dev.steward.message.link.Session;
import dev.steward.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of a link does, on disk or in memory. */
abstract class LinkStoreContract {
    static final NodeName PEER = new NodeName("ship1");
    static final NodeName OTHER = new NodeName("ship2");
    private static final int ENOUGH = 1_000_000;
    private static final int SEEN_ROWS = Limits.SEEN_SESSIONS * Lane.values().length;

    private final Random random = new Random(1);
    private final Session session = Session.create(random);

    abstract LinkStore store();

    abstract void begin();

    abstract void apply(LinkWrite write);

    abstract void commit();

    /** Goes on with what is committed, as after a crash. */
    abstract void reopen();

    abstract List<OutboxEntry> unsent(NodeName peer, Lane lane, String id);

    abstract long outboxBytes(Lane lane);

    abstract long lastPosition();

    @BeforeEach
    void beginFirst() {
        begin();
    }

    private OutboxEntry put(long position, NodeName peer, Lane lane, int bytes) {
        var body = new byte[bytes];
        random.nextBytes(body);
        Subject subject = Subject.command(peer, "test", "store");
        var entry = new OutboxEntry(position, peer, lane, new MessageId(session, position), subject, body, false);
        apply(new LinkWrite.PutOutbox(entry));
        return entry;
    }

    private List<Long> positions(NodeName peer, Lane lane, long after, int maxBytes) {
        return store().outboxAfter(peer, lane, after, maxBytes).stream()
                .map(OutboxEntry::position)
                .toList();
    }

    private Session putSeen(NodeName peer, Session from, Lane lane, long counter) {
        apply(new LinkWrite.PutSeen(peer, from, lane, counter));
        return from;
    }

    /** All that can be read. */
    private List<Object> all() {
        var all = new ArrayList<Object>();
        for (NodeName peer : List.of(PEER, OTHER)) {
            for (Lane lane : Lane.values()) {
                all.add(store().outboxAfter(peer, lane, 0, ENOUGH));
            }
            all.add(store().seen(peer));
        }
        for (Lane lane : Lane.values()) {
            all.add(outboxBytes(lane));
        }
        all.add(lastPosition());
        return all;
    }

    @Test
    void anEmptyStoreHasNothing() {
        assertThat(store().outboxAfter(PEER, Lane.CONTROL, 0, ENOUGH)).isEmpty();
        assertThat(store().seen(PEER)).isEmpty();
        assertThat(unsent(PEER, Lane.CONTROL, new MessageId(session, 1).toString()))
                .isEmpty();
        assertThat(outboxBytes(Lane.BULK)).isZero();
        assertThat(lastPosition()).isZero();
    }

    @Test
    void anEntryComesBackAsItWasPut() {
        OutboxEntry empty = put(1, PEER, Lane.RESULTS, 0);
        OutboxEntry full = put(2, PEER, Lane.RESULTS, 1000);

        assertThat(store().outboxAfter(PEER, Lane.RESULTS, 0, ENOUGH))
                .usingRecursiveComparison()
                .isEqualTo(List.of(empty, full));
    }

    @Test
    void theOutboxComesBackInOrderOfSendingALaneAtATime() {
        for (long position : new long[] {3, 1, 2}) {
            put(position, PEER, Lane.CONTROL, 10);
        }
        put(4, PEER, Lane.BULK, 10);
        put(5, OTHER, Lane.CONTROL, 10);

        assertThat(positions(PEER, Lane.CONTROL, 0, ENOUGH)).containsExactly(1L, 2L, 3L);
        assertThat(positions(PEER, Lane.CONTROL, 2, ENOUGH)).containsExactly(3L);
        assertThat(positions(PEER, Lane.CONTROL, 3, ENOUGH)).isEmpty();
        assertThat(positions(PEER, Lane.BULK, 0, ENOUGH)).containsExactly(4L);
        assertThat(positions(PEER, Lane.RESULTS, 0, ENOUGH)).isEmpty();
        assertThat(positions(OTHER, Lane.CONTROL, 0, ENOUGH)).containsExactly(5L);
        assertThat(lastPosition()).isEqualTo(5);
    }

    @Test
    void aLoadStopsAtItsBytesButIsNeverEmptyWhereThereIsMore() {
        int encoded = put(1, PEER, Lane.CONTROL, 1000).encodedBytes();
        for (long position = 2; position <= 5; position++) {
            put(position, PEER, Lane.CONTROL, 1000);
        }

        assertThat(positions(PEER, Lane.CONTROL, 0, 3 * encoded)).containsExactly(1L, 2L, 3L);
        assertThat(positions(PEER, Lane.CONTROL, 0, 3 * encoded - 1)).containsExactly(1L, 2L);
        assertThat(positions(PEER, Lane.CONTROL, 0, 1)).containsExactly(1L);
    }

    @Test
    void aLoadIsLimitedInEntriesToo() {
        for (long position = 1; position <= 300; position++) {
            put(position, PEER, Lane.CONTROL, 1);
        }

        List<Long> first = positions(PEER, Lane.CONTROL, 0, ENOUGH);
        assertThat(first).hasSize(256).startsWith(1L).endsWith(256L);
        assertThat(positions(PEER, Lane.CONTROL, 256, ENOUGH)).hasSize(44);
    }

    @Test
    void aSecondEntryAtAPositionIsRefused() {
        put(1, PEER, Lane.CONTROL, 10);

        assertThatThrownBy(() -> put(1, OTHER, Lane.BULK, 10)).isInstanceOf(StoreException.class);
    }

    @Test
    void whatWasSentCanNoLongerBeWithdrawn() {
        OutboxEntry first = put(1, PEER, Lane.CONTROL, 10);
        OutboxEntry second = put(2, PEER, Lane.CONTROL, 10);
        apply(new LinkWrite.MarkSent(List.of(1L, 99L)));

        assertThat(store().outboxAfter(PEER, Lane.CONTROL, 0, ENOUGH))
                .extracting(OutboxEntry::sent)
                .containsExactly(true, false);
        assertThat(unsent(PEER, Lane.CONTROL, first.id().toString())).isEmpty();
        assertThat(unsent(PEER, Lane.CONTROL, second.id().toString()))
                .usingRecursiveComparison()
                .isEqualTo(List.of(second));
        assertThat(unsent(PEER, Lane.RESULTS, second.id().toString())).isEmpty();
        assertThat(unsent(OTHER, Lane.CONTROL, second.id().toString())).isEmpty();
        assertThat(unsent(PEER, Lane.CONTROL, "no id")).isEmpty();
    }

    @Test
    void whatIsDeletedIsGoneAndNeitherMarkedNorDeletedAgain() {
        OutboxEntry entry = put(1, PEER, Lane.BULK, 10);
        put(2, PEER, Lane.BULK, 20);
        apply(new LinkWrite.DeleteOutbox(1));
        apply(new LinkWrite.DeleteOutbox(1));
        apply(new LinkWrite.MarkSent(List.of(1L)));

        assertThat(positions(PEER, Lane.BULK, 0, ENOUGH)).containsExactly(2L);
        assertThat(unsent(PEER, Lane.BULK, entry.id().toString())).isEmpty();
        assertThat(outboxBytes(Lane.BULK)).isEqualTo(20);
    }

    @Test
    void anEntryIsForgottenByItsIdOnItsOwnLaneToItsOwnPeer() {
        OutboxEntry entry = put(1, PEER, Lane.CONTROL, 10);
        put(2, PEER, Lane.CONTROL, 20);
        apply(new LinkWrite.ForgetOutbox(OTHER, Lane.CONTROL, entry.id()));
        apply(new LinkWrite.ForgetOutbox(PEER, Lane.RESULTS, entry.id()));
        assertThat(positions(PEER, Lane.CONTROL, 0, ENOUGH)).containsExactly(1L, 2L);

        apply(new LinkWrite.ForgetOutbox(PEER, Lane.CONTROL, entry.id()));
        apply(new LinkWrite.ForgetOutbox(PEER, Lane.CONTROL, entry.id()));
        assertThat(positions(PEER, Lane.CONTROL, 0, ENOUGH)).containsExactly(2L);
        assertThat(outboxBytes(Lane.CONTROL)).isEqualTo(20);
    }

    @Test
    void anEntryIsReplacedInItsPlaceByItsIdOnItsOwnLaneToItsOwnPeer() {
        OutboxEntry entry = put(1, PEER, Lane.CONTROL, 10);
        put(2, PEER, Lane.CONTROL, 20);
        apply(new LinkWrite.MarkSent(List.of(1L)));
        Subject subject = Subject.cancel(PEER);
        byte[] body = {1, 2, 3};
        apply(new LinkWrite.ReplaceOutbox(OTHER, Lane.CONTROL, entry.id(), subject, body));
        apply(new LinkWrite.ReplaceOutbox(PEER, Lane.RESULTS, entry.id(), subject, body));
        assertThat(outboxBytes(Lane.CONTROL)).isEqualTo(30);

        apply(new LinkWrite.ReplaceOutbox(PEER, Lane.CONTROL, entry.id(), subject, body));
        assertThat(positions(PEER, Lane.CONTROL, 0, ENOUGH)).containsExactly(1L, 2L);
        assertThat(store().outboxAfter(PEER, Lane.CONTROL, 0, ENOUGH).getFirst())
                .usingRecursiveComparison()
                .isEqualTo(new OutboxEntry(1, PEER, Lane.CONTROL, entry.id(), subject, body, true));
        assertThat(outboxBytes(Lane.CONTROL)).isEqualTo(23);
    }

    @Test
    void entriesAreForgottenByTheirSubjectOnTheirOwnLaneToTheirOwnPeer() {
        Subject subject = put(1, PEER, Lane.CONTROL, 10).subject();
        put(2, PEER, Lane.RESULTS, 20);
        put(3, OTHER, Lane.CONTROL, 5);
        apply(new LinkWrite.ForgetSubject(PEER, Lane.CONTROL, Subject.inquiry(PEER)));
        assertThat(positions(PEER, Lane.CONTROL, 0, ENOUGH)).containsExactly(1L);

        apply(new LinkWrite.ForgetSubject(PEER, Lane.CONTROL, subject));
        assertThat(positions(PEER, Lane.CONTROL, 0, ENOUGH)).isEmpty();
        assertThat(positions(PEER, Lane.RESULTS, 0, ENOUGH)).containsExactly(2L);
        assertThat(positions(OTHER, Lane.CONTROL, 0, ENOUGH)).containsExactly(3L);
        assertThat(outboxBytes(Lane.CONTROL)).isEqualTo(5);
    }

    @Test
    void theBytesOfALaneAreThoseOfTheBodiesToAllPeers() {
        put(1, PEER, Lane.BULK, 100);
        put(2, OTHER, Lane.BULK, 20);
        put(3, PEER, Lane.RESULTS, 3);
        apply(new LinkWrite.MarkSent(List.of(1L)));

        assertThat(outboxBytes(Lane.BULK)).isEqualTo(120);
        assertThat(outboxBytes(Lane.RESULTS)).isEqualTo(3);
    }

    @Test
    void theLastPositionIsTheHighestThatIsStillThere() {
        put(7, PEER, Lane.BULK, 1);
        put(9, OTHER, Lane.CONTROL, 1);
        apply(new LinkWrite.DeleteOutbox(9));
        assertThat(lastPosition()).isEqualTo(7);

        apply(new LinkWrite.DeleteOutbox(7));
        assertThat(lastPosition()).isZero();
    }

    @Test
    void aCounterIsKeptForEachPeerSessionAndLane() {
        putSeen(PEER, session, Lane.RESULTS, 1);
        putSeen(PEER, session, Lane.RESULTS, 7);
        putSeen(PEER, session, Lane.BULK, 3);
        putSeen(OTHER, session, Lane.RESULTS, 5);

        assertThat(store().seen(PEER))
                .hasSize(2)
                .containsEntry(new SeenKey(session, Lane.RESULTS), 7L)
                .containsEntry(new SeenKey(session, Lane.BULK), 3L);
        assertThat(store().seen(OTHER)).hasSize(1).containsEntry(new SeenKey(session, Lane.RESULTS), 5L);
    }

    @Test
    void theSessionsThatCameFirstAreForgottenEvenWhereTheySpokeSince() {
        Session first = putSeen(PEER, session, Lane.RESULTS, 1);
        Session second = putSeen(PEER, Session.create(random), Lane.RESULTS, 1);
        putSeen(OTHER, first, Lane.RESULTS, 1);
        Session last = second;
        for (int i = 2; i < SEEN_ROWS; i++) {
            last = putSeen(PEER, Session.create(random), Lane.RESULTS, 1);
        }
        assertThat(store().seen(PEER)).hasSize(SEEN_ROWS).containsKey(new SeenKey(first, Lane.RESULTS));

        putSeen(PEER, first, Lane.RESULTS, 2);
        putSeen(PEER, Session.create(random), Lane.RESULTS, 1);

        assertThat(store().seen(PEER))
                .hasSize(SEEN_ROWS)
                .doesNotContainKey(new SeenKey(first, Lane.RESULTS))
                .containsKeys(new SeenKey(second, Lane.RESULTS), new SeenKey(last, Lane.RESULTS));
        assertThat(store().seen(OTHER)).containsKey(new SeenKey(first, Lane.RESULTS));
    }

    @Test
    void whatIsCommittedStaysAndNothingOfAnUncommittedBatchDoes() {
        put(1, PEER, Lane.CONTROL, 10);
        put(2, PEER, Lane.BULK, 20);
        for (int i = 0; i < SEEN_ROWS; i++) {
            putSeen(PEER, Session.create(random), Lane.RESULTS, 1);
        }
        putSeen(OTHER, session, Lane.BULK, 1);
        List<Object> before = all();
        commit();
        begin();
        put(3, OTHER, Lane.CONTROL, 10);
        apply(new LinkWrite.MarkSent(List.of(1L, 3L)));
        apply(new LinkWrite.DeleteOutbox(2));
        apply(new LinkWrite.DeleteOutbox(3));
        put(2, OTHER, Lane.RESULTS, 30);
        putSeen(PEER, Session.create(random), Lane.RESULTS, 1);
        putSeen(PEER, Session.create(random), Lane.RESULTS, 1);
        putSeen(OTHER, session, Lane.BULK, 9);
        putSeen(OTHER, session, Lane.CONTROL, 9);
        reopen();

        assertThat(all()).usingRecursiveComparison().isEqualTo(before);
    }

    @Test
    void theSessionsThatCameFirstAreStillTheFirstAfterARollback() {
        Session first = putSeen(PEER, session, Lane.RESULTS, 1);
        for (int i = 1; i < SEEN_ROWS; i++) {
            putSeen(PEER, Session.create(random), Lane.RESULTS, 1);
        }
        commit();
        begin();
        putSeen(PEER, Session.create(random), Lane.RESULTS, 1);
        reopen();
        begin();
        putSeen(PEER, Session.create(random), Lane.RESULTS, 1);

        assertThat(store().seen(PEER)).hasSize(SEEN_ROWS).doesNotContainKey(new SeenKey(first, Lane.RESULTS));
    }

    @Test
    void aWriteOutsideOfATransactionCountsAtOnce() {
        commit();
        put(1, PEER, Lane.CONTROL, 10);
        reopen();

        assertThat(positions(PEER, Lane.CONTROL, 0, ENOUGH)).containsExactly(1L);
    }

    @Test
    void aSecondBeginJoinsTheOpenTransaction() {
        put(1, PEER, Lane.CONTROL, 10);
        begin();
        put(2, PEER, Lane.CONTROL, 10);
        reopen();

        assertThat(positions(PEER, Lane.CONTROL, 0, ENOUGH)).isEmpty();
    }
}
