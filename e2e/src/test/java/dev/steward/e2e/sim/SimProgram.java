// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.Space;
import dev.steward.message.link.Now;
import dev.steward.store.Committer;
import dev.steward.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A program of ours: a core in its production committer, inputs that wait for it, and a disk that may fail under it.
 *
 * @param <C> the core
 */
abstract class SimProgram<C> implements Committer.Host<C> {
    private static final int BATCH = 512;
    private static final long REOPEN_EVERY_MS = 1_000;
    private static final int RECOVERIES_A_BREAKDOWN = 8;

    /** What the next commit that has something to write meets. */
    enum Breakdown {
        KILLED_BEFORE_COMMIT,
        KILLED_AFTER_COMMIT,
        KILLED_WHILE_SENDING,
        FSYNC_FAILS,
        STORE_IS_BUSY,
        /** All that follows the first commit that starts something is carried out, but for the last: its receipt. */
        KILLED_BEFORE_THE_RECEIPT
    }

    private static final List<Breakdown> IN_A_COMMIT = List.of(
            Breakdown.KILLED_BEFORE_COMMIT,
            Breakdown.KILLED_AFTER_COMMIT,
            Breakdown.KILLED_WHILE_SENDING,
            Breakdown.FSYNC_FAILS);

    /** The process is gone, in the middle of whatever it did. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;

        Killed() {
            super("killed", null, false, false);
        }
    }

    final World world;
    final String label;
    private final List<Committer.Input<C>> inputs = new ArrayList<>();
    private final List<Runnable> effects = new ArrayList<>();
    private Optional<C> core = Optional.empty();
    private Optional<Committer<C>> committer = Optional.empty();
    private boolean awake;
    private boolean dirty;
    private boolean starts;
    private int failingReopens;
    private int incarnation;
    private Optional<Breakdown> armed = Optional.empty();
    private long monotonicOrigin;
    private boolean isDiskFull;
    private int fillings;
    private Space space = Space.ENOUGH;

    SimProgram(World world, String label) {
        this.world = world;
        this.label = label;
    }

    abstract C newCore(Now now);

    abstract void beginStore();

    /** Ends the core's batch: what {@link #commitStore} is to make durable. */
    abstract void endBatch(C core);

    abstract void commitStore();

    abstract void rollBackStore();

    /** A commit is durable, its effects follow. */
    abstract void committed();

    /** How often the core is ticked. */
    abstract long tickMillis();

    abstract void tick(C core, Now now);

    abstract Instrument instrument();

    /** How this kind of program counts what it meets. */
    record Instrument(
            Plan.Fault fault,
            Reached killedBefore,
            Reached killedAfter,
            Reached killedWhileSending,
            Reached fsyncFailed) {}

    boolean isUp() {
        return core.isPresent();
    }

    C core() {
        return core.orElseThrow();
    }

    int incarnation() {
        return incarnation;
    }

    Now now() {
        return new Now(world.millis() - monotonicOrigin, world.wall().plusMillis(skewMillis()));
    }

    long skewMillis() {
        return 0;
    }

    /** Starts the process: its first commit takes up what the disk holds. */
    void start() {
        incarnation++;
        monotonicOrigin = world.millis() - world.random().nextInt(1_000_000);
        inputs.clear();
        effects.clear();
        awake = false;
        starts = false;
        dirty = false;
        failingReopens = 0;
        armed = atRecovery();
        world.trace(() -> label + " starts");
        var fresh = new Committer<>(this);
        committer = Optional.of(fresh);
        beginStore();
        C made = newCore(now());
        core = Optional.of(made);
        try {
            commit();
            carryOut();
        } catch (Killed e) {
            kill();
            return;
        } catch (StoreException e) {
            kill(); // a program that can't open its store at the start ends and is started again
            return;
        }
        int mine = incarnation;
        world.after(world.random().nextLong(tickMillis()) + 1, () -> tickFrom(mine));
    }

    /** The first commit of a start or of a reopened store may break down like any other. */
    private Optional<Breakdown> atRecovery() {
        boolean breaks = world.plan().meanMillis().containsKey(instrument().fault())
                && world.random().nextInt(RECOVERIES_A_BREAKDOWN) == 0;
        if (world.isHealed() || !breaks) {
            return Optional.empty();
        }
        world.reached(Reached.RECOVERY_BROKE_DOWN);
        return Optional.of(IN_A_COMMIT.get(world.random().nextInt(IN_A_COMMIT.size())));
    }

    /** Ends the process as kill -9 does: what was not committed is gone. */
    void kill() {
        if (isUp()) {
            world.trace(() -> label + " is killed");
            rollBackStore();
            core = Optional.empty();
            committer = Optional.empty();
            incarnation++;
            inputs.clear();
            effects.clear();
            world.down(this);
        }
    }

    /** Others fill its disk; there is still room for what this program has in reserve. */
    void fillDisk(long millis) {
        isDiskFull = true;
        int mine = ++fillings;
        world.after(millis, () -> {
            if (mine == fillings) {
                freeDisk();
            }
        });
    }

    void freeDisk() {
        isDiskFull = false;
    }

