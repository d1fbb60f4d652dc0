// SPDX-License-Identifier: Apache-2.0
package dev.steward.store;

import dev.steward.message.StopTimes;
import dev.steward.message.link.Now;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

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

        /** The last act of the loop's thread, where nothing is left unrecorded. */
        void close();

        /** The last act where the store does not work: what can't be recorded any more is to end. */
        void abandon();
    }

    private record Queued<C>(Committer.Input<C> input, int bytes) {}

    private final String name;
    private final long tickMillis;
    private final Host<C> host;
    private final Committer<C> committer;
    private final BlockingQueue<Queued<C>> inputs = new ArrayBlockingQueue<>(QUEUE);
    private final Semaphore room = new Semaphore(QUEUE_BYTES);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Optional<String> unrecorded = Optional.empty();
    private volatile long patientUntil = Long.MAX_VALUE;

    public CommitLoop(String name, long tickMillis, Host<C> host) {
        this.name = name;
        this.tickMillis = tickMillis;
        this.host = host;
        this.committer = new Committer<>(host);
    }

    public void start() {
        Thread.ofPlatform().name(name).start(() -> {
            try {
                if (run()) {
                    close();
                } else {
                    abandon(committer.failure().orElse(""));
                }
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
        inputs.put(new Queued<>(input, 0));
    }

    /** The same, for an input that holds on to {@code bytes}: waits also while those that are not yet durable hold too many. */
    public void put(Committer.Input<C> input, int bytes) throws InterruptedException {
        int weight = Math.min(bytes, QUEUE_BYTES);
        room.acquire(weight);
        inputs.put(new Queued<>(input, weight));
    }

    /** Hands an input in where the loop has room for it within the time. */
    public boolean offer(Committer.Input<C> input, Duration within) throws InterruptedException {
        return inputs.offer(new Queued<>(input, 0), within.toMillis(), TimeUnit.MILLISECONDS);
    }

    public boolean isEmpty() {
        return inputs.isEmpty();
    }

    /** Why the store does not work at present; empty where it does. */
    public Optional<String> failure() {
        return committer.failure();
    }

    /**
     * Waits for the end, which the host was asked for, no longer than {@link StopTimes} allows for a store that does not
     * work and a commit that hangs.
     *
     * @param grace how long the host itself may take
     * @return why not all could be recorded; empty where it was
     */
    public Optional<String> awaitEnd(Duration grace) throws InterruptedException {
        patientUntil = now().millis() + StopTimes.patience(grace).toMillis();
        if (!ended.await(StopTimes.longest(grace).toMillis(), TimeUnit.MILLISECONDS)) {
            return committer.failure().or(() -> Optional.of("something that runs, or the store, does not end in time"));
        }
        return unrecorded;
    }

    public static Now now() {
        return new Now(System.nanoTime() / 1_000_000, Instant.now());
    }

    /** @return false where it was to end and the store did not work */
    private boolean run() throws InterruptedException {
        var taken = new ArrayList<Queued<C>>();
        var batch = new ArrayList<Committer.Input<C>>();
        long nextTick = 0;
        do {
            Queued<C> first = inputs.poll(tickMillis, TimeUnit.MILLISECONDS);
            if (first != null) {
                taken.add(first);
                inputs.drainTo(taken, BATCH - 1);
            }
            taken.forEach(queued -> batch.add(queued.input));
            Now now = now();
            if (now.millis() >= nextTick) {
                nextTick = now.millis() + tickMillis;
                host.tick(now, batch);
            }
            long pause = 0; // at first none: the reserve that was given up may be all that was missing
            while (!committer.step(batch, CommitLoop::now)) {
                if (now().millis() >= patientUntil) {
                    return false;
                }
                Thread.sleep(pause);
                pause = REOPEN_EVERY_MS;
            }
            batch.clear();
            room.release(taken.stream().mapToInt(Queued::bytes).sum());
            taken.clear();
        } while (!host.isDone());
        return true;
    }

    private void close() {
        try {
            host.close();
        } catch (StoreException e) {
            abandon(String.valueOf(e.getMessage()));
        }
    }

    private void abandon(String why) {
        unrecorded = Optional.of(why);
        host.abandon();
    }
}
