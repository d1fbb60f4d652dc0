// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.Space;
import java.time.Instant;
import java.util.Optional;

/**
 * How the station itself is.
 *
 * @param broker its connection
 * @param ledger why the ledger does not work; empty where it does
 * @param space what room the ledger's disk has
 */
public record Health(Broker broker, Optional<String> ledger, Space space) {
    /**
     * The connection to the broker.
     *
     * @param since when it was made or lost
     * @param reason why there is none; empty where there is one
     */
    public record Broker(String url, boolean connected, Instant since, String reason) {
        public Broker connected(Instant now) {
            return new Broker(url, true, now, "");
        }

        public Broker disconnected(Instant now, String why) {
            return new Broker(url, false, connected ? now : since, why);
        }
    }

    /** Who knows. */
    public interface Source {
        Health health();
    }
}
