// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.audit;

import dev.steward.cli.api.AuditInfo;
import dev.steward.message.AuditHead;
import dev.steward.message.FleetId;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.Target;
import dev.steward.message.audit.AuditChain;
import dev.steward.message.audit.AuditMark;
import java.util.Optional;

/**
 * Follows what a node shows of its own log, and holds it to what others remember of it: this operator, and the station by
 * the node's hellos.
 *
 * @param node which machine it must be by
 * @param seen what was verified here before
 * @param station how far the station has heard that it had come, before the node was asked
 */
public record NodeVerification(Target node, FleetId fleet, Optional<SeenHead> seen, Optional<AuditMark> station) {
    /** @param command that has asked for it last; empty for what was exported earlier */
    public AuditChain verify(NodeLog log, Optional<String> command) throws RefusedException {
        AuditChain chain = AuditChain.behind(log.base());
        compare(chain);
        for (AuditInfo each : log.entries()) {
            chain.follow(each.link());
            if (each.number() != chain.number()) {
                throw new RefusedException("entry %d stands in the row %d".formatted(chain.number(), each.number()));
            }
            compare(chain);
        }
        checkHead(chain, command);
        if (command.isPresent()) {
            checkBeginning(log.base(), chain);
            checkEnd(chain);
        }
        return chain;
    }

    private void compare(AuditChain chain) throws RefusedException {
        if (seen.filter(head -> head.number() == chain.number() && !head.hash().equals(chain.hash()))
                .isPresent()) {
            throw new RefusedException("entry %d, or one before it, is another one than was verified here at %s"
                    .formatted(chain.number(), seen.get().at()));
        }
        if (station.filter(
                        mark -> mark.number() == chain.number() && !mark.hash().equals(chain.hash()))
                .isPresent()) {
            throw new RefusedException(
                    "entry %d, or one before it, is another one than the node has told the station of: there it had the hash %s, and now it has %s"
                            .formatted(chain.number(), station.get().hash(), chain.hash()));
        }
    }

    /** A node gives up its oldest entries only where it has more than so many. */
    private static void checkBeginning(AuditMark base, AuditChain chain) throws RefusedException {
        if (base.number() > 0 && chain.number() - base.number() < Limits.NODE_AUDIT_ENTRIES) {
            throw new RefusedException(
                    "the entries up to %d are missing: a node keeps the newest %d, and it has shown %d of them"
                            .formatted(base.number(), Limits.NODE_AUDIT_ENTRIES, chain.number() - base.number()));
        }
    }

    private void checkEnd(AuditChain chain) throws RefusedException {
        if (seen.isPresent() && seen.get().number() > chain.number()) {
            throw new RefusedException("it ends with entry %d, and %d were verified here at %s"
                    .formatted(chain.number(), seen.get().number(), seen.get().at()));
        }
        if (station.isPresent() && station.get().number() > chain.number()) {
            throw new RefusedException("it ends with entry %d, and the node has told the station of %d"
                    .formatted(chain.number(), station.get().number()));
        }
    }

    /** Without it all of this would be the word of whoever passes it on. */
    private void checkHead(AuditChain chain, Optional<String> command) throws RefusedException {
        AuditHead head = chain.head()
                .filter(signed -> signed.number() == chain.number())
                .orElseThrow(() -> new RefusedException("its end is not signed by the node"));
        if (!head.key().id().equals(node.key())
                || !head.station().equals(node.node())
                || !head.fleet().equals(fleet)) {
            throw new RefusedException(
                    "it is signed by the node %s of the fleet %s with the key %s, and %s has the key %s"
                            .formatted(head.station(), head.fleet(), head.key().id(), node.node(), node.key()));
        }
        if (command.filter(asked -> !asked.equals(head.id().toString())).isPresent()) {
            throw new RefusedException(
                    "its end was signed for the command %s, and not for this one: somebody shows an older one"
                            .formatted(head.id()));
        }
    }
}
