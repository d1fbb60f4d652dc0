// SPDX-License-Identifier: Apache-2.0
package dev.steward.store;

import dev.steward.message.Tally;
import dev.steward.message.link.Now;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes a batch of inputs through its four steps: receive, decide, commit, send. What was not committed is never carried
 * out, and what was committed is never applied again. Has no thread and no clock, so that a simulation can drive it.
 *
 * @param <C> the core that decides
 */
public final class Committer<C> {
    private static final System.Logger LOG = System.getLogger(Committer.class.getName());

    /** One thing that happened. It may be applied again, to a new core, where the store failed in between. */
    public interface Input<C> {
        void apply(C core, Now now);
    }

    /** What stands around a core. */
    public interface Host<C> {
        /** Opens a transaction and gives the core whose writes join it. */
        C begin();

        /** Ends the batch: makes its writes durable. */
        void commit();

        /** Sends, starts and answers what the committed batch asked for. */
        void carryOut();

        /**
         * Forgets what was not committed and makes a new core from the reopened store: a failed commit may or may not
         * have reached the disk, only the file itself knows. Throws where the store does not work yet.
         */
        void reopen();
    }

    private final Host<C> host;
    private boolean broken;
    private final Tally failures = new Tally();
    private volatile Optional<String> failure = Optional.empty();

    public Committer(Host<C> host) {
        this.host = host;
    }

    /** Why the store does not work, from its first failure until a batch is durable. Any thread may ask. */
    public Optional<String> failure() {
        return failure;
    }

    /**
     * @return false where the store does not work: the batch is to be handed in again after a pause, and until then
     *     nothing is acknowledged or started
     */
    public boolean step(List<Input<C>> batch, Supplier<Now> clock) {
        while (!broken || reopen()) {
            @Nullable Input<C> current = null;
            C core;
            try {
                core = host.begin();
            } catch (RuntimeException e) {
                return storeFailed(e);
            }
            try {
                for (Input<C> input : batch) {
                    current = input;
                    input.apply(core, clock.get());
                }
                current = null;
                host.commit();
                works();
                carryOut();
                return true;
            } catch (StoreException e) {
                return storeFailed(e);
            } catch (RuntimeException e) {
                broken = true;
                // A defect of ours. What it has half done is rolled back; the rest of the batch must not suffer.
                LOG.log(System.Logger.Level.ERROR, "an input was dropped, because handling it failed", e);
                if (current != null) {
                    batch.remove(current);
                } else if (batch.size() == 1) {
                    batch.clear();
                } else {
                    return oneByOne(batch, clock);
                }
            }
        }
        return false;
    }

    /** The end of the batch failed, so any of its inputs may have been the cause. */
    private boolean oneByOne(List<Input<C>> batch, Supplier<Now> clock) {
        while (!batch.isEmpty()) {
            var one = new ArrayList<Input<C>>(List.of(batch.getFirst()));
            if (!step(one, clock)) {
                return false;
            }
            batch.removeFirst();
        }
        return true;
    }

    /** What was committed is never applied again, whatever happens on the way out: the links send again. */
    private void carryOut() {
        try {
            host.carryOut();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "something that was decided could not be carried out", e);
        }
    }

    private boolean reopen() {
        try {
            host.reopen();
        } catch (RuntimeException e) {
            failed("the store does not work yet", e);
            return false;
        }
        broken = false;
        carryOut();
        return true;
    }

    private boolean storeFailed(RuntimeException e) {
        broken = true;
        failed("the store failed; nothing is acknowledged or started until it works again", e);
        return false;
    }

    private void failed(String what, RuntimeException e) {
        failure = Optional.of(String.valueOf(e.getMessage()));
        if (failures.next()) { // the log may be on the same full disk
            LOG.log(System.Logger.Level.ERROR, "{0}: {1}", what, e.getMessage());
        }
    }

    /** Only a batch that is durable shows it: a store that opens and holds nothing new may still be full. */
    private void works() {
        if (failures.count() > 0) {
            LOG.log(System.Logger.Level.INFO, "the store works again, after {0} failures", failures.count());
            failures.reset();
            failure = Optional.empty();
        }
    }
}
