// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.EnrolmentAnswer;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.link.Frame;
import dev.steward.message.signing.VerificationKey;
import dev.steward.message.trust.Trust;
import java.time.Instant;
import java.util.Optional;

/** Where the station's core puts its effects. Writes join the open transaction at once; all else waits for its commit. */
public interface StationSink {
    void write(LedgerWrite write);

    void send(Frame frame);

    /** A node was heard, or has become reachable or unreachable. */
    void presence(NodeName node, boolean reachable, Instant lastHeardAt);

    /** Whom this station takes for operators from now on. */
    void trust(Trust trust);

    /** Which API tokens are good from now on. */
    void apiTokens(LiveTokens tokens);

    /** What a machine that asks to become a node is told. */
    void answer(EnrolmentRequest request, EnrolmentAnswer answer);

    /**
     * Whose frames are taken from now on, and whose no more.
     *
     * @param former by whose link key the node is spoken to until it has spoken with that of {@code record}
     */
    void node(NodeRecord record, Optional<NodeRecord> former);

    /** Nobody may log in at the broker with this key any more; after {@code until} nobody could anyway. */
    void shutOut(VerificationKey login, Instant until);

    /** For the station's own log. */
    void log(System.Logger.Level level, String text);
}
