// SPDX-License-Identifier: Apache-2.0
package dev.steward.bus;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs the NATS client's reader, and tells where it ends by an exception, as it does on a message whose header block it
 * can't parse. The client itself takes no note of that: it stays connected and hears nothing more.
 */
final class ReaderWatch extends AbstractExecutorService {
    private final ExecutorService threads;
    private final Consumer<RuntimeException> ended;

    ReaderWatch(ExecutorService threads, Consumer<RuntimeException> ended) {
        this.threads = threads;
        this.ended = ended;
    }

    @Override
    protected <T> RunnableFuture<T> newTaskFor(Runnable reader, T value) {
        return super.newTaskFor(
                () -> {
                    try {
                        reader.run();
                    } catch (RuntimeException e) {
                        ended.accept(e);
                        throw e;
                    }
                },
                value);
    }

    @Override
    public void execute(Runnable task) {
        threads.execute(task);
    }

    @Override
    public void shutdown() {} // the threads belong to the bus, which outlives its connections

    @Override
    public List<Runnable> shutdownNow() {
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return threads.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return threads.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }
}
