// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bad line itself, in front of a server that sends back what it gets. */
class LinkProxyTest {
    private ServerSocket echo;
    private LinkProxy proxy;

    LinkProxyTest() throws IOException {
        echo = new ServerSocket(Machine.freePort(), 50, InetAddress.getLoopbackAddress());
        proxy = new LinkProxy(echo.getLocalPort());
    }

    @BeforeEach
    void start() {
        Thread.ofVirtual().start(() -> {
            while (!echo.isClosed()) {
                try {
                    Socket socket = echo.accept();
                    Thread.ofVirtual().start(() -> sendBack(socket));
                } catch (IOException e) {
                    return; // closed
                }
            }
        });
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        echo.close();
    }

    @Test
    void delaysEachWay() throws Exception {
        proxy.shape(0, Duration.ofMillis(150));
        try (Socket socket = connect()) {
            long start = System.nanoTime();
            assertThat(roundTrip(socket)).isEqualTo('x');
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(300_000_000L);
        }
    }

    @Test
    void carriesNoMoreThanItsRate() throws Exception {
        proxy.shape(100_000, Duration.ZERO);
        try (Socket socket = connect()) {
            long start = System.nanoTime();
            socket.getOutputStream().write(new byte[50_000]);
            socket.getInputStream().readNBytes(50_000);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(490_000_000L);
            // Counted once they are passed on, when the client may have read them already.
            Await.until(
                    "all is counted",
                    Duration.ofSeconds(5),
                    () -> proxy.bytesToServer() == 50_000 && proxy.bytesToClient() == 50_000);
        }
    }

    @Test
    void holdsItsSenderBackWhereItsBufferIsFull() throws Exception {
        proxy.shape(1_000, Duration.ZERO);
        try (Socket socket = connect()) {
            socket.setSendBufferSize(16 * 1024);
            var written = new AtomicLong();
            Thread writer = Thread.ofPlatform().start(() -> {
                try {
                    while (true) {
                        socket.getOutputStream().write(new byte[1024]);
                        written.addAndGet(1024);
                    }
                } catch (IOException e) {
                    // the end of the test closes the socket
                }
            });
            Await.until("the buffer is full", Duration.ofSeconds(5), () -> written.get() > LinkProxy.BUFFER_BYTES);
            Await.until("the writer is held back", Duration.ofSeconds(5), () -> {
                long before = written.get();
                writer.join(Duration.ofMillis(300));
                return written.get() == before;
            });
            assertThat(written.get()).isLessThan(LinkProxy.BUFFER_BYTES + 256 * 1024);
        }
    }

    @Test
    void aStalledLineTakesConnectionsAndPassesNothingUntilItHeals() throws Exception {
        try (Socket before = connect()) {
            assertThat(roundTrip(before)).isEqualTo('x');
            proxy.stall();
            try (Socket during = connect()) {
                for (Socket socket : new Socket[] {before, during}) {
                    socket.setSoTimeout(300);
                    assertThatThrownBy(() -> roundTrip(socket)).isInstanceOf(SocketTimeoutException.class);
                }
                proxy.heal();
                for (Socket socket : new Socket[] {before, during}) {
                    socket.setSoTimeout(5_000);
                    assertThat(socket.getInputStream().read()).isEqualTo('x');
                }
            }
        }
    }

    @Test
    void aCutResetsConnectionsAndTakesNewOnes() throws Exception {
        try (Socket before = connect()) {
            assertThat(roundTrip(before)).isEqualTo('x');
            proxy.cut();
            assertThatThrownBy(() -> assertThat(roundTrip(before)).isEqualTo(-1))
                    .isInstanceOf(IOException.class);
        }
        try (Socket after = connect()) {
            assertThat(roundTrip(after)).isEqualTo('x');
        }
    }

    @Test
    void passesTheEndOfAStreamOn() throws Exception {
        try (Socket socket = connect()) {
            assertThat(roundTrip(socket)).isEqualTo('x');
            socket.getOutputStream().write('q');
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(5_000);
        return socket;
    }

    private static int roundTrip(Socket socket) throws IOException {
        socket.getOutputStream().write('x');
        return socket.getInputStream().read();
    }

    /** Ends the connection at a {@code q}. */
    private static void sendBack(Socket socket) {
        try (socket) {
            var buffer = new byte[4096];
            int length;
            while ((length = socket.getInputStream().read(buffer)) > 0 && buffer[0] != 'q') {
                socket.getOutputStream().write(buffer, 0, length);
            }
        } catch (IOException e) {
            // cut
        }
    }
}
