// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import dev.steward.message.NodeName;
import java.util.List;
import java.util.Map;

/**
 * What a link reads of its store. Writes go out as {@link LinkWrite}; a read sees all writes that came out
 * before it.
 */
public interface LinkStore {
    /**
     * The next entries of a lane's outbox in order of sending: those behind {@code position}, together at most
     * {@code maxBytes}, but at least one where there is one.
     */
    List<OutboxEntry> outboxAfter(NodeName peer, Lane lane, long position, int maxBytes);

    /** The highest counter seen of each session and lane of this peer. */
    Map<SeenKey, Long> seen(NodeName peer);

    /** A peer's store session and lane, within which counters only rise. */
    record SeenKey(Session session, Lane lane) {}
}
