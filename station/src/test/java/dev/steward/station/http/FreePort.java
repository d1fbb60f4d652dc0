// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports below those that the system gives to outgoing connections, so that none of these can take one of ours; each once,
 * since who asked for one may not listen yet.
 */
final class FreePort {
    private static final int FIRST = 22_000;
    private static final int COUNT = 1_000;
    private static final AtomicInteger LAST =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(COUNT));

    private FreePort() {}

    static int next() throws IOException {
        for (int i = 0; i < COUNT; i++) {
            int port = FIRST + LAST.incrementAndGet() % COUNT;
            try (var probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return probe.getLocalPort();
            } catch (IOException e) {
                // taken; another one
            }
        }
        throw new IOException("no free port between %d and %d".formatted(FIRST, FIRST + COUNT - 1));
    }
}
