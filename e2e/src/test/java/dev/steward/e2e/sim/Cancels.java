// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.ExecutionState;
import dev.steward.message.NodeName;
import dev.steward.message.Subject;
import dev.steward.message.link.Frame;
import dev.steward.station.core.Execution;
import java.util.HashSet;
import java.util.Set;

/** What became of each cancel, and what must not happen after it. */
final class Cancels {
    private final Excuses excuses;
    private final Set<Key> accepted = new HashSet<>();
    private final Set<Key> acceptedOwn = new HashSet<>();
    private final Set<Key> confirmed = new HashSet<>();
    private final Set<Key> recorded = new HashSet<>();
    private final Set<Key> refused = new HashSet<>();

    Cancels(Excuses excuses) {
        this.excuses = excuses;
    }

    /**
     * By the station, for what it did not know the end of.
     *
     * @param own whether whoever ordered it cancels it
     */
    void accepted(Key key, boolean own) {
        accepted.add(key);
        if (own) {
            acceptedOwn.add(key);
        }
    }

    /** The station has heard that the node has it. */
    void confirmed(Key key) {
        confirmed.add(key);
    }

    /** By the agent, for what runs or waits for the station's word. */
    void recorded(Key key) {
        recorded.add(key);
    }

    /** The agent says that it came too late. */
    void refused(Key key) {
        refused.add(key);
    }

    void judgeStart(SimNode machine, SimOrder order) {
        if (machine.known().isCanceled(order.id())) {
            throw new Violation("%s started %s after it had recorded a cancel".formatted(machine.label, order.id()));
        }
        // A station that is taken over may as well keep a cancel back, and pass the command on when that is gone.
        boolean excused =
                excuses.ledger(order) || excuses.clone(order, machine.name) || excuses.forgery(order, machine.name);
        if (!excused && confirmed.contains(new Key(order.id(), machine.name))) {
            throw new Violation("%s started %s, of whose cancel the station had heard that the node has it"
                    .formatted(machine.label, order.id()));
        }
    }

    void judgeSend(SimStation station, SimOrder order, NodeName node, Frame.Data data) {
        boolean command = !data.subject().equals(Subject.cancel(node));
        if (command && acceptedOwn.contains(new Key(order.id(), node)) && !excuses.ledger(order)) {
            throw new Violation(
                    "%s sends %s to %s, whose cancel it has accepted".formatted(station.label, order.id(), node));
        }
    }

    /** Each cancel must have stopped the execution, or been refused, or have come to what ran and ended by itself. */
    void judgeAtRest(Execution execution) {
        var key = new Key(execution.command(), execution.node());
        boolean heeded = execution.state() == ExecutionState.CANCELED
                || execution.state() == ExecutionState.LOST
                || execution.attempt() == 0 // it will not run either way
                || refused.contains(key)
                || recorded.contains(key);
        if (accepted.contains(key) && !heeded) {
            throw new Violation(
                    "%s is %s, and nothing became of its cancel".formatted(Oracle.name(execution), execution.state()));
        }
    }
}
