// SPDX-License-Identifier: Apache-2.0
package dev.steward.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.NodeName;
import dev.steward.message.Subject;
import dev.steward.message.link.Lane;
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

/** What a store on disk adds to the contract of all link stores, which {@code e2e} tests. */
class SqliteLinkStoreTest {
    private static final NodeName PEER = new NodeName("ship1");
    private static final Session SESSION = Session.create(new Random(1));

    @TempDir
    Path folder;

    private Database open() {
        return Database.open(folder.resolve("test.db"), List.of(SqliteLinkStore.SCHEMA));
    }

    private static OutboxEntry entry(long position) {
        return new OutboxEntry(
                position,
                PEER,
                Lane.CONTROL,
                new MessageId(SESSION, position),
                Subject.command(PEER, "test", "store"),
                new byte[10],
                false);
    }

    @Test
    void whatIsCommittedOutlivesTheProcessAndWhatIsNotDoesNot() {
        try (Database database = open()) {
            var store = new SqliteLinkStore(database);
            database.begin();
            store.apply(new LinkWrite.PutOutbox(entry(1)));
            database.commit();
            database.begin();
            store.apply(new LinkWrite.PutOutbox(entry(2)));
        }
        try (Database database = open()) {
            assertThat(new SqliteLinkStore(database).outboxAfter(PEER, Lane.CONTROL, 0, 100_000))
                    .extracting(OutboxEntry::position)
                    .containsExactly(1L);
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
