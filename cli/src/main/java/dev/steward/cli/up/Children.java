// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The processes of one {@code up}. The main thread starts and checks them, a shutdown hook stops them: whichever holds
 * the monitor works, and after a stop nothing is started any more.
 */
final class Children {
    private static final Duration GRACE = Duration.ofSeconds(10);

    /** Agents first, so that the station hears their last words, and the broker last. */
    private static final List<String> STOP_ORDER = List.of("agent", "station", "broker");

    private final List<Child> children = new ArrayList<>();
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
            child.start();
        }
        return child;
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

    /** SIGTERM for all of a role, ten seconds for each, then SIGKILL. Does nothing the second time. */
    void stop() {
        stopping = true;
        synchronized (this) {
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

    private void stop(List<Child> stopped) {
        say.accept(
                "stopping " + stopped.stream().map(child -> child.plan().name()).collect(Collectors.joining(", ")));
        stopped.forEach(Child::terminate);
        Duration grace = GRACE;
        for (Child child : stopped) {
            long begin = System.nanoTime();
            try {
                if (!child.awaitEnd(grace)) {
                    say.accept("%s did not stop in time and was killed"
                            .formatted(child.plan().name()));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            // They were told at the same moment, so the time is everybody's.
            grace = grace.minusNanos(System.nanoTime() - begin);
            grace = grace.isNegative() ? Duration.ZERO : grace;
        }
    }
}
