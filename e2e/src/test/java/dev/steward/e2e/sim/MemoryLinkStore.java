// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.Subject;
import dev.steward.message.link.Lane;
import dev.steward.message.link.LinkStore;
import dev.steward.message.link.LinkWrite;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.OutboxEntry;
import dev.steward.message.link.Session;
import dev.steward.store.StoreException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/** The twin of {@code SqliteLinkStore} in memory, in the transaction of whoever holds it. */
final class MemoryLinkStore implements LinkStore {
    private static final int ROWS_AT_ONCE = 256;
    private static final int SEEN_ROWS = Limits.SEEN_SESSIONS * Lane.values().length;

    private record Way(NodeName peer, Lane lane) {}

    private final UndoLog undo;
    private final TreeMap<Long, OutboxEntry> outbox = new TreeMap<>();
    private final Map<Way, TreeMap<Long, OutboxEntry>> ways = new HashMap<>();
    private final Map<Lane, Long> bytes = new EnumMap<>(Lane.class);
    private final Map<NodeName, LinkedHashMap<SeenKey, Long>> seen = new HashMap<>();

    MemoryLinkStore(UndoLog undo) {
        this.undo = undo;
    }

    MemoryLinkStore copy(UndoLog other) {
        undo.requireCommitted();
        var copy = new MemoryLinkStore(other);
        copy.outbox.putAll(outbox);
        ways.forEach((way, entries) -> copy.ways.put(way, new TreeMap<>(entries)));
        copy.bytes.putAll(bytes);
        seen.forEach((peer, counters) -> copy.seen.put(peer, new LinkedHashMap<>(counters)));
        return copy;
    }

    void apply(LinkWrite write) {
        switch (write) {
            case LinkWrite.PutOutbox(OutboxEntry entry) -> {
                if (outbox.containsKey(entry.position())) {
                    throw new StoreException("the outbox has an entry at " + entry.position(), null);
                }
                put(entry);
                addBytes(entry.lane(), entry.body().length);
            }
            case LinkWrite.ReplaceOutbox(NodeName peer, Lane lane, MessageId id, Subject subject, byte[] body) ->
                withId(peer, lane, id).ifPresent(entry -> {
                    put(entry.with(subject, body));
                    addBytes(lane, body.length - entry.body().length);
                });
            case LinkWrite.MarkSent(List<Long> positions) -> positions.forEach(this::markSent);
            case LinkWrite.DeleteOutbox(long position) -> delete(position);
            case LinkWrite.ForgetOutbox(NodeName peer, Lane lane, MessageId id) ->
                withId(peer, lane, id).ifPresent(entry -> delete(entry.position()));
            case LinkWrite.ForgetSubject(NodeName peer, Lane lane, Subject subject) ->
                entries(peer, lane).values().stream()
                        .filter(entry -> entry.subject().equals(subject))
                        .map(OutboxEntry::position)
                        .toList()
                        .forEach(this::delete);
            case LinkWrite.PutSeen(NodeName peer, Session session, Lane lane, long counter) ->
                putSeen(seen.computeIfAbsent(peer, name -> new LinkedHashMap<>()), new SeenKey(session, lane), counter);
        }
    }

    private Optional<OutboxEntry> withId(NodeName peer, Lane lane, MessageId id) {
        return entries(peer, lane).values().stream()
                .filter(entry -> entry.id().equals(id))
                .findFirst();
    }

    private void put(OutboxEntry entry) {
        undo.put(outbox, entry.position(), entry);
        undo.put(way(entry), entry.position(), entry);
    }

    private void markSent(long position) {
        OutboxEntry entry = outbox.get(position);
        if (entry != null && !entry.sent()) {
            put(new OutboxEntry(position, entry.peer(), entry.lane(), entry.id(), entry.subject(), entry.body(), true));
        }
    }

    private void delete(long position) {
        OutboxEntry entry = outbox.get(position);
        if (entry != null) {
            undo.remove(outbox, position);
            undo.remove(way(entry), position);
            addBytes(entry.lane(), -entry.body().length);
        }
    }

    private NavigableMap<Long, OutboxEntry> way(OutboxEntry entry) {
        return ways.computeIfAbsent(new Way(entry.peer(), entry.lane()), way -> new TreeMap<>());
    }

    private void addBytes(Lane lane, long change) {
        undo.put(bytes, lane, outboxBytes(lane) + change);
    }

    /** Keeps the order in which sessions came: an old one that speaks again stays old. */
    private void putSeen(SequencedMap<SeenKey, Long> counters, SeenKey key, long counter) {
        undo.put(counters, key, counter);
        if (counters.size() > SEEN_ROWS) {
            Map.Entry<SeenKey, Long> eldest = counters.pollFirstEntry();
            undo.add(() -> counters.putFirst(eldest.getKey(), eldest.getValue()));
        }
    }

    @Override
    public List<OutboxEntry> outboxAfter(NodeName peer, Lane lane, long position, int maxBytes) {
        var entries = new ArrayList<OutboxEntry>();
        long total = 0;
        for (OutboxEntry entry : entries(peer, lane).tailMap(position, false).values()) {
            total += entry.encodedBytes();
            if (!entries.isEmpty() && total > maxBytes) {
                break;
            }
            entries.add(entry);
            if (entries.size() == ROWS_AT_ONCE) {
                break;
            }
        }
        return entries;
    }

    Optional<OutboxEntry> unsent(NodeName peer, Lane lane, String id) {
        return entries(peer, lane).values().stream()
                .filter(entry -> !entry.sent() && entry.id().toString().equals(id))
                .findFirst();
    }

    boolean isInOutbox(NodeName peer, Lane lane, String id) {
        return entries(peer, lane).values().stream()
                .anyMatch(entry -> entry.id().toString().equals(id));
    }

    private NavigableMap<Long, OutboxEntry> entries(NodeName peer, Lane lane) {
        return ways.getOrDefault(new Way(peer, lane), new TreeMap<>());
    }

    long outboxBytes(Lane lane) {
        return bytes.getOrDefault(lane, 0L);
    }

    long waiting(Subject subject) {
        return outbox.values().stream()
                .filter(entry -> entry.subject().equals(subject))
                .count();
    }

    long lastPosition() {
        return outbox.isEmpty() ? 0 : outbox.lastKey();
    }

    Optional<OutboxEntry> at(long position) {
        return Optional.ofNullable(outbox.get(position));
    }

    int outboxSize() {
        return outbox.size();
    }

    @Override
    public Map<SeenKey, Long> seen(NodeName peer) {
        return new LinkedHashMap<>(seen.getOrDefault(peer, new LinkedHashMap<>()));
    }
}
