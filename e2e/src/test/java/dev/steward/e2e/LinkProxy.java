// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bad line in front of a TCP server: slow, late, dead without a word, or cut. Each direction is a bottleneck of a
 * rate, in front of which {@link #BUFFER_BYTES} may queue, with a delay behind it. What does not fit stays with its
 * sender, as TCP has it. All connections share the line.
 */
public final class LinkProxy implements AutoCloseable {
    /** What a modem or a small router queues. */
    static final int BUFFER_BYTES = 64 * 1024;

    private static final int PACKET_BYTES = 1448;
    private static final int SOCKET_BYTES = 16 * 1024; // so that the kernel adds little to the buffer that is modelled
    private static final int PACKETS_UNDER_WAY = 16 * 1024;

    /** One direction of the line. */
    private static final class Direction {
        private final AtomicLong bytes = new AtomicLong();
        private long freeAt = System.nanoTime();
        private long bytesPerSecond;
        private long delayNanos;

        /** Puts a packet on the line and tells when it arrives; waits where the buffer in front of it is full. */
        long pass(int length) throws InterruptedException {
            long arrival;
            long ahead;
            synchronized (this) {
                long now = System.nanoTime();
                long nanos = bytesPerSecond == 0 ? 0 : length * 1_000_000_000L / bytesPerSecond;
                freeAt = Math.max(now, freeAt) + nanos;
                arrival = freeAt + delayNanos;
                long buffer = bytesPerSecond == 0 ? 0 : BUFFER_BYTES * 1_000_000_000L / bytesPerSecond;
                ahead = freeAt - now - buffer;
            }
            TimeUnit.NANOSECONDS.sleep(ahead);
            return arrival;
        }

        synchronized void set(long rate, Duration delay) {
            bytesPerSecond = rate;
            delayNanos = delay.toNanos();
            freeAt = System.nanoTime();
        }
    }

    private record Packet(byte[] bytes, long arrival) {}

    private final int target;
    private final ServerSocket listener;
    private final Direction toServer = new Direction();
    private final Direction toClient = new Direction();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Object gate = new Object();
    private boolean stalled;

    /** Listens on a free port for what is meant for {@code target}. */
    public LinkProxy(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket();
        listener.setReceiveBufferSize(SOCKET_BYTES);
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), Machine.freePort()));
        Thread.ofVirtual().name("proxy").start(this::accept);
    }

    public String url() {
        return "nats://127.0.0.1:" + listener.getLocalPort();
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Each direction carries this much and takes this long; 0 for a rate without limit. */
    void shape(long bytesPerSecond, Duration oneWay) {
        toServer.set(bytesPerSecond, oneWay);
        toClient.set(bytesPerSecond, oneWay);
    }

    /** From now on nothing gets through, and nobody is told: connections stay, new ones are taken and not answered. */
    void stall() {
        synchronized (gate) {
            stalled = true;
        }
    }

    /** What waited goes on. */
    void heal() {
        synchronized (gate) {
            stalled = false;
            gate.notifyAll();
        }
    }

    /** Resets all connections; new ones are welcome. */
    void cut() {
        sockets.forEach(LinkProxy::reset);
    }

    /** Bytes that have arrived at the server. */
    public long bytesToServer() {
        return toServer.bytes.get();
    }

    public long bytesToClient() {
        return toClient.bytes.get();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
        heal();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Thread.ofVirtual().name("proxy").start(() -> join(client));
            }
        } catch (IOException e) {
            if (!listener.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void join(Socket client) {
        sockets.add(client);
        var server = new Socket();
        try {
            awaitOpen();
            server.setReceiveBufferSize(SOCKET_BYTES);
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
            server.setTcpNoDelay(true);
            client.setTcpNoDelay(true);
        } catch (IOException e) {
            end(client, server); // as if the server had refused
            return;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        sockets.add(server);
        carry(client, server, toServer);
        carry(server, client, toClient);
        if (listener.isClosed()) {
            end(client, server);
        }
    }

    private void carry(Socket from, Socket to, Direction direction) {
        BlockingQueue<Packet> underWay = new LinkedBlockingQueue<>(PACKETS_UNDER_WAY);
        Thread writer = Thread.ofVirtual().name("proxy").start(() -> {
            try {
                deliver(underWay, to, direction);
            } catch (IOException | InterruptedException e) {
                end(from, to);
            }
        });
        Thread.ofVirtual().name("proxy").start(() -> {
            try {
                take(from, underWay, direction);
            } catch (IOException | InterruptedException e) {
                writer.interrupt(); // reset: what is under way is gone with the connection
            }
        });
    }

    private void take(Socket from, BlockingQueue<Packet> underWay, Direction direction)
            throws IOException, InterruptedException {
        var buffer = new byte[PACKET_BYTES];
        InputStream in = from.getInputStream();
        while (true) {
            awaitOpen();
            int length = in.read(buffer);
            // An empty packet is the end of the stream.
            byte[] bytes = Arrays.copyOf(buffer, Math.max(length, 0));
            underWay.put(new Packet(bytes, direction.pass(bytes.length)));
            if (length < 0) {
                return;
            }
        }
    }

    private void deliver(BlockingQueue<Packet> underWay, Socket to, Direction direction)
            throws IOException, InterruptedException {
        while (true) {
            Packet packet = underWay.take();
            TimeUnit.NANOSECONDS.sleep(packet.arrival() - System.nanoTime());
            awaitOpen();
            if (packet.bytes().length == 0) {
                throw new IOException("ended by the other side");
            }
            to.getOutputStream().write(packet.bytes());
            direction.bytes.addAndGet(packet.bytes().length);
        }
    }

    private void awaitOpen() throws InterruptedException {
        synchronized (gate) {
            while (stalled) {
                gate.wait();
            }
        }
    }

    private void end(Socket... ended) {
        for (Socket socket : ended) {
            reset(socket);
            sockets.remove(socket);
        }
    }

    private static void reset(Socket socket) {
        try (socket) {
            if (!socket.isClosed()) {
                socket.setSoLinger(true, 0); // ends it by a reset
            }
        } catch (SocketException e) {
            // closed by the other direction just now
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
