// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.node;

import dev.steward.cli.api.EnrolmentClient;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.RefusedException;
import dev.steward.message.Target;
import dev.steward.message.signing.SignedDocument;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which machine a name means: the one whose key is kept in the operator's folder, else the one that an authority whom he
 * knows has signed, which is kept from then on. The station only passes records on; that it shows another key than is
 * kept is an error, unless such authorities have revoked the former key and approved the new one.
 */
public record TargetKeys(EnrolmentClient station, KnownNodes nodes, Identity self) {
    /**
     * What to sign where something is ordered.
     *
     * @param shown the fingerprints that the station shows, by name
     */
    public Map<NodeName, Target> of(Collection<NodeName> names, Map<String, String> shown) throws Failure {
        return find(names, shown, false);
    }

    /** What to sign where something is canceled: it may as well wait for a machine that was revoked since. */
    public Map<NodeName, Target> ofThoseEverApproved(Collection<NodeName> names, Map<String, String> shown)
            throws Failure {
        return find(names, shown, true);
    }

    private Map<NodeName, Target> find(Collection<NodeName> names, Map<String, String> shown, boolean revokedToo)
            throws Failure {
        var targets = new LinkedHashMap<NodeName, Target>();
        var open = new ArrayList<NodeName>();
        for (NodeName name : names) {
            Optional<NodeRecord> kept = nodes.kept(name)
                    .filter(record -> shown.getOrDefault(
                                    name.value(), record.key().id().value())
                            .equals(record.key().id().value()));
            if (kept.isPresent()) {
                targets.put(name, target(kept.get()));
            } else {
                open.add(name);
            }
        }
        for (int from = 0; from < open.size(); from += Limits.TARGETS_PER_DOCUMENT) {
            List<NodeName> some = open.subList(from, Math.min(open.size(), from + Limits.TARGETS_PER_DOCUMENT));
            Map<NodeName, List<SignedDocument>> records = byName(station.records(some));
            for (NodeName name : some) {
                Sayings sayings = Sayings.of(
                        name, records.getOrDefault(name, List.of()), nodes, self.fleet(), nodes.authorities()::trusted);
                targets.put(name, target(settle(name, sayings, revokedToo).record()));
            }
        }
        return targets;
    }

    private Map<NodeName, List<SignedDocument>> byName(List<SignedDocument> documents) {
        var records = new LinkedHashMap<NodeName, List<SignedDocument>>();
        for (SignedDocument document : documents) {
            try {
                NodeName name = KnownNode.of(document, self.fleet()).record().node();
                records.computeIfAbsent(name, each -> new ArrayList<>()).add(document);
            } catch (RefusedException e) {
                // it says nothing of any node here
            }
        }
        return records;
    }

    private KnownNode settle(NodeName name, Sayings sayings, boolean revokedToo) throws Failure {
        List<KnownNode> good = sayings.trusted().values().stream()
                .filter(each -> !each.isRevoked())
                .toList();
        Optional<KnownNode> kept = nodes.find(name).filter(each -> !each.isRevoked());
        if (kept.filter(former -> good.stream()
                        .anyMatch(each -> each.isOf(former.record().key().id())))
                .isPresent()) {
            throw changed(kept.get(), sayings);
        }
        if (good.size() > 1) {
            throw Failure.credential(
                    "%s is the name of %d machines, by records that are signed by authorities; nothing was signed%s\n  revoke those that are not: steward node revoke %s --fingerprint SHA256:…"
                            .formatted(name, good.size(), lines(good), name));
        }
        Optional<KnownNode> revocation = sayings.trusted().values().stream()
                .filter(each ->
                        kept.isPresent() && each.isOf(kept.get().record().key().id()))
                .findFirst();
        if (revocation.isPresent()) {
            nodes.keep(revocation.get());
        }
        if (good.size() == 1) {
            return nodes.keep(good.getFirst());
        }
        Optional<KnownNode> last = sayings.trusted().values().stream()
                .max(Comparator.comparing(each -> each.record().issuedAt()));
        if (revokedToo && last.isPresent()) {
            return last.get();
        }
        throw unknown(name, sayings, last);
    }

    private static Failure changed(KnownNode kept, Sayings sayings) {
        NodeName name = kept.record().node();
        List<KnownNode> others = sayings.active().stream()
                .filter(each -> !each.record().key().equals(kept.record().key()))
                .toList();
        Failure failure = Failure.credential(
                "%s has another key at the station than the one that is known here; nothing was signed\n  known here: %s, by %s\n  there:      %s"
                        .formatted(
                                name,
                                kept.record().key().id(),
                                kept.record().issuer(),
                                others.isEmpty()
                                        ? "one without a record"
                                        : others.stream()
                                                .map(TargetKeys::said)
                                                .collect(Collectors.joining("\n              "))));
        for (String reason : sayings.reasons()) {
            failure = failure.with("not taken: " + reason);
        }
        if (!sayings.strangers().isEmpty()) {
            failure = failure.with(trustHint());
        }
        return failure.with(
                        "was the machine replaced, or enrolled anew? then the former key is to be revoked by an authority, and the new one is taken: steward node revoke %s --fingerprint %s"
                                .formatted(name, kept.record().key().id()))
                .with("otherwise the station gives its name to another machine");
    }

    private static Failure unknown(NodeName name, Sayings sayings, Optional<KnownNode> last) {
        if (last.isPresent()) {
            return Failure.credential(
                    "the key of %s, %s, was revoked; nothing was signed\n  a station that lets it in all the same has an older ledger: steward node sync"
                            .formatted(name, last.get().record().key().id()));
        }
        if (!sayings.strangers().isEmpty()) {
            return Failure.credential("%s was approved by %s, whom this operator does not know; nothing was signed"
                            .formatted(name, sayings.strangers().getFirst()))
                    .with(trustHint());
        }
        return Failure.credential("the station shows no record of %s that can be used; nothing was signed%s"
                .formatted(
                        name,
                        sayings.reasons().stream()
                                .map(reason -> "\n  " + reason)
                                .collect(Collectors.joining())));
    }

    private static String trustHint() {
        return "if that is an authority of the fleet, compare the fingerprint with its owner, then add its public key: steward operator trust 'ssh-ed25519 AAAA…'";
    }

    private static String lines(List<KnownNode> nodes) {
        return nodes.stream().map(each -> "\n  " + said(each)).collect(Collectors.joining());
    }

    private static String said(KnownNode node) {
        return "%s, by %s".formatted(node.record().key().id(), node.record().issuer());
    }

    private static Target target(NodeRecord record) {
        return new Target(record.node(), record.key().id());
    }
}
