// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.CommandId;
import dev.steward.message.NodeName;
import dev.steward.station.core.LedgerWrite;
import dev.steward.station.core.StationStore;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MemoryLedgerTest extends StationStoreContract {
    private final MemoryLedger ledger = new MemoryLedger();

    @Override
    StationStore store() {
        return ledger;
    }

    @Override
    void begin() {
        ledger.begin();
    }

    @Override
    void apply(LedgerWrite write) {
        ledger.apply(write);
    }

    @Override
    void commit() {
        ledger.commit();
    }

    @Override
    void reopen() {
        ledger.rollback();
    }

    @Override
    long raiseGeneration(Instant now) {
        return ledger.raiseGeneration(now);
    }

    @Override
    long mailboxPosition(String incarnation) {
        return ledger.mailboxPosition(incarnation);
    }

    @Override
    void putMailboxPosition(String incarnation, long position) {
        ledger.putMailboxPosition(incarnation, position);
    }

    @Override
    Optional<Instant> lastHeard(NodeName node) {
        return Optional.ofNullable(ledger.knownNodes().get(node)).flatMap(MemoryLedger.Node::lastHeardAt);
    }

    @Override
    MemoryLedger.Command counts(CommandId id) {
        return ledger.command(id).orElseThrow();
    }

    @Override
    int events() {
        return ledger.events();
    }

    @Override
    int quarantined() {
        return ledger.quarantined();
    }

    @Test
    void aCopyIsTheCommittedStateAndGoesItsOwnWay() {
        apply(new LedgerWrite.PutNode(SHIP1, Instant.EPOCH));
        assertThatThrownBy(ledger::copy).isInstanceOf(IllegalStateException.class);
        commit();

        MemoryLedger copy = ledger.copy();
        apply(new LedgerWrite.PutNode(SHIP2, Instant.EPOCH));
        assertThat(copy.nodes()).hasSize(1);

        copy.begin();
        copy.apply(new LedgerWrite.PutNode(SHIP2, Instant.EPOCH));
        copy.rollback();
        assertThat(copy.nodes()).hasSize(1);
        assertThat(ledger.nodes()).hasSize(2);
    }
}
