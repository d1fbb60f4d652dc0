// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.EnrolmentRequest;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.RefusedException;
import dev.steward.message.Target;
import dev.steward.message.link.Now;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import dev.steward.message.trust.Trust;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which keys are nodes, and which were, by the signed word of the fleet's authorities. */
final class NodeRecords {
    /** A signed document and what it says. */
    record Kept(SignedDocument signed, NodeRecord says) {}

    private final NodeName self;
    private final StationSink sink;
    private final Nodes nodes;
    private final ShutOut shutOut;
    private final Map<KeyId, Kept> records = new HashMap<>();
    private final Map<NodeName, NodeRecord> byName = new HashMap<>();

    NodeRecords(NodeName self, StationStore store, StationSink sink, Nodes nodes, ShutOut shutOut) {
        this.shutOut = shutOut;
        this.self = self;
        this.sink = sink;
        this.nodes = nodes;
        for (byte[] stored : store.nodeRecords()) {
            try {
                SignedDocument signed = SignedDocument.decode(stored);
                keep(new Kept(signed, (NodeRecord) signed.read()));
            } catch (RefusedException e) {
                throw new IllegalStateException("a stored record: " + e.getMessage(), e);
            }
        }
    }

    Optional<Kept> find(KeyId key) {
        return Optional.ofNullable(records.get(key));
    }

    /** Whether a key of that name is approved and not revoked. */
    boolean isLetIn(NodeName name) {
        return byName.containsKey(name);
    }

    /** Why a document goes to nobody here: it is for another machine than the one that is let in under that name. */
    Optional<String> targetRefusal(Target target) {
        return Optional.ofNullable(byName.get(target.node()))
                .map(present -> present.key().id())
                .filter(present -> !present.equals(target.key()))
                .map(present ->
                        "%s was signed for the machine with the key %s, but the node of that name has the key %s"
                                .formatted(target.node(), target.key(), present));
    }

    /** Why a key can't be the node of a name. */
    Optional<String> nameRefusal(NodeName name, KeyId key) {
        Optional<String> reserved = EnrolmentRequest.nameRefusal(name, self);
        if (reserved.isPresent()) {
            return reserved;
        }
        return Optional.ofNullable(byName.get(name))
                .filter(other -> !other.key().id().equals(key))
                .map(other ->
                        "there is a node %1$s with another key, %2$s; if that one is gone for good: steward node revoke %1$s --fingerprint %2$s"
                                .formatted(name, other.key().id()));
    }

    /** Whether exactly this is known already. */
    boolean isKnown(NodeRecord record) {
        return find(record.key().id()).filter(kept -> kept.says.equals(record)).isPresent();
    }

    /** Takes a record that is not known; what refuses it is an answer, and nothing has changed then. */
    Optional<Answer.Refused> take(Now now, SignedDocument signed, NodeRecord next, Trust trust) {
        Optional<String> conflict = conflict(next, find(next.key().id()).map(Kept::says));
        if (conflict.isPresent()) {
            return Optional.of(new Answer.Refused(Answer.Reason.CONFLICT, conflict.get()));
        }
        try {
            trust.checkAuthorities(signed, next, now.wall());
        } catch (RefusedException e) {
            return Optional.of(new Answer.Refused(Answer.Reason.FORBIDDEN, e.getMessage()));
        }
        boolean wasLetIn = Optional.ofNullable(byName.get(next.node()))
                .filter(present -> present.key().equals(next.key()))
                .isPresent();
        loginsThatEnd(next).forEach(shutOut::put);
        sink.write(new LedgerWrite.PutNodeRecord(next, signed.encode()));
        keep(new Kept(signed, next));
        if (!next.isRevoked()) {
            nodes.ensure(next.node(), now);
        } else if (wasLetIn) {
            nodes.cutOff(next.node(), now);
        }
        return Optional.empty();
    }

    /** Those of a node that is let in no more, and one that another takes the place of. */
    private Set<VerificationKey> loginsThatEnd(NodeRecord next) {
        var ends = new HashSet<VerificationKey>();
        find(next.key().id()).flatMap(kept -> kept.says.login()).ifPresent(ends::add);
        next.login().ifPresent(next.isRevoked() ? ends::add : ends::remove);
        return ends;
    }

    /** Whether that key logs in as another machine than the one with this identity. */
    boolean isLoginOfAnother(VerificationKey login, VerificationKey identity) {
        return records.values().stream()
                .filter(kept -> !kept.says.key().equals(identity))
                .anyMatch(kept -> kept.says.login().equals(Optional.of(login)));
    }

    private Optional<String> conflict(NodeRecord next, Optional<NodeRecord> known) {
        KeyId key = next.key().id();
        if (known.filter(NodeRecord::isRevoked).isPresent()) {
            return Optional.of("the key %s was revoked, and is never used again".formatted(key));
        }
        if (known.filter(one -> next.isRevoked() && !one.node().equals(next.node()))
                .isPresent()) {
            return Optional.of("the key %s is the node %s, and this revokes it as %s"
                    .formatted(key, known.get().node(), next.node()));
        }
        if (next.isRevoked()) {
            return Optional.empty(); // whatever else it says
        }
        if (known.filter(one -> one.number() >= next.number()).isPresent()) {
            return Optional.of(
                    "there is a record %d of this key already, and a new one must have a higher number than %d"
                            .formatted(known.get().number(), next.number()));
        }
        if (known.filter(one -> !one.node().equals(next.node())).isPresent()) {
            return Optional.of("the key %s is the node %s; a node can't be renamed yet"
                    .formatted(key, known.get().node()));
        }
        if (next.login()
                .filter(login -> shutOut.contains(login) || isLoginOfAnother(login, next.key()))
                .isPresent()) {
            return Optional.of("the key of %s for the broker was shut out, or is another one's".formatted(next.node()));
        }
        if (!nodes.hasRoomFor(next.node())) {
            return Optional.of("there are %d nodes, the most that are kept".formatted(Limits.NODES));
        }
        return nameRefusal(next.node(), key);
    }

    private void keep(Kept kept) {
        NodeRecord says = kept.says;
        Kept before = records.put(says.key().id(), kept);
        if (before != null) {
            byName.remove(before.says.node(), before.says);
        }
        if (!says.isRevoked()) {
            byName.put(says.node(), says);
        }
        sink.node(says);
    }
}
