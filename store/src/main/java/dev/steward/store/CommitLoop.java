// SPDX-License-Identifier: Apache-2.0
package dev.steward.store;

import dev.steward.message.link.Now;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one loop of a program that decides: receive, decide, commit, send. What arrives while a commit is under way
 * shares the next one, so a durable write costs one fsync a batch.
 *
 * @param <C> the core that decides
 */
public final class CommitLoop<C> {
    private static final System.Logger LOG = System.getLogger(CommitLoop.class.getName());
    private static final int QUEUE = 2048;
    private static final int BATCH = 512;
    private static final long REOPEN_EVERY_MS = 1_000;

    /** One thing that happened. It may be applied again, to a new core, where the store failed in between. */
    public interface Input<C> {
        void apply(C core, Now now);
    }

    /** What the loop drives. All is called on the loop's thread. */
    public interface Host<C> {
        /** Opens a transaction and gives the core whose writes join it. */
        C begin();

        /** Ends the batch: makes its writes durable. */
        void commit();

        /** Sends, starts and answers what the committed batch asked for. */
        void carryOut();

        /**
         * Forgets what was not committed and makes a new core from the reopened store: a failed commit may or may not
         * have reached the disk, only the file itself knows.
         */
        void reopen();

        /** Adds what the time asks for. */
        void tick(Now now, List<Input<C>> batch);

        /** Whether the loop may end; asked after each batch. */
        boolean isDone();

        /** The last act of the loop's thread. */
        void close();
    }

    private final String name;
    private final long tickMillis;
    private final Host<C> host;
    private final BlockingQueue<Input<C>> inputs = new ArrayBlockingQueue<>(QUEUE);
    private final CountDownLatch ended = new CountDownLatch(1);

    public CommitLoop(String name, long tickMillis, Host<C> host) {
        this.name = name;
        this.tickMillis = tickMillis;
        this.host = host;
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
    public void put(Input<C> input) throws InterruptedException {
        inputs.put(input);
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
        var batch = new ArrayList<Input<C>>();
        long nextTick = 0;
        do {
            Input<C> first = inputs.poll(tickMillis, TimeUnit.MILLISECONDS);
            if (first != null) {
                batch.add(first);
                inputs.drainTo(batch, BATCH - 1);
            }
            Now now = now();
            if (now.millis() >= nextTick) {
                nextTick = now.millis() + tickMillis;
                host.tick(now, batch);
            }
            step(batch);
            batch.clear();
        } while (!host.isDone());
    }

    private void step(List<Input<C>> batch) throws InterruptedException {
        while (true) {
            @Nullable Input<C> current = null;
            try {
                C core = host.begin();
                for (Input<C> input : batch) {
                    current = input;
                    input.apply(core, now());
                }
                current = null;
                host.commit();
            } catch (StoreException e) {
                LOG.log(
                        System.Logger.Level.ERROR,
                        "the store failed; nothing is acknowledged or started until it works again: {0}",
                        e.getMessage());
                reopen();
                continue;
            } catch (RuntimeException e) {
                // A defect of ours. What it has half done is rolled back; the rest of the batch must not suffer.
                LOG.log(System.Logger.Level.ERROR, "an input was dropped, because handling it failed", e);
                batch.remove(current);
                reopen();
                continue;
            }
            carryOut();
            return;
        }
    }

    /** What was committed is never applied again, whatever happens on the way out: the links send again. */
    private void carryOut() {
        try {
            host.carryOut();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "something that was decided could not be carried out", e);
        }
    }

    private void reopen() throws InterruptedException {
        while (true) {
            try {
                host.reopen();
                carryOut();
                LOG.log(System.Logger.Level.INFO, "the store works again");
                return;
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "the store does not work yet: {0}", e.getMessage());
            }
            Thread.sleep(REOPEN_EVERY_MS);
        }
    }
}
