// SPDX-License-Identifier: Apache-2.0
package dev.steward.bus;

import dev.steward.message.WireMessage;

/** Hears what happens on a bus, on the bus's reading thread; it may block, and so slow the reading down. */
public interface BusListener {
    /** There is a connection, and what is published to us arrives from now on. */
    void connected() throws InterruptedException;

    /** The connection is gone; the bus tries for a new one until it is closed. */
    void disconnected(String why) throws InterruptedException;

    /** @param position in the station's mailbox; 0 where the bus has none */
    void message(WireMessage message, long position) throws InterruptedException;
}
