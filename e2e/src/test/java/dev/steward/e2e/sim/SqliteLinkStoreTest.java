// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.NodeName;
import dev.steward.message.link.Lane;
import dev.steward.message.link.LinkStore;
import dev.steward.message.link.LinkWrite;
import dev.steward.message.link.OutboxEntry;
import dev.steward.store.Database;
import dev.steward.store.SqliteLinkStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class SqliteLinkStoreTest extends LinkStoreContract {
    @TempDir
    Path folder;

    private Optional<Database> opened = Optional.empty();

    private Database database() {
        if (opened.isEmpty()) {
            opened = Optional.of(Database.open(folder.resolve("test.db"), List.of(SqliteLinkStore.SCHEMA)));
        }
        return opened.get();
    }

    private SqliteLinkStore links() {
        return new SqliteLinkStore(database());
    }

    @Override
    LinkStore store() {
        return links();
    }

    @Override
    void begin() {
        database().begin();
    }

    @Override
    void apply(LinkWrite write) {
        links().apply(write);
    }

    @Override
    void commit() {
        database().commit();
    }

    @AfterEach
    @Override
    void reopen() {
        opened.ifPresent(Database::close);
        opened = Optional.empty();
    }

    @Override
    List<OutboxEntry> unsent(NodeName peer, Lane lane, String id) {
        return links().unsent(peer, lane, id);
    }

    @Override
    long outboxBytes(Lane lane) {
        return links().outboxBytes(lane);
    }

    @Override
    long lastPosition() {
        return links().lastPosition();
    }
}
