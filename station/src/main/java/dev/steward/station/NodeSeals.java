// SPDX-License-Identifier: Apache-2.0
package dev.steward.station;

import dev.steward.message.EnrolmentAnswer;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.FleetId;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.Subject;
import dev.steward.message.WireMessage;
import dev.steward.message.link.Link;
import dev.steward.message.seal.ForgedException;
import dev.steward.message.seal.FrameGuard;
import dev.steward.message.seal.LinkKey;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.seal.Seal;
import dev.steward.message.signing.KeyId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The keys of the links to all nodes that are let in. Thread-safe: the loop changes it, the bus asks. */
final class NodeSeals implements FrameGuard.Senders {
    /** A node's link; its keys are derived once. */
    private final class Entry {
        private final NodeRecord record;
        private @Nullable Seal seal;

        Entry(NodeRecord record) {
            this.record = record;
        }

        synchronized Seal seal() {
            if (seal == null) {
                seal = derive(record.fleet(), record.key().id(), record.linkKey());
            }
            return seal;
        }
    }

    private final LinkKeyPair own;
    private final Map<NodeName, Entry> entries = new ConcurrentHashMap<>();

    NodeSeals(LinkKeyPair own) {
        this.own = own;
    }

    /** Lets a node in, or no more. A name may have had several keys; one at most is not revoked. */
    void put(NodeRecord record) {
        entries.compute(record.node(), (name, present) -> {
            if (present == null) {
                return new Entry(record);
            }
            boolean same = present.record.key().equals(record.key());
            boolean changes = same ? !present.record.equals(record) : !record.isRevoked();
            return changes ? new Entry(record) : present;
        });
    }

    /** Derives all keys, on all processors: on the loop a large fleet's would hold everything up. */
    void warm() {
        entries.values().parallelStream()
                .filter(entry -> !entry.record.isRevoked())
                .forEach(Entry::seal);
    }

    /** Whether frames under this name that were sealed so are still taken. */
    boolean isCurrent(NodeName name, Seal seal) {
        Entry entry = entries.get(name);
        return entry != null && !entry.record.isRevoked() && entry.seal() == seal;
    }

    @Override
    public Seal of(NodeName sender) throws ForgedException {
        Entry entry = entries.get(sender);
        if (entry == null) {
            throw FrameGuard.unknown();
        }
        if (entry.record.isRevoked()) {
            throw FrameGuard.revoked();
        }
        return entry.seal();
    }

    /** A frame for a node that is let in; empty for others, who get nothing. */
    Optional<WireMessage> sealed(NodeName to, WireMessage message) {
        Entry entry = entries.get(to);
        return entry == null || entry.record.isRevoked()
                ? Optional.empty()
                : Optional.of(entry.seal().seal(message));
    }

    /** The answer to a machine that asks to become a node, for it alone to believe. */
    WireMessage sealed(EnrolmentRequest request, EnrolmentAnswer answer) {
        var message = new WireMessage(Subject.enrolmentAnswer(request.replyTo()).toString(), Map.of(), answer.encode());
        return derive(request.fleet(), request.issuer(), request.linkKey()).seal(message);
    }

    private Seal derive(FleetId fleet, KeyId identity, LinkKey key) {
        return Seal.of(fleet, identity, Link.End.STATION, own, key);
    }
}
