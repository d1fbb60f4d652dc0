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
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
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
    private final Map<VerificationKey, Instant> shutOut = new HashMap<>();
    private final Thread thread = Thread.ofVirtual().name("broker-account").unstarted(this::run);
    private boolean isToBeTold;
    private String lastTrouble = "";

    /** @param bus of the station */
    BrokerAccount(BrokerKeys keys, BusSettings bus) {
        this.keys = keys;
        var login = new BrokerLogin(keys.authority(), keys.updateCredentials(Instant.now()));
        this.system = BusSettings.of(bus.url(), bus.clientName(), Optional.of(login));
        thread.start();
    }

    /** @param until after which nobody could log in with it anyway */
    synchronized void shutOut(VerificationKey login, Instant until) {
        isToBeTold |= !until.equals(shutOut.put(login, until));
        notifyAll();
    }

    /** There is a connection: maybe to a broker that has forgotten, or to another one. */
    synchronized void connected() {
        isToBeTold = true;
        notifyAll();
    }

    /** Waits until there is something to tell. */
    private synchronized Map<VerificationKey, Instant> next() throws InterruptedException {
        while (!isToBeTold) {
            wait();
        }
        isToBeTold = false;
        return Map.copyOf(shutOut);
    }

    /** Later, or as soon as there is more to tell. */
    private synchronized void again(Duration pause) throws InterruptedException {
        long until = System.nanoTime() + pause.toNanos();
        while (!isToBeTold) {
            long left = until - System.nanoTime();
            if (left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } else {
                isToBeTold = true;
            }
        }
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        try {
            while (true) {
                Map<VerificationKey, Instant> keysOut = next();
                try {
                    int told = AccountUpdates.send(system, keys, keysOut, Instant.now());
                    if (told > 0) {
                        LOG.log(System.Logger.Level.INFO, "the broker shuts {0} keys out", told);
                    }
                    pause = FIRST_PAUSE;
                    lastTrouble = "";
                } catch (IOException | RefusedException | RuntimeException e) {
                    tell(String.valueOf(e.getMessage()));
                    again(pause);
                    pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
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
