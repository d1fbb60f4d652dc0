// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.node;

import dev.steward.cli.api.EnrolmentInfo;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.NodeRecord;
import dev.steward.message.signing.SignedDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A record of a node that waits for signatures, beside what was signed and taken here before. */
public record HeldRecord(NodeRecord record, OperatorFolder folder, Identity self) {
    /**
     * What it does, in lines for people.
     *
     * @param asking what machines have signed themselves: whoever made the record could have put other keys beside the
     *     machine's own
     */
    public List<String> checked(List<EnrolmentInfo> asking) throws Failure {
        var nodes = new KnownNodes(folder, self);
        var lines = new ArrayList<String>();
        Optional<KnownNode> known = nodes.find(record.node())
                .filter(each -> !each.isRevoked() && each.record().key().equals(record.key()));
        boolean asked = asking.stream().anyMatch(each -> each.isConsistent() && record.covers(each.asked()));
        if (record.isRevoked()) {
            lines.add("revokes the node %s, for ever".formatted(record.node()));
        } else {
            nodes.checkApprovable(record.node(), record.key());
            lines.add(
                    known.isPresent()
                            ? "gives the node %s other keys for its link or the broker".formatted(record.node())
                            : "lets a machine in as the node %s".formatted(record.node()));
            if (known.isEmpty() && !asked) {
                throw Failure.credential(
                        "%s, %s, is not known here, and the station shows no request in which that machine names these keys itself; nothing was signed"
                                .formatted(record.node(), record.key().id()));
            }
        }
        lines.add("  fingerprint: %s%s"
                .formatted(record.key().id(), record.isRevoked() ? "" : "  (compare it with what the machine shows)"));
        if (!record.isRevoked() && !asked) {
            lines.add("  its other keys stand on the word of those who have signed: no request of the machine is here");
        }
        lines.add("  record:   %d of this key".formatted(record.number()));
        return lines;
    }

    /** Keeps it as signed here, before anybody else sees it. */
    public void keep(SignedDocument signed) throws Failure {
        new KnownNodes(folder, self).keep(new KnownNode(signed, record));
    }
}
