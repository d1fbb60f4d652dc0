// SPDX-License-Identifier: Apache-2.0
package dev.steward.bus;

import dev.steward.message.Tally;
import io.nats.client.Connection;
import io.nats.client.Consumer;
import io.nats.client.ErrorListener;

/** Logs what the client reports by itself; what it means is decided where the connection is read. */
final class QuietErrorListener implements ErrorListener {
    private static final System.Logger LOG = System.getLogger(NatsBus.class.getName());

    private final Tally slow = new Tally();

    @Override
    public void errorOccurred(Connection connection, String error) {
        LOG.log(System.Logger.Level.WARNING, "broker says: {0}", error);
    }

    @Override
    public void exceptionOccurred(Connection connection, Exception exception) {
        LOG.log(System.Logger.Level.DEBUG, "connection: {0}", exception.toString());
    }

    @Override
    public void slowConsumerDetected(Connection connection, Consumer consumer) {
        if (slow.next()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "for the {0}. time more frames than we keep up with; what belongs to a link will be sent again",
                    slow.count());
        }
    }
}
