// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What takes back the open transaction of a store in memory. Outside of one, a change counts at once, as in SQLite. */
final class UndoLog {
    private final ArrayDeque<Runnable> steps = new ArrayDeque<>();
    private boolean open;

    void begin() {
        open = true;
    }

    void commit() {
        steps.clear();
        open = false;
    }

    void rollback() {
        while (!steps.isEmpty()) {
            steps.removeLast().run();
        }
        open = false;
    }

    /** Refuses a copy of what is not committed. */
    void requireCommitted() {
        if (open) {
            throw new IllegalStateException("a transaction is open: commit or roll back before the copy");
        }
    }

    /** Keeps how a change that was just made is taken back. */
    void add(Runnable step) {
        if (open) {
            steps.addLast(step);
        }
    }

    <K, V> void put(Map<K, V> map, K key, V value) {
        V before = map.put(key, value);
        add(() -> restore(map, key, before));
    }

    <K, V> void remove(Map<K, V> map, K key) {
        V before = map.remove(key);
        if (before != null) {
            add(() -> restore(map, key, before));
        }
    }

    <T> void add(Set<T> set, T element) {
        if (set.add(element)) {
            add(() -> set.remove(element));
        }
    }

    <T> void remove(Set<T> set, T element) {
        if (set.remove(element)) {
            add(() -> set.add(element));
        }
    }

    private static <K, V> void restore(Map<K, V> map, K key, @Nullable V before) {
        if (before == null) {
            map.remove(key);
        } else {
            map.put(key, before);
        }
    }
}
