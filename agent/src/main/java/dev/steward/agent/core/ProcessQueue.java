// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.core;

import dev.steward.message.CommandId;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One process as its supervisor sees it: what waits, what runs, and whether it is up. Messages start in order, as many
 * at once as its concurrency says. After a failure it stays down for a while, longer each time.
 */
final class ProcessQueue {
    private static final long FIRST_BACKOFF_MS = 1_000;
    private static final long MAX_BACKOFF_MS = 60_000;
    /** This long without a failure, and the next one counts as the first again. */
    private static final long FORGIVEN_AFTER_MS = 600_000;

    record Waiting(CommandId id, Instant startBefore, int bytes) {}

    private final String name;
    private final int concurrency;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final Set<CommandId> held = new HashSet<>();
    private final Set<CommandId> running = new LinkedHashSet<>();
    private long downUntil = Long.MIN_VALUE;
    private long failedAt = Long.MIN_VALUE / 2;
    private long backoff = FIRST_BACKOFF_MS;

    ProcessQueue(String name, int concurrency) {
        this.name = name;
        this.concurrency = concurrency;
    }

    String name() {
        return name;
    }

    void add(Waiting entry) {
        waiting.addLast(entry);
    }

    /** Neither starts nor expires until it is released; what waits behind it waits with it. */
    void hold(CommandId id) {
        held.add(id);
    }

    void release(CommandId id) {
        held.remove(id);
    }

    /** The next to start, if one may start now. */
    Optional<Waiting> next(long now) {
        Waiting first = waiting.peekFirst();
        if (first == null || now < downUntil || running.size() >= concurrency || held.contains(first.id())) {
            return Optional.empty();
        }
        return Optional.of(waiting.removeFirst());
    }

    void started(CommandId id) {
        running.add(id);
    }

    void ended(CommandId id) {
        running.remove(id);
    }

    /** Takes the process down for a while; returns for how many milliseconds. */
    long failed(long now) {
        if (now - failedAt > FORGIVEN_AFTER_MS) {
            backoff = FIRST_BACKOFF_MS;
        }
        failedAt = now;
        downUntil = now + backoff;
        long down = backoff;
        backoff = Math.min(backoff * 2, MAX_BACKOFF_MS);
        return down;
    }

    Optional<Waiting> remove(CommandId id) {
        Optional<Waiting> found =
                waiting.stream().filter(entry -> entry.id().equals(id)).findFirst();
        found.ifPresent(waiting::remove);
        held.remove(id);
        return found;
    }

    List<Waiting> removeExpired(Instant wall) {
        var expired = new ArrayList<Waiting>();
        waiting.removeIf(
                entry -> entry.startBefore().isBefore(wall) && !held.contains(entry.id()) && expired.add(entry));
        return expired;
    }
}
