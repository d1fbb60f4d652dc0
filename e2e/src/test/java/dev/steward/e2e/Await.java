// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition with a deadline. */
public final class Await {
    private Await() {}

    /** @throws AssertionError naming {@code what} when the deadline passes */
    public static void until(String what, Duration deadline, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + deadline.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("after " + deadline.toSeconds() + " s still not: " + what);
            }
            LockSupport.parkNanos(20_000_000);
        }
    }
}
