// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.broker.BrokerKeys;
import dev.steward.message.link.Now;
import dev.steward.message.signing.VerificationKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/** The keys with which nobody may log in at the broker any more. */
final class ShutOut {
    private final StationSink sink;
    private final Set<VerificationKey> keys = new HashSet<>();
    private Instant forgetAt = Instant.MIN;

    ShutOut(StationStore store, StationSink sink) {
        this.sink = sink;
        for (StationStore.KeyOut out : store.shutOut()) {
            keys.add(out.login());
            sink.shutOut(out.login(), out.until());
        }
    }

    boolean contains(VerificationKey login) {
        return keys.contains(login);
    }

    /** For ever: what belongs to an identity never comes back. */
    void put(VerificationKey login) {
        put(login, BrokerKeys.FOR_EVER);
    }

    /** @param until after which nobody could log in with it anyway */
    void put(VerificationKey login, Instant until) {
        keys.add(login);
        sink.write(new LedgerWrite.PutShutOut(login, until));
        sink.shutOut(login, until);
    }

    void tick(Now now) {
        if (!now.wall().isBefore(forgetAt)) {
            forgetAt = now.wall().plus(Duration.ofDays(1));
            sink.write(new LedgerWrite.ForgetShutOut(now.wall().minus(BrokerKeys.KEPT_BEYOND)));
        }
    }
}
