// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import dev.steward.message.CommandId;
import dev.steward.message.ExecutionState;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import java.time.Duration;
import java.util.Optional;

/** What a command does. One instance serves all executions of its process, several at once. */
public interface Method {
    /** Checks a command's arguments before anything is recorded as running; the text reaches the operator. */
    void check(JsonObject arguments) throws RefusedException;

    /**
     * Runs one execution on the calling virtual thread and returns when all of it is over, its process tree included.
     * Trouble of the command itself (not found, no such directory) is an outcome, not an exception; an exception
     * means that the method is broken and lets the supervisor restart its process.
     */
    Outcome run(Task task) throws InterruptedException;

    /** One execution to run. */
    interface Task {
        /** Name and value of the environment variable that marks every process of this execution. */
        String marker();

        CommandId command();

        int attempt();

        JsonObject arguments();

        Optional<Duration> timeout();

        /**
         * Told once, while the spawned process still waits at a gate, so that nothing of the command has run before
         * its process can be found again after a crash; not told where nothing was spawned.
         *
         * @param startTicks the start time of the process, field 22 of {@code /proc/PID/stat}
         */
        void spawned(long pid, long startTicks);

        /**
         * Passes a piece of output on; blocks while the agent has no room for more. Called by one thread at a time,
         * not always the one that runs the method.
         */
        void output(OutputChunk chunk) throws InterruptedException;

        /** The state to end in ({@code canceled}, {@code interrupted}) once the execution is to be stopped; cheap to poll. */
        Optional<ExecutionState> stopRequested();
    }
}
