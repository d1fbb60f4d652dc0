// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.NodeName;
import dev.steward.message.link.Lane;
import dev.steward.message.link.LinkStore;
import dev.steward.message.link.LinkWrite;
import dev.steward.message.link.OutboxEntry;
import java.util.List;

class MemoryLinkStoreTest extends LinkStoreContract {
    private final UndoLog undo = new UndoLog();
    private final MemoryLinkStore store = new MemoryLinkStore(undo);

    @Override
    LinkStore store() {
        return store;
    }

    @Override
    void begin() {
        undo.begin();
    }

    @Override
    void apply(LinkWrite write) {
        store.apply(write);
    }

    @Override
    void commit() {
        undo.commit();
    }

    @Override
    void reopen() {
        undo.rollback();
    }

    @Override
    List<OutboxEntry> unsent(NodeName peer, Lane lane, String id) {
        return store.unsent(peer, lane, id).stream().toList();
    }

    @Override
    long outboxBytes(Lane lane) {
        return store.outboxBytes(lane);
    }

    @Override
    long lastPosition() {
        return store.lastPosition();
    }
}
