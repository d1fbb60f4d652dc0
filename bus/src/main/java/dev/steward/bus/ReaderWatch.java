// SPDX-License-Identifier: Apache-2.0
package dev.steward.bus;

import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the NATS client's reader, and tells where it ends by an exception, as it does on a message whose header block it
 * can't parse. The client itself takes no note of that: it stays connected and hears nothing more.
 */
final class ReaderWatch extends ThreadPoolExecutor {
    private final Consumer<Throwable> ended;

    ReaderWatch(Consumer<Throwable> ended) {
        super(
                0,
                Integer.MAX_VALUE,
                1,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofVirtual().name("reader").factory());
        this.ended = ended;
    }

    @Override
    protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
        super.afterExecute(task, thrown);
        if (thrown != null) {
            ended.accept(thrown);
        } else if (task instanceof Future<?> reader && reader.state() == Future.State.FAILED) {
            ended.accept(reader.exceptionNow());
        }
    }
}
