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
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
    private final Set<VerificationKey> shutOut = new HashSet<>();
    private final Thread thread = Thread.ofVirtual().name("broker-account").unstarted(this::run);
    private boolean connected;
    private boolean isToBeTold;
    private String lastTrouble = "";

    /** @param bus of the station */
    BrokerAccount(BrokerKeys keys, BusSettings bus) {
        this.keys = keys;
        var login = new BrokerLogin(keys.authority(), keys.updateCredentials(Instant.now()));
        this.system = BusSettings.of(bus.url(), bus.clientName(), Optional.of(login));
        thread.start();
    }

    synchronized void shutOut(VerificationKey login) {
        isToBeTold |= shutOut.add(login);
        notifyAll();
    }

    /** There is a connection: maybe to a broker that has forgotten, or to another one. */
    synchronized void connected() {
        connected = true;
        isToBeTold = true;
        notifyAll();
    }

    synchronized void disconnected() {
        connected = false;
    }

    /** Waits until there is something to tell. */
    private synchronized List<VerificationKey> next() throws InterruptedException {
        while (!connected || !isToBeTold) {
            wait();
        }
        isToBeTold = false;
        return List.copyOf(shutOut);
    }

    private synchronized void again() {
        isToBeTold = true;
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        try {
            while (true) {
                List<VerificationKey> keysOut = next();
                try {
                    AccountUpdates.send(system, keys.accountToken(Instant.now(), keysOut));
                    if (!keysOut.isEmpty()) {
                        LOG.log(System.Logger.Level.INFO, "the broker was told of {0} keys shut out", keysOut.size());
                    }
                    pause = FIRST_PAUSE;
                    lastTrouble = "";
                } catch (IOException | RefusedException | RuntimeException e) {
                    again();
                    tell(String.valueOf(e.getMessage()));
                    Thread.sleep(pause);
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
