// SPDX-License-Identifier: Apache-2.0
package dev.steward.bus;

import dev.steward.message.RefusedException;
import dev.steward.message.broker.BrokerKeys;
import dev.steward.message.broker.BrokerLogin;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * How to reach the broker.
 *
 * @param url for instance {@code tls://127.0.0.1:4222}; several with commas
 * @param clientName as the broker shows it
 * @param pingInterval after two unanswered pings the connection counts as broken; longer on links where bytes are dear
 * @param maxReconnectDelay the longest pause between attempts to connect; they go on for ever
 * @param login where the broker asks who connects; then the url is one of TLS
 */
public record BusSettings(
        String url, String clientName, Duration pingInterval, Duration maxReconnectDelay, Optional<BrokerLogin> login) {
    public static final Duration DEFAULT_PING_INTERVAL = Duration.ofSeconds(30);
    public static final Duration DEFAULT_MAX_RECONNECT_DELAY = Duration.ofSeconds(15);

    private static final String TLS = "tls";
    private static final Set<String> SCHEMES = Set.of("nats", TLS);

    /**
     * The url, if it is one.
     *
     * @param withLogin whether the broker is known by its authority, and asks who connects
     * @throws RefusedException where {@code url} is not what {@link #url} may be
     */
    public static String checkedUrl(String url, boolean withLogin) throws RefusedException {
        for (String each : url.split(",", -1)) {
            if (!isBroker(each)) {
                throw new RefusedException(
                        "--broker: '%s' is not the address of a broker; write nats://HOST:PORT or tls://HOST:PORT, several with commas"
                                .formatted(each));
            }
            boolean tls = each.startsWith(TLS + ":");
            if (withLogin && !tls) {
                throw new RefusedException(
                        "--broker: '%s' is without TLS, and this broker is spoken to with it; write tls://HOST:PORT"
                                .formatted(withoutPasswords(each)));
            }
            if (!withLogin && tls) {
                throw new RefusedException(
                        "--broker: '%s': TLS needs the keys by which the broker is known, which the station has in its %s and a node gets with its token"
                                .formatted(withoutPasswords(each), BrokerKeys.FILE));
            }
        }
        return url;
    }

    /** The same broker, as somebody else. */
    public BusSettings with(BrokerLogin other) {
        return new BusSettings(url, clientName, pingInterval, maxReconnectDelay, Optional.of(other));
    }

    /** As it may be logged: without a password. */
    public String shownUrl() {
        return withoutPasswords(url);
    }

    static String withoutPasswords(String text) {
        return text.replaceAll("//[^/@,]*@", "//");
    }

    private static boolean isBroker(String url) {
        try {
            var uri = new URI(url);
            return uri.getScheme() != null
                    && SCHEMES.contains(uri.getScheme())
                    && uri.getHost() != null
                    && (uri.getPort() == -1 || (uri.getPort() > 0 && uri.getPort() <= 65_535))
                    && uri.getRawPath().isEmpty()
                    && uri.getRawQuery() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** A broker that asks nobody who connects. */
    public static BusSettings of(String url, String clientName) {
        return of(url, clientName, Optional.empty());
    }

    public static BusSettings of(String url, String clientName, Optional<BrokerLogin> login) {
        return new BusSettings(url, clientName, DEFAULT_PING_INTERVAL, DEFAULT_MAX_RECONNECT_DELAY, login);
    }
}
