// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The yardstick for a fleet: as many bare NATS clients, each of which answers a message at once. Nothing is stored. */
final class PlainFleet implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Connection> clients = new ArrayList<>();
    private final Connection sender;
    private volatile CountDownLatch missing = new CountDownLatch(0);

    PlainFleet(String url, int size) throws Exception {
        var options = new Options.Builder()
                .server(url)
                .noReconnect()
                .bufferSize(4096)
                .executor(executor)
                .connectExecutor(executor)
                .callbackExecutor(executor)
                .build();
        for (int i = 0; i < size; i++) {
            Connection client = Nats.connect(options);
            clients.add(client);
            client.createDispatcher(message -> client.publish("plain.done", message.getData()))
                    .subscribe("plain." + i);
            client.flush(LIMIT);
        }
        sender = Nats.connect(options);
        sender.createDispatcher(message -> missing.countDown()).subscribe("plain.done");
        sender.flush(LIMIT);
    }

    /** Tells each client something, and waits until all have answered; returns the nanoseconds. */
    long round() throws InterruptedException {
        var latch = new CountDownLatch(clients.size());
        missing = latch;
        long start = System.nanoTime();
        for (int i = 0; i < clients.size(); i++) {
            sender.publish("plain." + i, new byte[400]);
        }
        if (!latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("%d plain clients have not answered".formatted(latch.getCount()));
        }
        return System.nanoTime() - start;
    }

    @Override
    public void close() throws InterruptedException {
        sender.close();
        for (Connection client : clients) {
            client.close();
        }
        executor.shutdownNow();
    }
}
