// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.order;

import dev.steward.message.CommandId;
import dev.steward.message.FleetId;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** Makes ids. The random source must be one that nobody can foresee or repeat. */
public record Ids(RandomGenerator random) {
    public CommandId next(Instant now) {
        return CommandId.create(now, random);
    }

    public FleetId newFleet() {
        byte[] bytes = new byte[FleetId.BYTES];
        random.nextBytes(bytes);
        return FleetId.of(bytes);
    }
}
