// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.node;

import dev.steward.cli.api.HeldInfo;
import java.util.Optional;

/**
 * A record of a node that the station has taken.
 *
 * @param held where it has no effect before further authorities have signed it
 */
public record Handed(KnownNode node, Optional<HeldInfo> held) {}
