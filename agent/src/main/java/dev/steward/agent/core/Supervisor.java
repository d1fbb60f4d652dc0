// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.core;

import dev.steward.message.CommandId;
import dev.steward.message.Limits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The processes of a node, one per method and domain, made when first needed; and what waits for them. */
final class Supervisor {
    private final Map<String, Integer> concurrency;
    private final Map<String, ProcessQueue> processes = new LinkedHashMap<>();
    private int waitingCount;
    private long waitingBytes;

    /** @param concurrency of processes by name; 1 for those that it does not name */
    Supervisor(Map<String, Integer> concurrency) {
        this.concurrency = Map.copyOf(concurrency);
    }

    ProcessQueue process(String name) {
        return processes.computeIfAbsent(name, key -> new ProcessQueue(key, concurrency.getOrDefault(key, 1)));
    }

    /** Whether one more would be one too many. */
    boolean hasNoRoomFor(String name) {
        return !processes.containsKey(name) && processes.size() >= Limits.PROCESSES;
    }

    Collection<ProcessQueue> processes() {
        return processes.values();
    }

    void add(StoredExecution execution) {
        int bytes = execution.document().length;
        process(execution.process()).add(new ProcessQueue.Waiting(execution.id(), execution.startBefore(), bytes));
        waitingCount++;
        waitingBytes += bytes;
    }

    /** See {@link ProcessQueue#hold}. */
    void hold(StoredExecution execution) {
        process(execution.process()).hold(execution.id());
    }

    void release(StoredExecution execution) {
        process(execution.process()).release(execution.id());
    }

    Optional<CommandId> next(ProcessQueue process, long now) {
        return process.next(now).map(this::gone);
    }

    /** @return whether it was waiting */
    boolean remove(StoredExecution execution) {
        return process(execution.process())
                .remove(execution.id())
                .map(this::gone)
                .isPresent();
    }

    List<CommandId> removeExpired(Instant wall) {
        var expired = new ArrayList<CommandId>();
        for (ProcessQueue process : processes.values()) {
            process.removeExpired(wall).forEach(entry -> expired.add(gone(entry)));
        }
        return expired;
    }

    int waitingCount() {
        return waitingCount;
    }

    long waitingBytes() {
        return waitingBytes;
    }

    private CommandId gone(ProcessQueue.Waiting entry) {
        waitingCount--;
        waitingBytes -= entry.bytes();
        return entry.id();
    }
}
