// SPDX-License-Identifier: Apache-2.0
package dev.steward.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.Subject;
import dev.steward.message.link.Lane;
import dev.steward.message.link.LinkStore;
import dev.steward.message.link.LinkWrite;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.OutboxEntry;
import dev.steward.message.link.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteLinkStoreTest {
    private static final NodeName PEER = new NodeName("ship1");
    private static final Session SESSION = Session.create(new Random(1));

    @TempDir
    Path folder;

    private Database open() {
        return Database.open(folder.resolve("test.db"), List.of(SqliteLinkStore.SCHEMA));
    }

    private static OutboxEntry entry(long position, Lane lane, int bytes) {
        return new OutboxEntry(
                position,
                PEER,
                lane,
                new MessageId(SESSION, position),
                Subject.command(PEER, "test", "store"),
                new byte[bytes],
                false);
    }

    @Test
    void theOutboxComesBackInOrderOfSendingALaneAtATime() {
        try (Database database = open()) {
            var store = new SqliteLinkStore(database);
            database.begin();
            for (long position : new long[] {3, 1, 2}) {
                store.apply(new LinkWrite.PutOutbox(entry(position, Lane.CONTROL, 10)));
            }
            store.apply(new LinkWrite.PutOutbox(entry(4, Lane.BULK, 10)));
            store.apply(new LinkWrite.MarkSent(List.of(1L)));
            database.commit();

            assertThat(store.outboxAfter(PEER, Lane.CONTROL, 0, 100_000))
                    .extracting(OutboxEntry::position)
                    .containsExactly(1L, 2L, 3L);
            assertThat(store.outboxAfter(PEER, Lane.CONTROL, 0, 100_000))
                    .extracting(OutboxEntry::sent)
                    .containsExactly(true, false, false);
            assertThat(store.outboxAfter(PEER, Lane.CONTROL, 2, 100_000)).hasSize(1);
            assertThat(store.outboxAfter(PEER, Lane.BULK, 0, 100_000)).hasSize(1);
            assertThat(store.outboxAfter(new NodeName("other"), Lane.CONTROL, 0, 100_000))
                    .isEmpty();
            assertThat(store.lastPosition()).isEqualTo(4);
        }
    }

    @Test
    void aLoadStopsAtItsBytesButIsNeverEmptyWhereThereIsMore() {
        try (Database database = open()) {
            var store = new SqliteLinkStore(database);
            database.begin();
            for (long position = 1; position <= 5; position++) {
                store.apply(new LinkWrite.PutOutbox(entry(position, Lane.CONTROL, 1000)));
            }
            database.commit();

            assertThat(store.outboxAfter(PEER, Lane.CONTROL, 0, 3000)).hasSize(2);
            assertThat(store.outboxAfter(PEER, Lane.CONTROL, 0, 1)).hasSize(1);
        }
    }

    @Test
    void whatIsCommittedOutlivesTheProcessAndWhatIsNotDoesNot() {
        try (Database database = open()) {
            var store = new SqliteLinkStore(database);
            database.begin();
            store.apply(new LinkWrite.PutOutbox(entry(1, Lane.CONTROL, 10)));
            database.commit();
            database.begin();
            store.apply(new LinkWrite.PutOutbox(entry(2, Lane.CONTROL, 10)));
        }
        try (Database database = open()) {
            assertThat(new SqliteLinkStore(database).outboxAfter(PEER, Lane.CONTROL, 0, 100_000))
                    .extracting(OutboxEntry::position)
                    .containsExactly(1L);
        }
    }

    @Test
    void theHighestCounterOfEachSessionIsKeptAndThatOfTheOldestSessionsForgotten() {
        try (Database database = open()) {
            var store = new SqliteLinkStore(database);
            var random = new Random(2);
            database.begin();
            Session first = Session.create(random);
            store.apply(new LinkWrite.PutSeen(PEER, first, Lane.RESULTS, 1));
            store.apply(new LinkWrite.PutSeen(PEER, first, Lane.RESULTS, 7));
            assertThat(store.seen(PEER)).containsEntry(new LinkStore.SeenKey(first, Lane.RESULTS), 7L);

            int kept = Limits.SEEN_SESSIONS * Lane.values().length;
            Session last = first;
            for (int i = 0; i < kept; i++) {
                last = Session.create(random);
                store.apply(new LinkWrite.PutSeen(PEER, last, Lane.RESULTS, 1));
            }
            assertThat(store.seen(PEER))
                    .hasSize(kept)
                    .containsKey(new LinkStore.SeenKey(last, Lane.RESULTS))
                    .doesNotContainKey(new LinkStore.SeenKey(first, Lane.RESULTS));
        }
    }

    @Test
    void aFileOfANewerVersionIsRefused() {
        Path file = folder.resolve("newer.db");
        Database.open(file, List.of("CREATE TABLE a (x);\n", "CREATE TABLE b (x);\n"))
                .close();

        assertThatThrownBy(() -> Database.open(file, List.of("CREATE TABLE a (x);\n")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("newer steward");
    }

    @Test
    void storesAreForTheirOwnerOnly() throws Exception {
        open().close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("test.db"))))
                .isEqualTo("rw-------");
    }
}
