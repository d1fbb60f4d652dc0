// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.CommandId;
import java.util.List;

/** What the station says to an order or a cancel; a refusal is a value, and nothing of the order was done. */
public sealed interface Answer {
    /**
     * In the ledger.
     *
     * @param commands each once, in the order given
     * @param held documents that do not take effect before further authorities have signed them
     */
    record Accepted(List<CommandId> commands, List<HeldId> held) implements Answer {
        public Accepted {
            commands = List.copyOf(commands);
            held = List.copyOf(held);
        }

        public Accepted(List<CommandId> commands) {
            this(commands, List.of());
        }
    }

    record Refused(Reason reason, String message) implements Answer {}

    /** Kinds of refusal, as the API tells them apart. */
    enum Reason {
        BAD_REQUEST,
        UNKNOWN_NODE,
        NOT_FOUND,
        /** Not signed by whoever may. */
        FORBIDDEN,
        CONFLICT,
        /** The ledger has no room for it. */
        NO_SPACE,
        /** The ledger does not work. */
        UNAVAILABLE
    }
}
