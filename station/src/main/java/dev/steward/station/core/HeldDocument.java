// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.trust.Quorum;
import java.time.Instant;
import java.util.List;

/**
 * A list of operators or a record of a node that too few authorities have signed yet.
 *
 * @param signed with the signatures that count, and its issuer's
 * @param signers the names of the authorities among them
 * @param needed how many must sign
 * @param endsAt when it is dropped
 */
public record HeldDocument(HeldId id, byte[] signed, List<String> signers, int needed, Instant heldAt, Instant endsAt) {
    public HeldDocument {
        signers = List.copyOf(signers);
    }

    HeldDocument with(Quorum quorum) {
        return new HeldDocument(id, quorum.signed().encode(), quorum.authorities(), quorum.needed(), heldAt, endsAt);
    }
}
