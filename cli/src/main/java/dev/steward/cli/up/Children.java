// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import dev.steward.cli.terminal.Failure;
import dev.steward.message.StopTimes;
import dev.steward.message.text.Durations;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The processes of one {@code up}. The main thread starts and checks them, a shutdown hook stops them: whichever holds
 * the monitor works, and after a stop nothing is started any more.
 */
final class Children {
    /** Longer than a stop takes that waits for nothing. */
    private static final Duration SILENCE = Duration.ofSeconds(3);

    /** Agents first, so that the station hears their last words, and the broker last. */
    private static final List<String> STOP_ORDER = List.of("agent", "station", "broker");

    private final List<Child> children = new ArrayList<>();
    private final List<Process> passing = new ArrayList<>();
    private final Consumer<String> say;
    private volatile boolean stopping;

    Children(Consumer<String> say) {
        this.say = say;
    }

    synchronized Child start(Child.Plan plan) throws IOException {
        var child = new Child(plan);
        if (!stopping) {
            plan.log().rotate();
            children.add(child);
            child.begin();
        }
        return child;
    }

    /** What ends by itself and is not started again; a stop ends it early. */
    synchronized Process startPassing(ProcessBuilder builder) throws Failure, IOException {
        if (stopping) {
            throw Failure.failed("everything is being stopped");
        }
        Process process = builder.start();
        passing.add(process);
        return process;
    }

    /** Restarts who crashed, and tells what happened. */
    synchronized void check() throws IOException {
        if (stopping) {
            return;
        }
        for (Child child : children) {
            Optional<String> news;
            try {
                news = child.check();
            } catch (IOException e) {
                news = Optional.of(
                        "%s can't be looked after: %s".formatted(child.plan().name(), e.getMessage()));
            }
            news.ifPresent(say);
        }
    }

    /** Set before the stop begins, so that what ends then is no crash. */
    boolean isStopping() {
        return stopping;
    }

    /** SIGTERM for all of a role; SIGKILL for who takes longer than it may. Does nothing the second time. */
    void stop() {
        stopping = true;
        synchronized (this) {
            stopPassing();
            for (String role : STOP_ORDER) {
                List<Child> stopped = children.stream()
                        .filter(child -> child.plan().role().equals(role) && child.isAlive())
                        .toList();
                if (!stopped.isEmpty()) {
                    stop(stopped);
                }
            }
        }
    }

    private void stopPassing() {
        passing.forEach(Process::destroy);
        long until = System.nanoTime() + SILENCE.toNanos();
        try {
            for (Process each : passing) {
                if (!each.waitFor(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                    each.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            passing.forEach(Process::destroyForcibly);
            Thread.currentThread().interrupt();
        }
        passing.clear();
    }

    private void stop(List<Child> stopped) {
        say.accept(
                "stopping " + stopped.stream().map(child -> child.plan().name()).collect(Collectors.joining(", ")));
        stopped.forEach(Child::terminate);
        long begin = System.nanoTime();
        try {
            awaitAll(stopped, begin, SILENCE);
            sayWhoIsWaitedFor(stopped);
            for (Child child : stopped) {
                Duration within = child.plan().killAfter().minusNanos(System.nanoTime() - begin);
                if (!child.awaitEnd(within)) {
                    child.kill();
                    say.accept("%s did not stop within %s and was killed, with what it ran"
                            .formatted(
                                    child.plan().name(),
                                    Durations.text(child.plan().killAfter())));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitAll(List<Child> stopped, long begin, Duration limit) throws InterruptedException {
        for (Child child : stopped) {
            child.awaitEnd(limit.minusNanos(System.nanoTime() - begin));
        }
    }

    private void sayWhoIsWaitedFor(List<Child> stopped) {
        List<Child> left = stopped.stream().filter(Child::isAlive).toList();
        if (!left.isEmpty()) {
            Duration longest = left.stream()
                    .map(child -> child.plan().killAfter())
                    .max(Duration::compareTo)
                    .orElseThrow();
            say.accept("waiting for %s, at most %s%s"
                    .formatted(
                            left.stream().map(child -> child.plan().name()).collect(Collectors.joining(", ")),
                            Durations.text(longest),
                            left.getFirst().plan().role().equals("agent")
                                    ? "; what they run has %s to end by itself"
                                            .formatted(Durations.text(StopTimes.GRACE))
                                    : ""));
        }
    }
}
