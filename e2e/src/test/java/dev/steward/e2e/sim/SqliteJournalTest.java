// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.agent.Journal;
import dev.steward.agent.core.AgentStore;
import dev.steward.agent.core.JournalWrite;
import dev.steward.message.audit.AuditHash;
import dev.steward.store.Database;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class SqliteJournalTest extends AgentStoreContract {
    @TempDir
    Path folder;

    private Optional<Journal> opened = Optional.empty();

    private Journal journal() {
        if (opened.isEmpty()) {
            opened = Optional.of(Journal.open(folder));
        }
        return opened.get();
    }

    @Override
    AgentStore store() {
        return journal();
    }

    @Override
    void begin() {
        journal().begin();
    }

    @Override
    void apply(JournalWrite write) {
        journal().apply(write);
    }

    @Override
    void commit() {
        journal().commit();
    }

    @AfterEach
    @Override
    void reopen() {
        opened.ifPresent(Journal::close);
        opened = Optional.empty();
    }

    @Override
    List<Journal.Spawned> spawned() {
        return journal().spawned();
    }

    @Override
    List<JournalWrite.PutAudit> auditKept() {
        try (Database database = Database.openReadOnly(folder.resolve("journal.db"))) {
            return database.query(
                    "SELECT number, entry, hash FROM audit ORDER BY number",
                    row -> new JournalWrite.PutAudit(row.getLong(1), row.getBytes(2), new AuditHash(row.getString(3))));
        }
    }

    @Override
    int quarantined() {
        try (Database database = Database.openReadOnly(folder.resolve("journal.db"))) {
            return database.first("SELECT count(*) FROM quarantine", row -> row.getInt(1))
                    .orElseThrow();
        }
    }
}
