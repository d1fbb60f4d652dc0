// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.CommandId;
import dev.steward.message.NodeName;
import dev.steward.station.core.LedgerWrite;
import dev.steward.station.core.StationStore;
import dev.steward.station.ledger.Ledger;
import dev.steward.store.Database;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class SqliteLedgerTest extends StationStoreContract {
    @TempDir
    Path folder;

    private Optional<Ledger> opened = Optional.empty();

    private Ledger ledger() {
        if (opened.isEmpty()) {
            opened = Optional.of(Ledger.open(folder));
        }
        return opened.get();
    }

    @Override
    StationStore store() {
        return ledger();
    }

    @Override
    void begin() {
        ledger().begin();
    }

    @Override
    void apply(LedgerWrite write) {
        ledger().apply(write);
    }

    @Override
    void commit() {
        ledger().commit();
    }

    @AfterEach
    @Override
    void reopen() {
        opened.ifPresent(Ledger::close);
        opened = Optional.empty();
    }

    @Override
    long raiseGeneration(Instant now) {
        return ledger().raiseGeneration(now);
    }

    @Override
    long mailboxPosition(String incarnation) {
        return ledger().mailboxPosition(incarnation);
    }

    @Override
    void putMailboxPosition(String incarnation, long position) {
        ledger().putMailboxPosition(incarnation, position);
    }

    @Override
    Optional<Instant> lastHeard(NodeName node) {
        return first(
                        "SELECT coalesce(last_heard_at, '') FROM node WHERE name = ?",
                        row -> row.getString(1),
                        node.value())
                .filter(text -> !text.isEmpty())
                .map(Instant::parse);
    }

    @Override
    MemoryLedger.Command counts(CommandId id) {
        return first(
                        "SELECT parts, total, unfinished, unsuccessful FROM command WHERE id = ?",
                        row -> new MemoryLedger.Command(row.getInt(1), row.getInt(2), row.getInt(3), row.getInt(4)),
                        id.toString())
                .orElseThrow();
    }

    @Override
    int events() {
        return first("SELECT count(*) FROM event", row -> row.getInt(1)).orElseThrow();
    }

    @Override
    int quarantined() {
        return first("SELECT count(*) FROM quarantine", row -> row.getInt(1)).orElseThrow();
    }

    private <T> Optional<T> first(String sql, Database.Row<T> row, String... parameters) {
        try (Database database = Database.openReadOnly(folder.resolve("ledger.db"))) {
            return database.first(sql, row, (Object[]) parameters);
        }
    }
}
