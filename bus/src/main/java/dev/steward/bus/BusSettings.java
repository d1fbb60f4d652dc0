// SPDX-License-Identifier: Apache-2.0
package dev.steward.bus;

import java.time.Duration;

/**
 * How to reach the broker.
 *
 * @param url for instance {@code nats://127.0.0.1:4222}; several with commas
 * @param clientName as the broker shows it
 * @param pingInterval after two unanswered pings the connection counts as broken; longer on links where bytes are dear
 * @param maxReconnectDelay the longest pause between attempts to connect; they go on for ever
 */
public record BusSettings(String url, String clientName, Duration pingInterval, Duration maxReconnectDelay) {
    public static final Duration DEFAULT_PING_INTERVAL = Duration.ofSeconds(30);
    public static final Duration DEFAULT_MAX_RECONNECT_DELAY = Duration.ofSeconds(15);

    public static BusSettings of(String url, String clientName) {
        return new BusSettings(url, clientName, DEFAULT_PING_INTERVAL, DEFAULT_MAX_RECONNECT_DELAY);
    }
}
