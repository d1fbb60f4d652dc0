// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.link.Lane;
import dev.steward.message.link.Now;
import dev.steward.message.signing.SignedDocument;
import java.util.Optional;

/**
 * Accepted cancels of what may have left. As long as the node is not known to have the command, its issuer's cancel goes
 * in the command's place: the node gets either. Somebody else's waits until the node has the command. They outlive the word that the node has recorded them: a node that comes back
 * with a store from before that is told again, in the bytes that were ordered, before it may start anything.
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

    /** @return false where a cancel is on its way already */
    boolean order(Now now, Nodes.Node node, Execution execution, Document.Cancel document, byte[] bytes) {
        boolean own = isOwn(execution, document);
        Optional<StationStore.KeptCancel> earlier = store.cancel(execution.command(), node.name);
        if (!own && earlier.filter(kept -> isOwn(execution, kept.document())).isPresent()) {
            return false; // that one is heeded, and must be there where it has to be told again
        }
        boolean underWay = earlier.filter(kept -> kept.document().issuer().equals(document.issuer()))
                .filter(kept -> store.isInOutbox(node.name, Lane.CONTROL, kept.messageId())
                        || store.isInOutbox(node.name, Lane.RESULTS, kept.messageId()))
                .isPresent();
        if (underWay) {
            return false;
        }
        String order = execution.messageId();
        if (store.isInOutbox(node.name, Lane.CONTROL, order)) {
            if (own) {
                nodes.replace(node, Lane.CONTROL, order, Subject.cancel(node.name), bytes);
            } // else it is told when the node has the command, which must not be gone where the node refuses the cancel
            sink.write(new LedgerWrite.PutCancel(node.name, new StationStore.KeptCancel(document, bytes, order)));
        } else {
            send(now, node, document, bytes);
        }
        return true;
    }

    /** The node has the command, or the cancel that went in its place: which one nobody can tell, so it is told. */
    void ensure(Now now, Nodes.Node node, Execution execution) {
        store.cancel(execution.command(), node.name)
                .filter(kept -> kept.messageId().equals(execution.messageId()))
                .filter(kept -> !isCanceled(node, kept))
                .ifPresent(kept -> send(now, node, kept.document(), kept.bytes()));
    }

    /** Whether whoever ordered a command cancels it. */
    boolean isOwn(Execution execution, Document.Cancel cancel) {
        byte[] command = store.document(execution.command(), execution.part()).orElseThrow();
        try {
            return SignedDocument.decode(command).read().issuer().equals(cancel.issuer());
        } catch (RefusedException e) {
            return false; // from before documents were signed, or named machines by their keys
        }
    }

    private boolean isCanceled(Nodes.Node node, StationStore.KeptCancel kept) {
        return store.execution(kept.document().command(), node.name)
                .filter(execution -> execution.state() == ExecutionState.CANCELED)
                .isPresent();
    }

    /** The node does not heed the cancel: it is not told again. */
    void refused(Nodes.Node node, CommandId command) {
        sink.write(new LedgerWrite.ForgetCancel(node.name, command));
    }

    /** Sends the cancel of a command again, where there is one, ahead of what is said next on the lane of results. */
    void repeat(Now now, Nodes.Node node, CommandId command) {
        Optional<StationStore.KeptCancel> kept = store.cancel(command, node.name)
                .filter(cancel -> !store.isInOutbox(node.name, Lane.RESULTS, cancel.messageId()));
        kept.ifPresent(cancel -> send(now, node, cancel.document(), cancel.bytes()));
    }

    /** Not on the lane of commands, which a node with a full inbox closes. */
    private void send(Now now, Nodes.Node node, Document.Cancel document, byte[] bytes) {
        String message = nodes.enqueue(now, node, Lane.RESULTS, Subject.cancel(node.name), bytes)
                .toString();
        sink.write(new LedgerWrite.PutCancel(node.name, new StationStore.KeptCancel(document, bytes, message)));
    }
}
