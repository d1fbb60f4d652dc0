// SPDX-License-Identifier: Apache-2.0
package dev.steward.bus;

import dev.steward.message.Tally;
import dev.steward.message.WireMessage;
import dev.steward.message.broker.BrokerAuthority;
import dev.steward.message.broker.BrokerLogin;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamStatusCheckedException;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A bus over NATS. Each connection is used once: where it breaks it is thrown away with everything its client had
 * queued, and a new one is made, so that nothing is ever published later than the link protocol believes.
 */
public final class NatsBus implements Bus {
    private static final System.Logger LOG = System.getLogger(NatsBus.class.getName());
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20); // TLS takes a few round trips more
    private static final long FIRST_DELAY_MS = 100;
    private static final int SMALL_BUFFER_BYTES = 4096;

    private volatile BusSettings settings;
    private final Optional<BusSettings> reading;
    private final Reader reader;
    private final BusListener listener;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Thread thread;
    private final QuietErrorListener errors = new QuietErrorListener();
    private final Tally dropped = new Tally();
    private final Tally unreadable = new Tally();
    private volatile @Nullable Connection connection;
    private volatile boolean closed;
    private volatile String lastWhy = "";

    /** Takes in messages from a fresh connection; calls {@code listener.connected()} once they can arrive. */
    interface Reader {
        /** Returns or throws when the connection is gone. */
        void read(Connection connection, BusListener listener)
                throws IOException, InterruptedException, JetStreamApiException, JetStreamStatusCheckedException;
    }

    private NatsBus(BusSettings settings, Optional<BusSettings> reading, Reader reader, BusListener listener) {
        this.settings = settings;
        this.reading = reading;
        this.reader = reader;
        this.listener = listener;
        this.thread = Thread.ofVirtual().name("bus").unstarted(this::run);
    }

    /** The bus of a node: one subscription, {@code <node>.>}. Connects in the background, for ever. */
    public static NatsBus node(BusSettings settings, String node, BusListener listener) {
        return start(settings, Optional.empty(), new NodeReader(node), listener);
    }

    /**
     * The bus of a station: reads the mailbox, a stream that captures {@code <station>.>}.
     *
     * @param mailboxLogin where the mailbox lies in an account of its own: then it is read over a connection of its own
     */
    public static NatsBus station(
            BusSettings settings, Optional<BrokerLogin> mailboxLogin, Mailbox mailbox, BusListener listener) {
        return start(settings, mailboxLogin.map(login -> settings.with(login)), mailbox, listener);
    }

    private static NatsBus start(
            BusSettings settings, Optional<BusSettings> reading, Reader reader, BusListener listener) {
        var bus = new NatsBus(settings, reading, reader, listener);
        bus.thread.start();
        return bus;
    }

    @Override
    public void publish(WireMessage message) {
        Connection current = connection;
        if (current == null) {
            dropped.next();
            return;
        }
        var headers = new Headers();
        message.headers().forEach((name, value) -> headers.put(name, value));
        try {
            current.publish(message.subject(), headers, message.body());
        } catch (RuntimeException e) { // the connection broke just now, or the broker allows only smaller messages
            if (dropped.next()) {
                LOG.log(System.Logger.Level.WARNING, "message {0} not sent: {1}", dropped.count(), e.getMessage());
            }
        }
    }

    /** Connects anew, as somebody else. */
    public void login(BrokerLogin next) {
        settings = settings.with(next);
        Connection current = connection;
        if (current != null) {
            executor.execute(() -> closeQuietly(current));
        }
    }

    @Override
    public void close() {
        closed = true;
        Connection current = connection;
        if (current != null) {
            try {
                current.flush(Duration.ofSeconds(1));
            } catch (Exception e) {
                LOG.log(System.Logger.Level.DEBUG, "last flush: {0}", e.getMessage());
                Thread.interrupted();
            }
        }
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        executor.shutdownNow();
    }

    static WireMessage wire(Message message) {
        Map<String, String> headers = new LinkedHashMap<>();
        Headers received = message.getHeaders();
        if (received != null) {
            received.forEach((name, values) -> headers.put(name, values.getFirst()));
        }
        return new WireMessage(message.getSubject(), headers, message.getData());
    }

    private void run() {
        long delay = FIRST_DELAY_MS;
        while (!closed) {
            String why;
            BusSettings used = settings;
            try {
                Connection fresh = Nats.connect(watched(used));
                try {
                    connection = fresh;
                    delay = FIRST_DELAY_MS;
                    if (settings.equals(used)) { // else it is somebody else by now
                        readOver(fresh);
                    }
                    why = "connection closed";
                } finally {
                    connection = null;
                    fresh.close();
                }
            } catch (InterruptedException e) {
                break;
            } catch (IOException | JetStreamApiException | JetStreamStatusCheckedException | RuntimeException e) {
                why = BusSettings.withoutPasswords(String.valueOf(e.getMessage()));
            } catch (Error e) {
                // Without its bus a program only looks alive; whoever supervises it starts it again.
                LOG.log(System.Logger.Level.ERROR, "the bus can't go on", e);
                Runtime.getRuntime().halt(70);
                throw e;
            }
            if (!settings.equals(used)) {
                why = "connecting anew with another login";
                LOG.log(System.Logger.Level.INFO, "broker {0}: {1}", settings.shownUrl(), why);
            } else if (!why.equals(lastWhy)) {
                LOG.log(System.Logger.Level.WARNING, "broker {0}: {1}; trying again", settings.shownUrl(), why);
                lastWhy = why;
            }
            try {
                listener.disconnected(why);
                Thread.sleep(delay / 2 + ThreadLocalRandom.current().nextLong(delay / 2));
            } catch (InterruptedException e) {
                break;
            }
            delay = Math.min(delay * 2, settings.maxReconnectDelay().toMillis());
        }
    }

    /** Where there are two connections, the end of one is the end of both. */
    private void readOver(Connection sending)
            throws IOException, InterruptedException, JetStreamApiException, JetStreamStatusCheckedException {
        if (reading.isEmpty()) {
            reader.read(sending, new Telling());
            return;
        }
        Connection other = Nats.connect(watched(reading.get()));
        try {
            sending.addConnectionListener((ended, event) -> {
                if (event == ConnectionListener.Events.CLOSED) {
                    executor.execute(() -> closeQuietly(other));
                }
            });
            if (sending.getStatus() != Connection.Status.CONNECTED) {
                throw new IOException("connection closed");
            }
            reader.read(other, new Telling());
        } finally {
            other.close();
        }
    }

    /** Says that a trouble is over once messages can arrive: a connection alone may break again at once. */
    private final class Telling implements BusListener {
        @Override
        public void connected() throws InterruptedException {
            if (!lastWhy.isEmpty()) {
                LOG.log(System.Logger.Level.INFO, "broker {0}: connected", settings.shownUrl());
                lastWhy = "";
            }
            listener.connected();
        }

        @Override
        public void disconnected(String why) throws InterruptedException {
            listener.disconnected(why);
        }

        @Override
        public void message(WireMessage message, long position) throws InterruptedException {
            listener.message(message, position);
        }
    }

    /** The client has stopped reading, and would stay so until its pings go unanswered. */
    private void deaf(Throwable why) {
        if (unreadable.next()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "message {0} with headers that no client can read ({1}); connecting anew",
                    unreadable.count(),
                    why.getMessage());
        }
        Connection current = connection;
        if (current != null) {
            executor.execute(() -> closeQuietly(current));
        }
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Options watched(BusSettings of) {
        return options(of)
                .discardMessagesWhenOutgoingQueueFull() // the links send again; waiting would stall all of them
                .executor(executor)
                .readerExecutor(new ReaderWatch(this::deaf))
                .connectExecutor(executor)
                .callbackExecutor(executor)
                .errorListener(errors)
                .build();
    }

    /** Of a connection that is used once. */
    static Options.Builder options(BusSettings settings) {
        var builder = new Options.Builder()
                .servers(settings.url().split(",", -1))
                .connectionName(settings.clientName())
                .inboxPrefix("_INBOX." + settings.clientName() + ".")
                .noReconnect()
                .connectionTimeout(CONNECT_TIMEOUT)
                .pingInterval(settings.pingInterval())
                .bufferSize(SMALL_BUFFER_BYTES);
        settings.login()
                .ifPresent(login -> builder.tlsFirst()
                        .sslContext(new BrokerAuthority(login.authority()).tls())
                        .authHandler(BrokerAccess.handler(login.credentials())));
        return builder;
    }
}
