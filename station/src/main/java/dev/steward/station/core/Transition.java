// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.NodeName;
import java.time.Instant;

/**
 * A change of an execution.
 *
 * @param seq rises over everything that the station's stream tells
 * @param before the record before; the same as {@code after} where only a remark is added
 * @param saidBy the node, or the station
 * @param observedAt by the clock of who said it
 * @param receivedAt by the station's clock
 * @param remark for people; empty for none
 */
public record Transition(
        long seq,
        Execution before,
        Execution after,
        NodeName saidBy,
        Instant observedAt,
        Instant receivedAt,
        String remark) {}
