// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.CommandId;
import dev.steward.message.EnrolmentAnswer;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.Target;
import dev.steward.message.link.Lane;
import dev.steward.message.link.Now;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which keys are nodes, and which were, by the signed word of the fleet's authorities. */
final class NodeRecords {
    /**
     * A signed document and what it says.
     *
     * @param former whose keys the node has spoken with last, where it has not yet done so with those of this one
     */
    record Kept(SignedDocument signed, NodeRecord says, Optional<Kept> former) {
        static Kept read(byte[] stored, Optional<Kept> former) throws RefusedException {
            SignedDocument signed = SignedDocument.decode(stored);
            return new Kept(signed, (NodeRecord) signed.read(), former);
        }

        boolean hasLogin(VerificationKey login) {
            return says.login().equals(Optional.of(login))
                    || former.filter(one -> one.hasLogin(login)).isPresent();
        }
    }

    private final NodeName self;
    private final StationSink sink;
    private final Nodes nodes;
    private final ShutOut shutOut;
    private final BrokerTokens tokens;
    private final Map<KeyId, Kept> records = new HashMap<>();
    private final Map<NodeName, NodeRecord> byName = new HashMap<>();

    NodeRecords(
            NodeName self, StationStore store, StationSink sink, Nodes nodes, ShutOut shutOut, BrokerTokens tokens) {
        this.shutOut = shutOut;
        this.tokens = tokens;
        this.self = self;
        this.sink = sink;
        this.nodes = nodes;
        for (StationStore.KeptRecord stored : store.nodeRecords()) {
            try {
                Optional<Kept> former = stored.former().isPresent()
                        ? Optional.of(Kept.read(stored.former().get(), Optional.empty()))
                        : Optional.empty();
                keep(Kept.read(stored.signed(), former));
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

    /** Whether exactly this is known already; then a node that has yet to hear of its other keys is told again. */
    boolean isKnown(Now now, NodeRecord record) {
        Optional<Kept> known = find(record.key().id()).filter(kept -> kept.says.equals(record));
        known.filter(kept -> kept.former.isPresent()).ifPresent(kept -> tellOtherKeys(now, kept));
        return known.isPresent();
    }

    /** Why a record can't take effect, whoever signs it. */
    Optional<Answer.Refused> obstacle(NodeRecord next) {
        return conflict(next, find(next.key().id()).map(Kept::says))
                .map(conflict -> new Answer.Refused(Answer.Reason.CONFLICT, conflict));
    }

    /** Takes a record that is not known, and that nothing stands against. */
    void take(Now now, SignedDocument signed, NodeRecord next) {
        boolean wasLetIn = Optional.ofNullable(byName.get(next.node()))
                .filter(present -> present.key().equals(next.key()))
                .isPresent();
        Optional<Kept> known = find(next.key().id());
        var kept = new Kept(signed, next, former(known, next));
        loginsThatEnd(known, kept).forEach(shutOut::put);
        put(kept);
        if (!next.isRevoked()) {
            nodes.ensure(next.node(), now);
        } else if (wasLetIn) {
            nodes.cutOff(next.node(), now);
        }
        tellOtherKeys(now, kept);
    }

    /** With whose keys the node speaks until it has heard of others; it may never have heard of those before them. */
    private static Optional<Kept> former(Optional<Kept> known, NodeRecord next) {
        Optional<Kept> inUse = known.flatMap(kept -> kept.former.or(() -> known));
        return inUse.filter(kept -> next.changesLinkOf(kept.says));
    }

    /** Those of a node that is let in no more, and such that others take the place of; not yet those in use. */
    private static Set<VerificationKey> loginsThatEnd(Optional<Kept> known, Kept next) {
        var ends = new HashSet<VerificationKey>();
        known.ifPresent(kept -> {
            kept.says.login().ifPresent(ends::add);
            kept.former.flatMap(former -> former.says.login()).ifPresent(ends::add);
        });
        next.former.flatMap(former -> former.says.login()).ifPresent(ends::remove);
        next.says.login().ifPresent(next.says.isRevoked() ? ends::add : ends::remove);
        return ends;
    }

    private void tellOtherKeys(Now now, Kept kept) {
        Optional<Nodes.Node> node = nodes.find(kept.says.node());
        if (node.isPresent()) {
            Subject subject = Subject.otherKeys(kept.says.node());
            nodes.forget(node.get(), Lane.RESULTS, subject); // of others, which were not taken up
            if (kept.former.isPresent()) {
                nodes.enqueue(
                        now,
                        node.get(),
                        Lane.RESULTS,
                        subject,
                        approved(kept.says.id(), kept).encode());
            }
        }
    }

    /** A node is there again, with the keys that it had: it may have refused others, or lost the word of them. */
    void live(Now now, NodeName name) {
        Optional.ofNullable(byName.get(name))
                .flatMap(present -> find(present.key().id()))
                .filter(kept -> kept.former.isPresent())
                .ifPresent(kept -> tellOtherKeys(now, kept));
    }

    /** What a machine is told that is let in. */
    EnrolmentAnswer approved(CommandId request, Kept kept) {
        EnrolmentAnswer answer = EnrolmentAnswer.approved(request, kept.signed);
        return tokens.of(kept.says).map(answer::withBrokerToken).orElse(answer);
    }

    /** A node speaks with the newest keys that it was given; @return whether that is news. */
    boolean speaksWithNewest(NodeName name) {
        Optional<Kept> kept = Optional.ofNullable(byName.get(name))
                .flatMap(present -> find(present.key().id()))
                .filter(each -> each.former.isPresent());
        if (kept.isPresent()) {
            var alone = new Kept(kept.get().signed, kept.get().says, Optional.empty());
            loginsThatEnd(kept, alone).forEach(shutOut::put);
            put(alone);
        }
        return kept.isPresent();
    }

    private void put(Kept kept) {
        sink.write(new LedgerWrite.PutNodeRecord(
                kept.says, kept.signed.encode(), kept.former.map(former -> former.signed.encode())));
        keep(kept);
    }

    /** Whether that key logs in as another machine than the one with this identity. */
    boolean isLoginOfAnother(VerificationKey login, VerificationKey identity) {
        return records.values().stream()
                .filter(kept -> !kept.says.key().equals(identity))
                .anyMatch(kept -> kept.hasLogin(login));
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
        sink.node(says, kept.former.map(Kept::says));
    }
}
