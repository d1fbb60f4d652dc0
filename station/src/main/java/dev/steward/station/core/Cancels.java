// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.Subject;
import dev.steward.message.link.Lane;
import dev.steward.message.link.Now;
import java.util.Optional;

/**
 * Accepted cancels. They outlive the word that the node has recorded them: a node that comes back with a store from
 * before that is told again, in the bytes that were ordered, before it may start anything.
 */
final class Cancels {
    private final StationStore store;
    private final StationSink sink;
    private final Nodes nodes;

    Cancels(StationStore store, StationSink sink, Nodes nodes) {
        this.store = store;
        this.sink = sink;
        this.nodes = nodes;
    }

    /**
     * Sends a cancel for what may have left.
     *
     * @return false where one is on its way already
     */
    boolean order(Now now, Nodes.Node node, Execution execution, Document.Cancel document, byte[] bytes) {
        // A node whose inbox is full closes the lane of commands; what it has recorded must still be stoppable.
        boolean recorded = execution.state() != ExecutionState.QUEUED && !execution.provisional();
        Lane lane = recorded ? Lane.RESULTS : Lane.CONTROL;
        boolean underWay = store.cancel(execution.command(), node.name)
                .filter(kept -> store.isInOutbox(node.name, lane, kept.messageId()))
                .isPresent();
        if (!underWay) {
            send(now, node, lane, document, bytes);
        }
        return !underWay;
    }

    /** The node has the command: a cancel that still waits behind it on the lane of commands, maybe closed, overtakes. */
    void overtake(Now now, Nodes.Node node, CommandId command) {
        store.cancel(command, node.name)
                .filter(kept -> store.isInOutbox(node.name, Lane.CONTROL, kept.messageId()))
                .ifPresent(kept -> send(now, node, Lane.RESULTS, kept.document(), kept.bytes()));
    }

    /** Sends the cancel of a command again, where there is one, ahead of what is said next on the lane of results. */
    void repeat(Now now, Nodes.Node node, CommandId command) {
        Optional<StationStore.KeptCancel> kept = store.cancel(command, node.name)
                .filter(cancel -> !store.isInOutbox(node.name, Lane.RESULTS, cancel.messageId()));
        kept.ifPresent(cancel -> send(now, node, Lane.RESULTS, cancel.document(), cancel.bytes()));
    }

    private void send(Now now, Nodes.Node node, Lane lane, Document.Cancel document, byte[] bytes) {
        String message =
                nodes.enqueue(now, node, lane, Subject.cancel(node.name), bytes).toString();
        sink.write(new LedgerWrite.PutCancel(node.name, new StationStore.KeptCancel(document, bytes, message)));
    }
}
