// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import java.util.Locale;

/** The states of one command on one node. */
public enum ExecutionState {
    /** In the ledger, waits for more signatures. Said by the station. */
    HELD(false),
    /** In the ledger, not yet recorded by the node. Said by the station. */
    QUEUED(false),
    /** Recorded in the node's inbox; the link's own acknowledgement says so. */
    RECEIVED(false),
    /** Recorded by the agent before the spawn. */
    RUNNING(false),
    /** Ended by itself with exit code 0. */
    SUCCEEDED(true),
    /** Ended by itself otherwise, or could not be started. */
    FAILED(true),
    /** Its time was up; its whole process tree was killed. */
    TIMED_OUT(true),
    /** Refused by the agent: not for this node, unknown method, bad arguments. Never retried. */
    REJECTED(true),
    /** The agent or the machine went down while it ran. */
    INTERRUPTED(true),
    /** Not started by its deadline. Said by the agent, or by the station where it never left the station. */
    EXPIRED(true),
    /** Won't run, or was stopped. Said by the agent, or by the station where it never left the station. */
    CANCELED(true),
    /** The node came back with a store that doesn't know it. Said by the station. */
    LOST(true);

    private final boolean terminal;
    private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');

    ExecutionState(boolean terminal) {
        this.terminal = terminal;
    }

    /** Whether nothing more happens to the execution by itself. */
    public boolean isTerminal() {
        return terminal;
    }

    public static ExecutionState parse(String text) throws RefusedException {
        for (ExecutionState state : values()) {
            if (state.text.equals(text)) {
                return state;
            }
        }
        throw new RefusedException("'%s' is not an execution state".formatted(text));
    }

    /** As on the wire, in the API and on the command line, for instance {@code timed-out}. */
    @Override
    public String toString() {
        return text;
    }
}
