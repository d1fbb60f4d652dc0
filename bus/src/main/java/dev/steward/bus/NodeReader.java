// SPDX-License-Identifier: Apache-2.0
package dev.steward.bus;

import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Subscription;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** Reads what is published to one node: a plain subscription without state at the broker. */
final class NodeReader implements NatsBus.Reader {
    private static final int PENDING_MESSAGES = 4096;
    private static final int PENDING_BYTES = 4 * 1024 * 1024; // three windows and a frame are 1.25 MiB

    private final String node;

    NodeReader(String node) {
        this.node = node;
    }

    @Override
    public void read(Connection connection, BusListener listener) throws IOException, InterruptedException {
        Subscription subscription = connection.subscribe(node + ".>");
        subscription.setPendingLimits(PENDING_MESSAGES, PENDING_BYTES);
        try {
            connection.flush(Duration.ofSeconds(10)); // the broker knows of the subscription before we say hello
        } catch (TimeoutException e) {
            throw new IOException("the broker does not answer", e);
        }
        listener.connected();
        while (connection.getStatus() == Connection.Status.CONNECTED) {
            Message message = subscription.nextMessage(Duration.ofSeconds(1));
            if (message != null) {
                listener.message(NatsBus.wire(message), 0);
            }
        }
    }
}
