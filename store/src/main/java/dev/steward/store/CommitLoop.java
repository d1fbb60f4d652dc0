// SPDX-License-Identifier: Apache-2.0
package dev.steward.store;

import dev.steward.message.link.Now;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The one loop of a program that decides: receive, decide, commit, send. What arrives while a commit is under way
 * shares the next one, so a durable write costs one fsync a batch.
 *
 * @param <C> the core that decides
 */
public final class CommitLoop<C> {
    private static final System.Logger LOG = System.getLogger(CommitLoop.class.getName());
    private static final int QUEUE = 2048;
    private static final int QUEUE_BYTES = 4 * 1024 * 1024;
    private static final int BATCH = 512;
    private static final long REOPEN_EVERY_MS = 1_000;

    /** What the loop drives. All is called on the loop's thread. */
    public interface Host<C> extends Committer.Host<C> {
        /** Adds what the time asks for. */
        void tick(Now now, List<Committer.Input<C>> batch);

        /** Whether the loop may end; asked after each batch. */
        boolean isDone();

        /** The last act of the loop's thread. */
        void close();
    }

    private final String name;
    private final long tickMillis;
    private final Host<C> host;
    private final Committer<C> committer;
    private final BlockingQueue<Committer.Input<C>> inputs = new ArrayBlockingQueue<>(QUEUE);
    private final Semaphore room = new Semaphore(QUEUE_BYTES);
    private final CountDownLatch ended = new CountDownLatch(1);

    public CommitLoop(String name, long tickMillis, Host<C> host) {
        this.name = name;
        this.tickMillis = tickMillis;
        this.host = host;
        this.committer = new Committer<>(host);
    }

    public void start() {
        Thread.ofPlatform().name(name).start(() -> {
            try {
                run();
                host.close();
                ended.countDown();
            } catch (Throwable e) {
                // Without its loop a program only looks alive; whoever supervises it starts it again.
                LOG.log(System.Logger.Level.ERROR, name + " can't go on", e);
                Runtime.getRuntime().halt(70);
            }
        });
    }

    /** Hands an input in; waits while the loop is busy, and so slows down whoever feeds it. */
    public void put(Committer.Input<C> input) throws InterruptedException {
        inputs.put(input);
    }

    /** The same, for an input that holds on to {@code bytes}: waits also while those in the queue hold too many. */
    public void put(Committer.Input<C> input, int bytes) throws InterruptedException {
        int weight = Math.min(bytes, QUEUE_BYTES);
        room.acquire(weight);
        var left = new AtomicBoolean();
        inputs.put((core, now) -> {
            if (!left.getAndSet(true)) { // applied again where the store has failed
                room.release(weight);
            }
            input.apply(core, now);
        });
    }

    public boolean isEmpty() {
        return inputs.isEmpty();
    }

    public void awaitEnd() throws InterruptedException {
        ended.await();
    }

    public static Now now() {
        return new Now(System.nanoTime() / 1_000_000, Instant.now());
    }

    private void run() throws InterruptedException {
        var batch = new ArrayList<Committer.Input<C>>();
        long nextTick = 0;
        do {
            Committer.Input<C> first = inputs.poll(tickMillis, TimeUnit.MILLISECONDS);
            if (first != null) {
                batch.add(first);
                inputs.drainTo(batch, BATCH - 1);
            }
            Now now = now();
            if (now.millis() >= nextTick) {
                nextTick = now.millis() + tickMillis;
                host.tick(now, batch);
            }
            while (!committer.step(batch, CommitLoop::now)) {
                Thread.sleep(REOPEN_EVERY_MS);
            }
            batch.clear();
        } while (!host.isDone());
    }
}
