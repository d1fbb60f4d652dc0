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
     * @param killAfter how long after SIGTERM it may be there still, by its own rules
     * @param record where to note which process it is
     */
    record Plan(
            String role,
            String name,
            List<String> command,
            Map<String, String> environment,
            List<String> byHand,
            boolean endsWithUp,
            Duration killAfter,
            LogFile log,
            Path folder,
            Path record) {}

    /** Ended by SIGTERM: 128 + 15 by custom of shell and JVM, one more where a full disk kept it from recording all. */
    private static final List<Integer> STOPPED = List.of(0, 143, 144);

    /** Our programs end so where they can't run and have said why: a folder in use, an address taken, a wrong setting. */
    private static final List<Integer> REFUSALS = List.of(1, 2);

    /** How often a folder that somebody else has is looked at. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    /** Who could not run before and has been there that long has got beyond what stopped it. */
    private static final Duration RUNS = Duration.ofSeconds(5);

    private final Plan plan;
    private final Backoff backoff = new Backoff();
    private @Nullable Process process;
    private long startedNanos;
    private long startAgainNanos;
    private boolean ended;
    private boolean waitsForRestart;
    private boolean unannounced;
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

    /** Starts it, where nobody else has its folder. */
    private Optional<String> tryToStart() throws IOException {
        Optional<Long> other = FolderHolder.of(plan.folder);
        if (other.isEmpty()) {
            start();
            unannounced = !refusal.isEmpty();
            return unannounced ? Optional.empty() : Optional.of(startedAgain());
        }
        process = null;
        waitsForRestart = true;
        startAgainNanos = System.nanoTime() + LOOK_AGAIN.toNanos();
        return refusal(
                ("%s runs already as the process %d, which this `up` has not started; that one is left alone, and "
                                + "when it ends this `up` starts its own")
                        .formatted(plan.name, other.get()));
    }

    /** At the begin of {@code up}; what there is to tell comes with the first {@link #check}. */
    void begin() throws IOException {
        if (FolderHolder.of(plan.folder).isEmpty()) {
            start();
        } else {
            waitsForRestart = true;
            startAgainNanos = System.nanoTime();
        }
    }

    private String startedAgain() {
        return "%s started again, pid %d"
                .formatted(plan.name, process().map(Process::pid).orElse(0L));
    }

    /** Said once, however often it is tried. */
    private Optional<String> refusal(String text) {
        boolean news = !text.equals(refusal);
        refusal = text;
        return news ? Optional.of(text) : Optional.empty();
    }

    private void start() throws IOException {
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
            return tryToStart();
        }
        if (unannounced && isAlive() && System.nanoTime() - startedNanos >= RUNS.toNanos()) {
            unannounced = false;
            refusal = "";
            return Optional.of(startedAgain());
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
        String why = REFUSALS.contains(exit) ? plan.log.refusal() : "";
        if (why.isEmpty()) {
            refusal = "";
            return Optional.of("%s crashed (exit %d), is started again in %s; its log: %s"
                    .formatted(plan.name, exit, Durations.text(pause), plan.log.path()));
        }
        return refusal("%s can't run, and is tried again and again: %s".formatted(plan.name, why));
    }

    void terminate() {
        waitsForRestart = false;
        if (process != null) {
            process.destroy(); // SIGTERM
        }
    }

    /** After {@link #terminate}; true where it ended by itself. */
    boolean awaitEnd(Duration within) throws InterruptedException {
        return process == null || process.waitFor(Math.max(0, within.toMillis()), TimeUnit.MILLISECONDS);
    }

    /** With all that it runs: an agent can't do that any more. */
    void kill() throws InterruptedException {
        if (process != null) {
            Remains remains = Remains.of(process.toHandle());
            process.destroyForcibly().waitFor();
            remains.kill();
        }
    }
}
