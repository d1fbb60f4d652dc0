// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.node;

import dev.steward.cli.api.EnrolmentClient;
import dev.steward.cli.api.HeldInfo;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.NodeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Hands in all that this operator has signed of nodes. A ledger that is an older copy, or new, lets revoked keys in again and does not
 * know nodes that were approved since.
 */
public record Handover(EnrolmentClient station, KnownNodes nodes, Identity self) {
    /** How many records the station took, had already, and did not get: refused, or damaged here. */
    public record Outcome(int taken, int had, int failed) {}

    /**
     * The revocations first: a name is free for its next key once the last one is revoked.
     *
     * @param taken told of each record that the station did not have
     * @param failed told why one was not handed in; the others are
     */
    public Outcome run(Consumer<KnownNode> taken, Consumer<String> failed) throws Failure, InterruptedException {
        var damaged = new ArrayList<Failure>();
        List<KnownNode> kept = nodes.all(damaged::add).stream()
                .filter(node -> node.record().issuer().equals(self.id())) // of others' the newest may not be here
                .toList();
        damaged.forEach(each -> failed.accept(each.text()));
        int had = 0;
        int took = 0;
        for (KnownNode node : kept) {
            if (isThere(node)) {
                had++;
                continue;
            }
            try {
                Optional<HeldInfo> held =
                        station.offer(node.signed(), node.record().node());
                if (held.isPresent()) {
                    failed.accept("%s: its %s waits: %s signatures of authorities; another runs `steward approve %s`"
                            .formatted(
                                    node,
                                    what(node.record()),
                                    held.get().count(),
                                    held.get().id()));
                } else {
                    took++;
                    taken.accept(node);
                }
            } catch (Failure e) {
                if (e.isUnreachable()) {
                    throw e;
                }
                failed.accept("%s: its %s was not taken: %s".formatted(node, what(node.record()), e.text()));
            }
        }
        return new Outcome(took, had, damaged.size() + kept.size() - took - had);
    }

    /** By the station's word, which it could as well break after it has taken it. */
    private boolean isThere(KnownNode node) throws Failure {
        return Sayings.shown(
                        station.records(List.of(node.record().node())),
                        node.record().node(),
                        self.fleet(),
                        unusable -> {}) // then that is not it
                .stream()
                .anyMatch(node::isMetBy);
    }

    public static String what(NodeRecord record) {
        return record.isRevoked() ? "revocation" : "approval";
    }
}
