// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Runs seeds, on as many threads as there are cores, until one fails. */
final class Simulate {
    private static final int LAST_STEPS = 150;
    private static final Logger QUIET = Logger.getLogger("dev.steward");

    /** @param failed the smallest seed that failed among those that ran */
    record Result(long seeds, long steps, Map<Reached, Long> reached, Optional<Failure> failed) {
        List<Reached> neverReached() {
            var missing = new ArrayList<Reached>();
            for (Reached what : Reached.values()) {
                if (reached.getOrDefault(what, 0L) == 0) {
                    missing.add(what);
                }
            }
            return missing;
        }

        String summary() {
            var text = new StringBuilder("%d seeds, %d steps".formatted(seeds, steps));
            for (Reached what : Reached.values()) {
                text.append("\n  %-32s %d".formatted(what, reached.getOrDefault(what, 0L)));
            }
            return text.toString();
        }
    }

    record Failure(long seed, Violation violation, List<String> lastSteps) {
        String text() {
            return "seed %d: %s\nthe last steps:\n  %s"
                    .formatted(seed, violation.getMessage(), String.join("\n  ", lastSteps));
        }
    }

    private Simulate() {}

    /** Runs the seeds from {@code first} on. */
    static Result seeds(long first, long count, boolean goOn) throws InterruptedException {
        QUIET.setLevel(Level.OFF); // failing disks are the point here, not news
        var next = new AtomicLong(first);
        var failed = new AtomicLong(Long.MAX_VALUE);
        var reached = new EnumMap<Reached, Long>(Reached.class);
        var ran = new AtomicLong();
        var steps = new AtomicLong();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (long seed = next.getAndIncrement();
                        seed < first + count && (goOn || failed.get() == Long.MAX_VALUE);
                        seed = next.getAndIncrement()) {
                    var world = new World(seed, Optional.empty());
                    try {
                        world.run();
                    } catch (LinkageError e) {
                        throw e; // what was compiled does not fit together: no finding
                    } catch (Throwable e) {
                        failed.accumulateAndGet(seed, Math::min);
                        if (goOn) {
                            System.out.println("seed " + seed + ": " + e.getMessage());
                        }
                    }
                    ran.incrementAndGet();
                    steps.addAndGet(world.steps());
                    synchronized (reached) {
                        world.counts().forEach((what, times) -> reached.merge(what, times, Long::sum));
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Optional<Failure> failure = failed.get() == Long.MAX_VALUE ? Optional.empty() : again(failed.get(), LAST_STEPS);
        return new Result(ran.get(), steps.get(), reached, failure);
    }

    /** Runs one seed again and keeps what it says of its last steps. */
    private static Optional<Failure> again(long seed, int keep) {
        var lines = new ArrayList<String>();
        Optional<Violation> violation = run(seed, line -> {
            lines.add(line);
            if (lines.size() > 2 * keep) {
                lines.subList(0, keep).clear();
            }
        });
        return violation.map(found -> new Failure(seed, found, List.copyOf(lines)));
    }

    private static Optional<Violation> run(long seed, Consumer<String> tracer) {
        QUIET.setLevel(Level.OFF);
        try {
            new World(seed, Optional.of(tracer)).run();
            return Optional.empty();
        } catch (Violation violation) {
            return Optional.of(violation);
        } catch (LinkageError e) {
            throw e;
        } catch (Throwable e) {
            return Optional.of(new Violation("the simulation broke: " + e, e));
        }
    }

    /** {@code FIRST COUNT [all]}: stops at the first seed that fails, or goes on; {@code SEED} shows all its steps. */
    public static void main(String[] arguments) throws InterruptedException {
        boolean failed;
        if (arguments.length == 1) {
            Optional<Violation> violation = run(Long.parseLong(arguments[0]), System.out::println);
            violation.ifPresent(found -> found.printStackTrace(System.out));
            System.out.printf("seed %s %s%n", arguments[0], violation.isPresent() ? "failed" : "passed");
            failed = violation.isPresent();
        } else {
            Result result = seeds(Long.parseLong(arguments[0]), Long.parseLong(arguments[1]), arguments.length > 2);
            System.out.println(result.summary());
            System.out.println(result.failed().isPresent() ? "failed" : "passed");
            result.failed().ifPresent(found -> System.out.println(found.text()));
            failed = result.failed().isPresent();
        }
        System.exit(failed ? 1 : 0);
    }
}
