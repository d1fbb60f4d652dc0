// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import dev.steward.message.ExecutionState;
import dev.steward.message.Outcome;
import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Runs a command of the operating system, in a session and process group of its own.
 *
 * <p>The execution ends when the command's main process ends. Processes that it left in the background go on, as
 * after a login (a service that was started must survive), but nobody reads their output any longer: those that were
 * not redirected get a SIGPIPE when they write. Where the execution is stopped, by its timeout or from outside, all
 * processes that belong to it are ended: SIGTERM first, SIGKILL two seconds later.
 */
final class ShellCommand implements Method {
    @Override
    public void check(JsonObject arguments) throws RefusedException {
        ShellArguments.parse(arguments);
    }

    @Override
    public Outcome run(Task task) throws InterruptedException {
        Instant startedAt = Instant.now();
        long startNanos = System.nanoTime();
        ShellArguments arguments;
        try {
            arguments = ShellArguments.parse(task.arguments());
        } catch (RefusedException e) {
            throw new IllegalArgumentException("not checked before: " + e.getMessage(), e);
        }
        try (var process = CommandProcess.spawn(arguments, task.marker())) {
            task.spawned(process.pid(), process.startTicks());
            return new CommandRun(task, process, startedAt, startNanos).run();
        } catch (IOException e) {
            return new Outcome(
                    ExecutionState.FAILED,
                    task.attempt(),
                    OptionalInt.empty(),
                    Optional.of(String.valueOf(e.getMessage())),
                    Optional.of(startedAt),
                    Instant.now(),
                    Optional.of(Duration.ofNanos(System.nanoTime() - startNanos)),
                    0,
                    0,
                    0,
                    List.of());
        }
    }
}
