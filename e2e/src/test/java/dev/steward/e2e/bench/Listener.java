// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import dev.steward.message.NodeName;
import dev.steward.message.WireMessage;
import io.nats.client.Connection;
import io.nats.client.Message;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** Keeps the frames that go between the station and one node, as they were sent. */
final class Listener implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Connection connection;
    private final Queue<WireMessage> frames = new ConcurrentLinkedQueue<>();

    Listener(Connection connection, NodeName node) throws Exception {
        this.connection = connection;
        var dispatcher = connection.createDispatcher(message -> frames.add(wire(message)));
        dispatcher.subscribe(node + ".>");
        dispatcher.subscribe(NodeName.CENTRAL + ".>");
        connection.flush(LIMIT);
    }

    /** All frames so far; none is heard after that. */
    List<WireMessage> end() throws Exception {
        connection.drain(LIMIT).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        return List.copyOf(frames);
    }

    private static WireMessage wire(Message message) {
        Map<String, String> headers = new LinkedHashMap<>();
        message.getHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
        return new WireMessage(message.getSubject(), headers, message.getData());
    }

    @Override
    public void close() throws Exception {
        connection.close();
    }
}
