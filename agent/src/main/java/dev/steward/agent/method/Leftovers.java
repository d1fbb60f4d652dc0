// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import java.util.Collection;

/**
 * Ends what executions left behind when the agent died, before it starts anything anew. Processes that a command left
 * in the background on purpose carry its marker too, so this is only for executions that had no outcome.
 */
public final class Leftovers {
    private Leftovers() {}

    /**
     * An execution that was running.
     *
     * @param marker {@code NAME=value} in the environment of its processes
     * @param bootId of the boot that it ran in; pids of another boot mean nothing
     * @param pid of its main process, as told by {@link Method.Task#spawned}; 0 where the agent died before it knew
     * @param startTicks of its main process, likewise
     */
    public record Recorded(String marker, String bootId, long pid, long startTicks) {}

    /** Names the present boot of the machine. */
    public static String bootId() {
        return ProcessTable.bootId();
    }

    /**
     * Kills all processes of these executions, those of their sessions and those with their markers, until none is
     * left or none that can be killed. Executions of another boot have none.
     *
     * @return how many there were
     */
    public static int kill(Collection<Recorded> executions) {
        return executions.stream()
                .filter(execution -> execution.bootId().equals(bootId()))
                .mapToInt(execution -> execution.pid() == 0
                        ? killMarked(execution.marker() + '\0')
                        : new ProcessTree(execution.marker(), execution.pid(), execution.startTicks()).kill())
                .sum();
    }

    /**
     * Kills all processes that have an environment variable beginning so; for executions of which no pid is known.
     * A process that was started with {@code env -i} is not found.
     *
     * @param prefix {@code NAME=value}, or less to mean more
     * @return how many there were
     */
    public static int killMarked(String prefix) {
        return ProcessTree.killUntilNone(() -> ProcessTable.others()
                .filter(entry -> ProcessTable.hasVariable(entry.pid(), prefix))
                .toList());
    }
}