    /** What room a look at the disk shows; the core knows of it from now on. */
    Space look() {
        space = isDiskFull ? new Space(true, "disk of " + label + " nearly full") : Space.ENOUGH;
        return space;
    }

    /** Whether the core was told that space is low. */
    boolean isLow() {
        return space.low();
    }

    void arm(Breakdown breakdown) {
        armed = Optional.of(breakdown);
    }

    void input(Committer.Input<C> input) {
        if (isUp()) {
            inputs.add(guarded(input));
            wake(world.random().nextInt(5));
        }
    }

    /** Something to be done once the open transaction is durable. */
    void afterCommit(Runnable effect) {
        effects.add(effect);
    }

    void wrote() {
        dirty = true;
    }

    /** What the open transaction holds starts a process. */
    void starts() {
        starts = true;
    }

    private void tickFrom(int started) {
        if (isUp() && started == incarnation) {
            input(this::tick);
            world.after(tickMillis(), () -> tickFrom(started));
        }
    }

    /** A defect that throws is dropped and survived in production; here it ends the simulation. */
    private Committer.Input<C> guarded(Committer.Input<C> input) {
        return (program, now) -> {
            try {
                input.apply(program, now);
            } catch (StoreException e) {
                throw e;
            } catch (RuntimeException e) {
                throw new Violation(label + ": an input could not be handled: " + e, e);
            }
        };
    }

    private void wake(long delay) {
        if (!awake) {
            awake = true;
            int mine = incarnation;
            world.after(delay, () -> {
                if (isUp() && mine == incarnation) {
                    awake = false;
                    var batch = new ArrayList<>(inputs.subList(0, Math.min(BATCH, inputs.size())));
                    inputs.subList(0, batch.size()).clear();
                    step(batch);
                }
            });
        }
    }

    private void step(List<Committer.Input<C>> batch) {
        try {
            if (committer.orElseThrow().step(batch, this::now)) {
                if (!inputs.isEmpty()) {
                    wake(0);
                }
                return;
            }
        } catch (Killed e) {
            kill();
            return;
        }
        awake = true; // stands still until the store works again
        int mine = incarnation;
        world.after(REOPEN_EVERY_MS, () -> {
            if (isUp() && mine == incarnation) {
                awake = false;
                step(batch);
            }
        });
    }

    @Override
    public C begin() {
        if (armed.filter(Breakdown.STORE_IS_BUSY::equals).isPresent()) {
            armed = Optional.empty();
            world.reached(Reached.STORE_WAS_BUSY);
            throw new StoreException("the store is busy", new java.io.IOException("simulated"));
        }
        beginStore();
        return core();
    }

    @Override
    public void commit() {
        endBatch(core());
        Optional<Breakdown> breakdown = dirty ? armed.filter(this::meets) : Optional.empty();
        if (breakdown.isPresent()) {
            armed = Optional.empty();
            world.trace(() -> label + " meets " + breakdown.get());
            switch (breakdown.get()) {
                case KILLED_BEFORE_COMMIT -> {
                    world.reached(instrument().killedBefore());
                    throw new Killed();
                }
                case KILLED_AFTER_COMMIT -> {
                    commitStore();
                    world.reached(instrument().killedAfter());
                    throw new Killed();
                }
                case KILLED_WHILE_SENDING -> killAfter(world.random().nextInt(effects.size() + 1));
                case KILLED_BEFORE_THE_RECEIPT -> killAfter(effects.size() - 1);
                case FSYNC_FAILS -> {
                    world.reached(instrument().fsyncFailed());
                    failingReopens = world.random().nextInt(3);
                    if (world.random().nextBoolean()) {
                        world.reached(Reached.FAILED_COMMIT_WAS_KEPT);
                        commitStore();
                    } else {
                        world.reached(Reached.FAILED_COMMIT_WAS_LOST);
                        rollBackStore();
                    }
                    throw new StoreException("fsync failed", new java.io.IOException("simulated"));
                }
                case STORE_IS_BUSY -> throw new IllegalStateException("met at the beginning of a batch");
            }
        }
        commitStore();
        dirty = false;
        committed();
    }

    private boolean meets(Breakdown breakdown) {
        return switch (breakdown) {
            case STORE_IS_BUSY -> false; // met at the beginning of a batch
            case KILLED_BEFORE_THE_RECEIPT -> starts;
            default -> true;
        };
    }

    private void killAfter(int survive) {
        world.reached(instrument().killedWhileSending());
        effects.subList(survive, effects.size()).clear();
        effects.add(() -> {
            throw new Killed();
        });
    }

    @Override
    public void carryOut() {
        var due = new ArrayList<>(effects);
        effects.clear();
        starts = false;
        due.forEach(Runnable::run);
    }

    @Override
    public void reopen() {
        effects.clear();
        starts = false;
        dirty = false;
        if (failingReopens > 0) {
            failingReopens--;
            world.reached(Reached.REOPEN_FAILED);
            throw new StoreException("the disk does not answer", new java.io.IOException("simulated"));
        }
        armed = atRecovery();
        rollBackStore();
        beginStore();
        core = Optional.of(newCore(now()));
        reconnect(core());
        commit();
    }

    /** Tells a new core of the connection that its process has. */
    abstract void reconnect(C fresh);
}
