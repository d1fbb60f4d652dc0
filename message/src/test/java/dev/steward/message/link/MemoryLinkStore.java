// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import dev.steward.message.NodeName;
import dev.steward.message.Subject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A link's store in memory; every write is durable at once. */
final class MemoryLinkStore implements LinkStore {
    final TreeMap<Long, OutboxEntry> outbox = new TreeMap<>();
    private final Map<SeenKey, Long> seen = new HashMap<>();

    void apply(LinkWrite write) {
        switch (write) {
            case LinkWrite.PutOutbox(OutboxEntry entry) -> outbox.put(entry.position(), entry);
            case LinkWrite.ReplaceOutbox(NodeName peer, Lane lane, MessageId id, Subject subject, byte[] body) ->
                outbox.replaceAll((position, entry) ->
                        entry.lane() == lane && entry.id().equals(id) ? entry.with(subject, body) : entry);
            case LinkWrite.MarkSent(List<Long> positions) ->
                positions.forEach(position -> outbox.computeIfPresent(position, (key, entry) -> entry.asSent()));
            case LinkWrite.DeleteOutbox(long position) -> outbox.remove(position);
            case LinkWrite.ForgetOutbox(NodeName peer, Lane lane, MessageId id) ->
                outbox.values()
                        .removeIf(entry -> entry.lane() == lane && entry.id().equals(id));
            case LinkWrite.ForgetSubject(NodeName peer, Lane lane, Subject subject) ->
                outbox.values()
                        .removeIf(
                                entry -> entry.lane() == lane && entry.subject().equals(subject));
            case LinkWrite.PutSeen(NodeName peer, Session session, Lane lane, long counter) ->
                seen.put(new SeenKey(session, lane), counter);
        }
    }

    @Override
    public List<OutboxEntry> outboxAfter(NodeName peer, Lane lane, long position, int maxBytes) {
        var entries = new ArrayList<OutboxEntry>();
        long bytes = 0;
        for (OutboxEntry entry : outbox.tailMap(position, false).values()) {
            if (entry.lane() == lane) {
                bytes += entry.encodedBytes();
                if (!entries.isEmpty() && bytes > maxBytes) {
                    break;
                }
                entries.add(entry);
            }
        }
        return entries;
    }

    @Override
    public Map<SeenKey, Long> seen(NodeName peer) {
        return new HashMap<>(seen);
    }
}
