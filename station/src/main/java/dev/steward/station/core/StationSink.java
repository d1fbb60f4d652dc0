// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.NodeName;
import dev.steward.message.link.Frame;
import dev.steward.message.trust.Trust;
import java.time.Instant;

/** Where the station's core puts its effects. Writes join the open transaction at once; all else waits for its commit. */
public interface StationSink {
    void write(LedgerWrite write);

    void send(Frame frame);

    /** A node was heard, or has become reachable or unreachable. */
    void presence(NodeName node, boolean reachable, Instant lastHeardAt);

    /** Whom this station takes for operators from now on. */
    void trust(Trust trust);

    /** For the station's own log. */
    void log(System.Logger.Level level, String text);
}
