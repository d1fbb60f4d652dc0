// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.audit;

import dev.steward.cli.api.AuditInfo;
import dev.steward.message.AuditHead;
import dev.steward.message.FleetId;
import dev.steward.message.RefusedException;
import dev.steward.message.audit.AuditChain;
import dev.steward.message.signing.Signatures;
import java.util.Optional;

/** Follows a log from its first entry, and holds it to what was seen of it before. */
public final class Verification {
    private final AuditChain chain;
    private final Optional<SeenHead> seen;

    public Verification(Optional<SeenHead> seen) {
        this.seen = seen;
        this.chain = new AuditChain(Signatures.ED25519, seen.flatMap(SeenHead::key));
    }

    public void follow(AuditInfo shown) throws RefusedException {
        chain.follow(shown.link());
        if (shown.number() != chain.number()) {
            throw new RefusedException("entry %d stands in the row %d".formatted(chain.number(), shown.number()));
        }
        if (seen.isPresent()
                && seen.get().number() == chain.number()
                && !seen.get().hash().equals(chain.hash())) {
            throw new RefusedException(
                    "entry %d, or one before it, is another one than was verified here at %s: the log was written anew, or the ledger restored and gone another way"
                            .formatted(chain.number(), seen.get().at()));
        }
    }

    /**
     * To be called behind the last entry.
     *
     * @param isWhole whether the log ends there; what was exported earlier ends where it did
     * @param fleet of whoever verifies, where that is known
     */
    public AuditChain end(boolean isWhole, Optional<FleetId> fleet) throws RefusedException {
        Optional<AuditHead> head = chain.head();
        if (head.isPresent()
                && !fleet.orElse(head.get().fleet()).equals(head.get().fleet())) {
            throw new RefusedException("it is of a station of the fleet %s, and this operator's is %s"
                    .formatted(head.get().fleet(), fleet.get()));
        }
        if (!isWhole) {
            return chain;
        }
        if (seen.isPresent() && seen.get().number() > chain.number()) {
            throw new RefusedException(
                    "it ends with entry %d, and %d were verified here at %s: its end was cut off, or the ledger is an older copy"
                            .formatted(
                                    chain.number(),
                                    seen.get().number(),
                                    seen.get().at()));
        }
        chain.checkSigned();
        if (seen.isPresent() && seen.get().signedNumber() > chain.signedNumber()) {
            throw new RefusedException("entry %d was signed when it was verified here at %s, and is not any more"
                    .formatted(seen.get().signedNumber(), seen.get().at()));
        }
        return chain;
    }
}
