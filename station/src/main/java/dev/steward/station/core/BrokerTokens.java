// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.NodeRecord;
import java.util.Optional;

/** Whoever is let in gets in at the broker as well. */
public interface BrokerTokens {
    /** A token for the node's login; empty where it has none, or the broker asks nobody who connects. */
    Optional<String> of(NodeRecord record);
}
