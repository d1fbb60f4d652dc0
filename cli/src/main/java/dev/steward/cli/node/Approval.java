// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.node;

import dev.steward.cli.api.EnrolmentClient;
import dev.steward.cli.api.EnrolmentInfo;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.CommandId;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Says with the operator's key that a key is the node of a name. What was said once is not signed again, but sent. */
public record Approval(EnrolmentClient station, KnownNodes nodes, Identity self, Ids ids, InstantSource clock) {
    /** Whether a node may be called so. */
    public static void checkName(NodeName name) throws Failure {
        Optional<String> refusal = EnrolmentRequest.nameRefusal(name, NodeName.CENTRAL);
        if (refusal.isPresent()) {
            throw Failure.usage(refusal.get());
        }
    }

    /** Whether it may be approved, before anybody is asked. */
    public void check(EnrolmentInfo asked) throws Failure {
        checkName(asked.node());
        if (!asked.isConsistent()) {
            throw Failure.credential(
                    "what the station shows of %s (%s) is not what the machine with the key %s has signed; nothing was signed"
                            .formatted(asked.node(), asked.said(), asked.fingerprint()));
        }
        nodes.checkApprovable(asked.node(), asked.key());
    }

    /** What was approved here under that name, and not revoked. */
    public Optional<KnownNode> approved(NodeName name) throws Failure {
        return nodes.find(name).filter(each -> !each.isRevoked());
    }

    public Handed approve(EnrolmentInfo asked) throws Failure, InterruptedException {
        check(asked);
        Optional<KnownNode> kept = approved(asked.node());
        EnrolmentRequest request = asked.asked();
        if (kept.filter(node -> node.record().covers(request)).isPresent()) {
            return hand(kept.get());
        }
        long number = kept.map(node -> node.record().number() + 1).orElse(1L);
        return hand(nodes.keep(KnownNode.sign(record(request, number), self)));
    }

    /**
     * Signs the keys that a node has made by an operator's command.
     *
     * @param known by what it was let in
     * @param shown the request that is the command's output, by the station's word
     * @return the record that names them
     */
    public Handed renew(KnownNode known, CommandId command, SignedDocument shown) throws Failure, InterruptedException {
        EnrolmentRequest asked = madeBy(known.record(), command, shown);
        KnownNode newest = newest(known);
        if (newest.record().linkKey().equals(asked.linkKey())
                && !newest.record().covers(asked)) {
            throw notMade(known.record(), "it changes one of the two keys alone");
        }
        return hand(
                newest.record().covers(asked)
                        ? newest
                        : nodes.keep(
                                KnownNode.sign(record(asked, newest.record().number() + 1), self)));
    }

    /** The machine has signed it with the identity that was let in, and names the command, so that it is not from before. */
    private static EnrolmentRequest madeBy(NodeRecord known, CommandId command, SignedDocument shown) throws Failure {
        try {
            if (shown.read() instanceof EnrolmentRequest asked
                    && asked.token().equals(command)
                    && asked.fleet().equals(known.fleet())
                    && asked.node().equals(known.node())
                    && asked.key().equals(known.key())
                    && shown.isSignedBy(known.key(), Signatures.ED25519)
                    && shown.isSignedBy(asked.login(), Signatures.ED25519)) {
                return asked;
            }
        } catch (RefusedException e) {
            throw notMade(known, e.getMessage());
        }
        throw notMade(known, "it is not what that machine has signed for this command");
    }

    private static Failure notMade(NodeRecord known, String why) {
        return Failure.credential(
                "what the station shows as the new keys of %s can't be used: %s\n  nothing was approved"
                        .formatted(known.node(), why));
    }

    /** Another authority may have said something later. */
    private KnownNode newest(KnownNode known) throws Failure {
        NodeName name = known.record().node();
        Sayings sayings =
                Sayings.of(name, station.records(List.of(name)), nodes, self.fleet(), nodes.authorities()::trusted);
        KnownNode newest = sayings.trusted().getOrDefault(known.record().key(), known);
        if (newest.isRevoked()) {
            throw Failure.credential("%s was revoked meanwhile; nothing was approved".formatted(newest));
        }
        return newest;
    }

    /** To the station, which may have it already. */
    public Handed hand(KnownNode node) throws Failure, InterruptedException {
        return new Handed(node, station.offer(node.signed(), node.record().node()));
    }

    private NodeRecord record(EnrolmentRequest asked, long number) {
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return new NodeRecord(
                ids.next(now),
                self.fleet(),
                self.id(),
                now,
                number,
                asked.node(),
                asked.key(),
                asked.linkKey(),
                Optional.of(asked.login()),
                Optional.empty());
    }
}
