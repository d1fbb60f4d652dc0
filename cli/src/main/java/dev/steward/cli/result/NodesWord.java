// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.result;

import dev.steward.cli.api.ExecutionInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.terminal.Failure;
import java.time.Duration;

/** What one node says of a command that was ordered for it alone. */
public final class NodesWord {
    private static final Duration POLL = Duration.ofMillis(100);

    private NodesWord() {}

    /** The execution once the node has told its end with all output, or as it is at the deadline. */
    public static ExecutionInfo await(StationClient client, String command, Deadline deadline)
            throws Failure, InterruptedException {
        while (true) {
            ExecutionInfo execution =
                    client.executions(command, StationClient.WHOLE_OUTPUT).getFirst();
            if (isSaid(execution) || deadline.hasPassed()) {
                return execution;
            }
            Thread.sleep(deadline.atMost(POLL));
        }
    }

    /** Whether the node itself has said how it ended, and all that it has written is here. */
    public static boolean isSaid(ExecutionInfo execution) {
        return execution.state().isTerminal() && !execution.provisional() && execution.outputComplete();
    }
}
