// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for a condition with a deadline. A look that takes long is taken less often, so that looking takes at most a
 * fifth of the time: else it would keep the machine from the very work that is waited for.
 */
public final class Await {
    private static final long LEAST_PAUSE_NANOS = 20_000_000;
    private static final long MOST_PAUSE_NANOS = 250_000_000;
    private static final int PAUSE_PER_LOOK = 4;

    private Await() {}

    /** @throws AssertionError naming {@code what} when the deadline passes */
    public static void until(String what, Duration deadline, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + deadline.toNanos();
        long begin = System.nanoTime();
        while (!condition.call()) {
            long now = System.nanoTime();
            if (now > end) {
                throw new AssertionError("after " + deadline.toSeconds() + " s still not: " + what);
            }
            LockSupport.parkNanos(Math.clamp(PAUSE_PER_LOOK * (now - begin), LEAST_PAUSE_NANOS, MOST_PAUSE_NANOS));
            begin = System.nanoTime();
        }
    }
}
