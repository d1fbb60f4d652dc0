// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import dev.steward.message.broker.BrokerAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** What is to be known of a port before and after somebody listens there. */
final class Ports {
    private static final int TIMEOUT_MS = 1000;

    private Ports() {}

    static boolean isFree(String host, int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether the NATS server of that authority answers there: it speaks first, once the connection is encrypted. */
    static boolean natsAnswers(String host, int port, BrokerAuthority authority) {
        try (var socket = authority.tls().getSocketFactory().createSocket()) {
            socket.connect(new InetSocketAddress(host, port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            return new String(socket.getInputStream().readNBytes(4), java.nio.charset.StandardCharsets.US_ASCII)
                    .equals("INFO");
        } catch (IOException e) {
            return false;
        }
    }
}
