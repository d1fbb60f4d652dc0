// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.agent.Journal;
import dev.steward.agent.core.AgentStore;
import dev.steward.agent.core.JournalWrite;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryJournalTest extends AgentStoreContract {
    private final MemoryJournal journal = new MemoryJournal(InstantSource.system());

    @Override
    AgentStore store() {
        return journal;
    }

    @Override
    void begin() {
        journal.begin();
    }

    @Override
    void apply(JournalWrite write) {
        journal.apply(write);
    }

    @Override
    void commit() {
        journal.commit();
    }

    @Override
    void reopen() {
        journal.rollback();
    }

    @Override
    List<Journal.Spawned> spawned() {
        return journal.spawned();
    }

    @Override
    List<JournalWrite.PutAudit> auditKept() {
        return List.copyOf(journal.audit());
    }

    @Override
    int quarantined() {
        return journal.quarantined();
    }

    @Test
    void aCopyIsTheCommittedStateAndGoesItsOwnWay() {
        apply(new JournalWrite.PutGeneration(5));
        assertThatThrownBy(journal::copy).isInstanceOf(IllegalStateException.class);
        commit();

        MemoryJournal copy = journal.copy();
        apply(new JournalWrite.PutGeneration(6));
        assertThat(copy.generation()).isEqualTo(5);

        copy.begin();
        copy.apply(new JournalWrite.PutGeneration(7));
        copy.rollback();
        assertThat(copy.generation()).isEqualTo(5);
        assertThat(journal.generation()).isEqualTo(6);
    }
}
