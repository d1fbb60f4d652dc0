// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import dev.steward.message.NodeName;
import dev.steward.message.Subject;
import java.util.List;

/** A change of a link's store. */
public sealed interface LinkWrite {
    record PutOutbox(OutboxEntry entry) implements LinkWrite {}

    /** Gives the entry with this id other contents, where there is one. */
    record ReplaceOutbox(NodeName peer, Lane lane, MessageId id, Subject subject, byte[] body) implements LinkWrite {}

    record MarkSent(List<Long> positions) implements LinkWrite {}

    record DeleteOutbox(long position) implements LinkWrite {}

    /** Deletes the entry with this id, where there is one. */
    record ForgetOutbox(NodeName peer, Lane lane, MessageId id) implements LinkWrite {}

    /** Deletes the entries with this subject. */
    record ForgetSubject(NodeName peer, Lane lane, Subject subject) implements LinkWrite {}

    record PutSeen(NodeName peer, Session session, Lane lane, long counter) implements LinkWrite {}
}
