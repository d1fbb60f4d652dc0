// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import dev.steward.message.ExecutionState;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.text.Durations;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** Watches one command from its gate to its outcome. */
final class CommandRun {
    /** How long processes have to end themselves once they are asked to. */
    private static final long TERM_NANOS = Duration.ofSeconds(2).toNanos();

    /** How long output of background processes is waited for after the main process has ended. */
    private static final long LINGER_NANOS = Duration.ofMillis(500).toNanos();

    private static final long BUSY_NANOS = 500_000;
    private static final long IDLE_NANOS = 50_000_000;

    private final Method.Task task;
    private final CommandProcess process;
    private final Instant startedAt;
    private final long startNanos;
    private final OutputRelay relay;
    private final ProcessTree tree;
    private long delayNanos = BUSY_NANOS;

    CommandRun(Method.Task task, CommandProcess process, Instant startedAt, long startNanos) {
        this.task = task;
        this.process = process;
        this.startedAt = startedAt;
        this.startNanos = startNanos;
        this.relay = new OutputRelay(task, process.stdout(), process.stderr());
        this.tree = new ProcessTree(task.marker(), process.pid(), process.startTicks());
    }

    Outcome run() throws InterruptedException {
        boolean ended = false;
        try {
            Optional<ExecutionState> stopped = watch();
            Duration duration = Duration.ofNanos(System.nanoTime() - startNanos);
            Instant finishedAt = Instant.now();
            List<OutputChunk> rest = relay.finish();
            ended = true;
            return outcome(stopped, finishedAt, duration, rest);
        } finally {
            if (!ended) {
                relay.cancel();
            }
        }
    }

    /**
     * Runs the command to its end.
     *
     * <p>Java's reaper thread takes what it finds in the pipes of a process that has ended, for as long as something
     * comes, and then closes them, against which a background process that keeps writing is a flood into memory. It
     * needs the monitors of both streams for that, so they are held here from before the command runs until the
     * pipes are closed.
     *
     * @return the state to end in where the command was stopped
     */
    private Optional<ExecutionState> watch() throws InterruptedException {
        InputStream stdout = process.stdout();
        InputStream stderr = process.stderr();
        synchronized (stdout) {
            synchronized (stderr) {
                boolean ended = false;
                try {
                    process.open();
                    Optional<ExecutionState> stop = untilEndOrStop();
                    if (stop.isPresent()) {
                        stop();
                    } else {
                        linger();
                    }
                    ended = true;
                    return stop;
                } finally {
                    if (!ended) {
                        tree.kill(); // interrupted, or something broke: nothing of it may go on unwatched
                    }
                    close(stdout);
                    close(stderr);
                }
            }
        }
    }

    private Optional<ExecutionState> untilEndOrStop() throws InterruptedException {
        while (!process.process().waitFor(nextDelay(), TimeUnit.NANOSECONDS)) {
            adapt(relay.pump());
            Optional<ExecutionState> stop = isTimeUp() ? Optional.of(ExecutionState.TIMED_OUT) : task.stopRequested();
            if (stop.isPresent()) {
                return stop;
            }
        }
        return Optional.empty();
    }

    /** Ends all processes of the execution, and reads meanwhile, because one that wants to end may have to write. */
    private void stop() throws InterruptedException {
        tree.terminate();
        long killAt = System.nanoTime() + TERM_NANOS;
        delayNanos = BUSY_NANOS;
        while (System.nanoTime() - killAt < 0 && !tree.members().isEmpty()) {
            relay.drain();
            adapt(0);
            TimeUnit.NANOSECONDS.sleep(delayNanos);
        }
        tree.kill();
        process.process().waitFor(1, TimeUnit.SECONDS);
        relay.drain();
    }

    /** The main process has ended; others of its session may have something to say, within a grace. */
    private void linger() throws InterruptedException {
        long endedAt = System.nanoTime();
        boolean young = endedAt - startNanos < TimeUnit.SECONDS.toNanos(1);
        delayNanos = BUSY_NANOS;
        boolean alone;
        do {
            alone = tree.sessionIsEmpty(young); // asked before the last look into the pipes
            adapt(relay.drain());
            if (!alone) {
                TimeUnit.NANOSECONDS.sleep(delayNanos);
            }
        } while (!alone && System.nanoTime() - endedAt < LINGER_NANOS);
    }

    private boolean isTimeUp() {
        return remainingNanos() <= 0;
    }

    private long remainingNanos() {
        return task.timeout()
                .map(timeout -> timeout.toNanos() - (System.nanoTime() - startNanos))
                .orElse(Long.MAX_VALUE);
    }

    private long nextDelay() {
        return Math.clamp(remainingNanos(), 0, delayNanos);
    }

    /** Polls often while something comes, and ever less often while nothing does. */
    private void adapt(int bytesRead) {
        delayNanos = bytesRead > 0 ? BUSY_NANOS : Math.min(delayNanos + delayNanos / 2, IDLE_NANOS);
    }

    private Outcome outcome(
            Optional<ExecutionState> stopped, Instant finishedAt, Duration duration, List<OutputChunk> rest) {
        boolean exited = !process.process().isAlive();
        OptionalInt exitCode = exited ? OptionalInt.of(process.process().exitValue()) : OptionalInt.empty();
        ExecutionState byItself = exitCode.orElse(-1) == 0 ? ExecutionState.SUCCEEDED : ExecutionState.FAILED;
        return new Outcome(
                stopped.orElse(byItself),
                task.attempt(),
                exitCode,
                stopped.map(this::reason),
                Optional.of(startedAt),
                finishedAt,
                Optional.of(duration),
                relay.stdout().writtenBytes(),
                relay.stderr().writtenBytes(),
                relay.stdout().keptBytes() + relay.stderr().keptBytes(),
                rest);
    }

    private String reason(ExecutionState stopped) {
        int left = tree.members().size();
        String what = stopped == ExecutionState.TIMED_OUT
                ? "timed out after " + task.timeout().map(Durations::text).orElse("")
                : stopped + " while it ran";
        return left == 0 ? what : "%s; %d of its processes could not be killed".formatted(what, left);
    }

    private static void close(Closeable pipe) {
        try {
            pipe.close();
        } catch (IOException e) {
            // Nothing is read from it any longer.
        }
    }
}
