// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.NodeName;
import java.util.List;

/** What the operator of the simulation wants done, in the exact bytes that are handed in until they are accepted. */
final class SimOrder {
    private final CommandId id;
    private final List<NodeName> targets;
    private final List<byte[]> documents;
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
        this.unwanted = unwanted;
        this.orderedAt = orderedAt;
    }

    CommandId id() {
        return id;
    }

    SimOperator issuer() {
        return issuer;
    }

    /** The document for a node, as it was signed. */
    Document.Command document(NodeName node) {
        return documents.stream()
                .map(bytes -> (Document.Command) SimOperator.read(bytes))
                .filter(document -> document.targets().contains(node))
                .findFirst()
                .orElseThrow();
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
