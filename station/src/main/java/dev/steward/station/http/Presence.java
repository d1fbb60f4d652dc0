// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.NodeName;
import dev.steward.message.Times;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Whether each node is reachable, and the age of its last word: in memory, for the API. Thread-safe. */
public final class Presence {
    /** @param version rises with each change to be told, over all nodes */
    private record State(boolean reachable, Instant lastHeardAt, long version) {}

    private final Map<String, State> states = new ConcurrentHashMap<>();
    private final AtomicLong versions = new AtomicLong();

    /** @return whether the node has become reachable or unreachable by this */
    public synchronized boolean heard(NodeName node, boolean reachable, Instant at) {
        State before = states.get(node.value());
        if (before != null && before.reachable == reachable) {
            states.put(node.value(), new State(reachable, at, before.version));
            return false;
        }
        long version = versions.get() + 1;
        states.put(node.value(), new State(reachable, at, version));
        versions.set(version); // last: whoever sees the version finds the change
        return true;
    }

    /** Something else of the node has changed that whoever watches it sees. */
    public synchronized void changed(NodeName node) {
        State before = states.getOrDefault(node.value(), new State(false, Instant.EPOCH, 0));
        long version = versions.get() + 1;
        states.put(node.value(), new State(before.reachable, before.lastHeardAt, version));
        versions.set(version);
    }

    /** Nobody counts as reachable until heard again. */
    public void forgetReachable() {
        states.forEach((node, state) -> heard(new NodeName(node), false, state.lastHeardAt));
    }

    boolean isReachable(String node) {
        State state = states.get(node);
        return state != null && state.reachable;
    }

    /** In this run of the station, else {@code stored}. */
    @Nullable
    String lastHeardAt(String node, @Nullable String stored) {
        State state = states.get(node);
        return state == null || state.lastHeardAt.equals(Instant.EPOCH) ? stored : Times.text(state.lastHeardAt);
    }

    long version() {
        return versions.get();
    }

    /** The nodes that have changed after {@code version}, oldest change first. */
    List<String> changedAfter(long version) {
        return states.entrySet().stream()
                .filter(entry -> entry.getValue().version > version)
                .sorted(Comparator.comparingLong(entry -> entry.getValue().version))
                .map(Map.Entry::getKey)
                .toList();
    }
}
