// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Wakes the streams after each commit that has something to tell; what it is they read from the ledger. */
public final class Feed {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private long version;

    public void publish() {
        lock.lock();
        try {
            version++;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there was a {@link #publish} after {@code seen}, at most so long; returns the present version. */
    long await(long seen, long millis) throws InterruptedException {
        lock.lock();
        try {
            long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
            while (version <= seen && nanos > 0) {
                nanos = news.awaitNanos(nanos);
            }
            return version;
        } finally {
            lock.unlock();
        }
    }
}
