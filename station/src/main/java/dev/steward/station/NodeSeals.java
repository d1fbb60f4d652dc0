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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The keys of the links to all nodes that are let in. Thread-safe: the loop changes it, the bus asks. */
final class NodeSeals implements FrameGuard.Senders {
    /** By one record of a node; its keys are derived once. */
    private final class Keys {
        private final NodeRecord record;
        private @Nullable Seal seal;

        Keys(NodeRecord record) {
            this.record = record;
        }

        synchronized Seal seal() {
            if (seal == null) {
                seal = derive(record.fleet(), record.key().id(), record.linkKey());
            }
            return seal;
        }

        boolean areOf(NodeRecord other) {
            return record.key().equals(other.key()) && record.linkKey().equals(other.linkKey());
        }
    }

    /**
     * A node's link.
     *
     * @param record the newest of the node, whose keys are {@code newest}
     * @param former with which it is spoken to until it has spoken with the newest
     */
    private record Entry(NodeRecord record, Keys newest, Optional<Keys> former) {
        /** All that are good, the newest first; none where the node is revoked. */
        List<Keys> good() {
            return record.isRevoked()
                    ? List.of()
                    : former.map(keys -> List.of(newest, keys)).orElse(List.of(newest));
        }
    }

    private final LinkKeyPair own;
    private final boolean encrypts;
    private final Map<NodeName, Entry> entries = new ConcurrentHashMap<>();

    /** @param encrypts whether the bodies of frames are encrypted, so that the nodes do the same */
    NodeSeals(LinkKeyPair own, boolean encrypts) {
        this.own = own;
        this.encrypts = encrypts;
    }

    /** Lets a node in, or no more. A name may have had several keys; one at most is not revoked. */
    void put(NodeRecord record, Optional<NodeRecord> former) {
        entries.compute(record.node(), (name, present) -> {
            boolean changes = present == null
                    || present.record.key().equals(record.key())
                    || !record.isRevoked(); // of another key, that had the name
            List<Keys> known = present == null ? List.of() : present.good();
            return changes ? new Entry(record, keys(record, known), former.map(one -> keys(one, known))) : present;
        });
    }

    /** Those that frames on their way were checked with go on. */
    private Keys keys(NodeRecord record, List<Keys> known) {
        return known.stream().filter(keys -> keys.areOf(record)).findFirst().orElseGet(() -> new Keys(record));
    }

    /** Derives all keys, on all processors: on the loop a large fleet's would hold everything up. */
    void warm() {
        entries.values().parallelStream()
                .flatMap(entry -> entry.good().stream())
                .forEach(Keys::seal);
    }

    /** Whether frames under this name that were sealed so are still taken. */
    boolean isGood(NodeName name, Seal seal) {
        Entry entry = entries.get(name);
        return entry != null && entry.good().stream().anyMatch(keys -> keys.seal() == seal);
    }

    /** Whether this is the first that is heard of the newest keys of a node, as far as is known here. */
    boolean isNew(NodeName name, Seal seal) {
        Entry entry = entries.get(name);
        return entry != null && entry.former.isPresent() && entry.newest.seal() == seal;
    }

    @Override
    public List<Seal> of(NodeName sender) throws ForgedException {
        Entry entry = entries.get(sender);
        if (entry == null) {
            throw FrameGuard.unknown();
        }
        if (entry.record.isRevoked()) {
            throw FrameGuard.revoked();
        }
        return entry.good().stream().map(Keys::seal).toList();
    }

    /** A frame for a node that is let in, with keys that it surely has; empty for others, who get nothing. */
    Optional<WireMessage> sealed(NodeName to, WireMessage message) {
        Entry entry = entries.get(to);
        if (entry == null || entry.record.isRevoked()) {
            return Optional.empty();
        }
        return Optional.of(sealed(entry.good().getLast().seal(), message));
    }

    /** The answer to a machine that asks to become a node, for it alone to believe. */
    WireMessage sealed(EnrolmentRequest request, EnrolmentAnswer answer) {
        var message = new WireMessage(Subject.enrolmentAnswer(request.replyTo()).toString(), Map.of(), answer.encode());
        return sealed(derive(request.fleet(), request.issuer(), request.linkKey()), message);
    }

    private WireMessage sealed(Seal seal, WireMessage message) {
        return encrypts ? seal.encrypted(message) : seal.seal(message);
    }

    private Seal derive(FleetId fleet, KeyId identity, LinkKey key) {
        return Seal.of(fleet, identity, Link.End.STATION, own, key);
    }
}
