// SPDX-License-Identifier: Apache-2.0
package dev.steward.station;

import dev.steward.bus.AccountUpdates;
import dev.steward.bus.BusSettings;
import dev.steward.message.RefusedException;
import dev.steward.message.broker.BrokerKeys;
import dev.steward.message.broker.BrokerLogin;
import dev.steward.message.signing.VerificationKey;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Tells the broker who is shut out, as the ledger has it: at each connection, and whenever somebody is added. Goes on
 * until the broker has taken it. Thread-safe.
 */
final class BrokerAccount implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(BrokerAccount.class.getName());
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final BrokerKeys keys;
    private final BusSettings system;
    private final Map<VerificationKey, Instant> shutOut = new ConcurrentHashMap<>();
    private final Semaphore news = new Semaphore(0);
    private final Thread thread = Thread.ofVirtual().name("broker-account").unstarted(this::run);
    private String lastTrouble = "";

    /** @param bus of the station */
    BrokerAccount(BrokerKeys keys, BusSettings bus) {
        this.keys = keys;
        this.system = bus.with(new BrokerLogin(keys.authority(), keys.updateCredentials(Instant.now())));
        thread.start();
    }

    /** @param until after which nobody could log in with it anyway */
    void shutOut(VerificationKey login, Instant until) {
        shutOut.merge(login, until, (one, other) -> one.isAfter(other) ? one : other);
        news.release();
    }

    /** There is a connection: maybe to a broker that has forgotten, or to another one. */
    void connected() {
        news.release();
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        try {
            news.acquire();
            while (true) {
                news.drainPermits();
                try {
                    int told = AccountUpdates.send(system, keys, Map.copyOf(shutOut), Instant.now());
                    if (told > 0) {
                        LOG.log(System.Logger.Level.INFO, "the broker shuts {0} keys out", told);
                    }
                    pause = FIRST_PAUSE;
                    lastTrouble = "";
                    news.acquire();
                } catch (IOException | RefusedException e) {
                    tell(String.valueOf(e.getMessage()));
                    pause = again(pause);
                } catch (RuntimeException e) {
                    LOG.log(System.Logger.Level.ERROR, "the broker was not told who is shut out; trying again", e);
                    pause = again(pause);
                } catch (Error e) {
                    // Without it nobody is shut out any more; whoever supervises the station starts it again.
                    LOG.log(System.Logger.Level.ERROR, "the broker can't be told who is shut out", e);
                    Runtime.getRuntime().halt(70);
                    throw e;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** Later, or as soon as there is more to tell. */
    private Duration again(Duration pause) throws InterruptedException {
        var _ = news.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS);
        return pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
    }

    private void tell(String trouble) {
        if (!trouble.equals(lastTrouble)) {
            lastTrouble = trouble;
            LOG.log(System.Logger.Level.WARNING, "the broker was not told who is shut out: {0}; trying again", trouble);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
