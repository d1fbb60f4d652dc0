// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.NodeName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What the operator of the simulation wants done, in the exact bytes that are handed in until they are accepted. */
final class SimOrder {
    private final CommandId id;
    private final List<NodeName> targets;
    private final List<byte[]> documents;
    private final Map<NodeName, byte[]> byNode = new HashMap<>();
    private final SimOperator issuer;
    private final boolean unwanted;
    private final long orderedAt;
    private boolean canceled;
    private boolean accepted;
    private boolean refused;

    SimOrder(
            CommandId id,
            SimOperator issuer,
            List<NodeName> targets,
            List<byte[]> documents,
            boolean unwanted,
            long orderedAt) {
        this.id = id;
        this.issuer = issuer;
        this.targets = List.copyOf(targets);
        this.documents = List.copyOf(documents);
        for (byte[] signed : documents) {
            var document = (Document.Command) SimOperator.read(signed);
            byte[] exact = document.encode();
            document.targets().forEach(target -> byNode.put(target.node(), exact));
        }
        this.unwanted = unwanted;
        this.orderedAt = orderedAt;
    }

    CommandId id() {
        return id;
    }

    SimOperator issuer() {
        return issuer;
    }

    /** The exact document for a node, without its signatures. */
    byte[] document(NodeName node) {
        return Objects.requireNonNull(byNode.get(node));
    }

    List<NodeName> targets() {
        return targets;
    }

    List<byte[]> documents() {
        return documents;
    }

    /** When it was handed in first, on the world's clock. */
    long orderedAt() {
        return orderedAt;
    }

    /** Whether its nodes refuse it. */
    boolean isUnwanted() {
        return unwanted;
    }

    boolean isCanceled() {
        return canceled;
    }

    void cancel() {
        canceled = true;
    }

    boolean isAccepted() {
        return accepted;
    }

    boolean isAnswered() {
        return accepted || refused;
    }

    void accept() {
        accepted = true;
    }

    void refuse() {
        refused = true;
    }
}
