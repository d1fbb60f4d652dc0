// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.node;

import dev.steward.cli.api.EnrolmentClient;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.signing.KeyId;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Says with the operator's key that a key is a node no more, of that which was approved here or by an authority that is known here. A
 * station that could choose the record would have a key of its own revoked in place of the node's; who names the key by
 * its fingerprint leaves it no choice.
 */
public record NodeRevocation(EnrolmentClient station, KnownNodes nodes, Identity self, Ids ids, InstantSource clock) {
    /**
     * Tells the station again of those keys that it lets in under that name though they were revoked here: its ledger
     * may be an older copy.
     */
    public List<Handed> remind(NodeName name) throws Failure, InterruptedException {
        var reminded = new ArrayList<Handed>();
        for (KnownNode shown :
                Sayings.shown(station.records(List.of(name)), name, self.fleet(), unusable -> {})) { // see find
            Optional<KnownNode> kept = shown.isRevoked()
                    ? Optional.empty()
                    : nodes.revocation(shown.record().key());
            if (kept.isPresent()) {
                reminded.add(hand(kept.get()));
            }
        }
        return reminded;
    }

    /** What is let in under that name, as far as it is known. */
    public List<KnownNode> active(NodeName name) throws Failure {
        return sayings(name).active();
    }

    /**
     * The record to be followed by a revocation; where all are revoked, one of those.
     *
     * @param wanted which key; then it does not matter who has approved it
     */
    public KnownNode find(NodeName name, Optional<KeyId> wanted) throws Failure {
        Sayings sayings = sayings(name);
        if (wanted.isPresent()) {
            return sayings.of(wanted.get())
                    .reduce(KnownNode::newer)
                    .orElseThrow(() -> unknown("%s with the key %s".formatted(name, wanted.get()), sayings));
        }
        List<KnownNode> active = sayings.active();
        if (active.size() > 1) {
            throw Failure.usage("%s is the name of %d keys; name one of these with --fingerprint:%s"
                    .formatted(name, active.size(), lines(active)));
        }
        if (active.size() == 1) {
            KnownNode one = active.getFirst();
            if (sayings.trusted().containsKey(one.record().key())) {
                return one;
            }
            throw unknown(name.value(), sayings)
                    .with("or compare this with what was written down of the machine, and name it: --fingerprint "
                            + one.record().key().id());
        }
        return sayings.trusted().values().stream()
                .reduce((one, other) -> other)
                .orElseThrow(() -> unknown(name.value(), sayings));
    }

    private Sayings sayings(NodeName name) throws Failure {
        return Sayings.of(name, station.records(List.of(name)), nodes, self.fleet(), nodes.authorities()::trusted);
    }

    private static Failure unknown(String node, Sayings sayings) {
        return sayings.reasons().isEmpty()
                ? Failure.usage(
                        "no node %s was ever approved, as far as this operator and the station know".formatted(node))
                : Failure.credential(
                        "the station's record of %s is not to be trusted, so nothing was signed: %s\n  let the operator revoke it who has approved it"
                                .formatted(node, String.join("; ", sayings.reasons())));
    }

    /** Kept first, so that a station that is away hears of it when this is done again. */
    public Handed revoke(KnownNode node) throws Failure, InterruptedException {
        return hand(node.isRevoked() ? node : sign(node.record()));
    }

    private Handed hand(KnownNode revoked) throws Failure, InterruptedException {
        return new Handed(
                revoked, station.offer(revoked.signed(), revoked.record().node()));
    }

    private KnownNode sign(NodeRecord last) throws Failure {
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        var next = new NodeRecord(
                ids.next(now),
                self.fleet(),
                self.id(),
                now,
                Math.min(last.number() + 1, NodeRecord.LAST_NUMBER),
                last.node(),
                last.key(),
                last.linkKey(),
                last.login(),
                Optional.of(now));
        return nodes.keep(KnownNode.sign(next, self));
    }

    private static String lines(List<KnownNode> nodes) {
        return nodes.stream()
                .map(each -> "\n  --fingerprint " + each.record().key().id())
                .collect(Collectors.joining());
    }
}
