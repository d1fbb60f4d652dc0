// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import dev.steward.cli.order.ShellArguments;
import dev.steward.message.text.Durations;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One process that {@code up} looks after, in a session of its own, so that a Ctrl-C for {@code up} does not reach it.
 * Not thread-safe: {@link Children} guards it.
 */
final class Child {
    /**
     * How to start one.
     *
     * @param byHand the line that starts it without {@code up}
     * @param endsWithUp it watches its stdin, a pipe that {@code up} holds, and ends when that closes
     * @param record where to note which process it is
     */
    record Plan(
            String role,
            String name,
            List<String> command,
            Map<String, String> environment,
            List<String> byHand,
            boolean endsWithUp,
            LogFile log,
            Path folder,
            Path record) {}

    /** Ended by SIGTERM: 128 + 15 by custom of shell and JVM, one more where a full disk kept it from recording all. */
    private static final List<Integer> STOPPED = List.of(0, 143, 144);

    /** Our programs end so where they can't run and have said why: a folder in use, an address taken, a wrong setting. */
    private static final List<Integer> REFUSALS = List.of(1, 2);

    private final Plan plan;
    private final Backoff backoff = new Backoff();
    private @Nullable Process process;
    private long startedNanos;
    private long startAgainNanos;
    private boolean ended;
    private boolean waitsForRestart;
    private String refusal = "";

    Child(Plan plan) {
        this.plan = plan;
    }

    Plan plan() {
        return plan;
    }

    Optional<Process> process() {
        return Optional.ofNullable(process);
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    void start() throws IOException {
        var line = new ArrayList<String>();
        line.add("setsid"); // does not fork, as a process just spawned leads no group: the pid stays
        line.addAll(plan.command);
        var builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(plan.log.path().toFile()));
        builder.environment().putAll(plan.environment);
        if (!plan.endsWithUp) {
            builder.redirectInput(new File("/dev/null"));
        }
        Process started = builder.start();
        process = started;
        startedNanos = System.nanoTime();
        ended = false;
        waitsForRestart = false;
        var record = ProcessRecord.of(started.pid());
        if (record.isPresent()) {
            record.get().write(plan.record);
        }
    }

    /** Looks after it; tells what there is to tell. */
    Optional<String> check() throws IOException {
        plan.log.limit();
        if (waitsForRestart && System.nanoTime() - startAgainNanos >= 0) {
            start();
            return refusal.isEmpty()
                    ? Optional.of("%s started again, pid %d".formatted(plan.name, process == null ? 0 : process.pid()))
                    : Optional.empty();
        }
        if (ended || process == null || process.isAlive()) {
            return Optional.empty();
        }
        ended = true;
        int exit = process.exitValue();
        if (STOPPED.contains(exit)) {
            return Optional.of("%s was stopped and stays down; this starts it by hand:\n  %s"
                    .formatted(plan.name, ShellArguments.line(plan.byHand)));
        }
        Duration pause = backoff.afterRunOf(Duration.ofNanos(System.nanoTime() - startedNanos));
        waitsForRestart = true;
        startAgainNanos = System.nanoTime() + pause.toNanos();
        String before = refusal;
        refusal = REFUSALS.contains(exit) ? String.join("", plan.log.tail(1)).strip() : "";
        if (refusal.isEmpty()) {
            return Optional.of("%s crashed (exit %d), is started again in %s; its log: %s"
                    .formatted(plan.name, exit, Durations.text(pause), plan.log.path()));
        }
        return refusal.equals(before) // said once; the next tries go on in silence
                ? Optional.empty()
                : Optional.of("%s can't run, and is tried again and again: %s".formatted(plan.name, refusal));
    }

    void terminate() {
        waitsForRestart = false;
        if (process != null) {
            process.destroy(); // SIGTERM
        }
    }

    /** After {@link #terminate}; true where it ended by itself. */
    boolean awaitEnd(Duration grace) throws InterruptedException {
        if (process == null || process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
            return true;
        }
        process.destroyForcibly().waitFor();
        return false;
    }
}
