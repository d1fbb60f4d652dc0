// SPDX-License-Identifier: Apache-2.0
package dev.steward.bus;

import dev.steward.message.WireMessage;

/** What carries frames. It may lose, repeat, reorder or delay anything. Thread-safe. */
public interface Bus extends AutoCloseable {
    /** Sends, or drops where there is no connection: the link above sends again what matters. Never throws. */
    void publish(WireMessage message);

    /** Sends what {@link #publish} has queued and ends the connection for good. */
    @Override
    void close();
}
