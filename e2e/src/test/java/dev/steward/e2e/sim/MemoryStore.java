// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

/** A store in memory with one transaction at a time. */
abstract class MemoryStore {
    final UndoLog undo = new UndoLog();

    public void begin() {
        undo.begin();
    }

    public void commit() {
        undo.commit();
    }

    /** Takes back everything since {@link #begin}. */
    public void rollback() {
        undo.rollback();
    }
}
