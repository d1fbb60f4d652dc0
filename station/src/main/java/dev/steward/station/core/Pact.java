// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.Document;
import dev.steward.message.audit.AuditEntry.Who;
import dev.steward.message.link.Now;
import dev.steward.message.signing.SignedDocument;
import java.util.Optional;

/** What becomes of documents of one kind that several may have to sign: where they are judged, and take effect. */
interface Pact<D extends Document> {
    /** Whether exactly this is in force already. */
    boolean isInForce(Now now, D document);

    /** Why it can't take effect, however many sign it. */
    Optional<Answer.Refused> obstacle(D document);

    /** Enough have signed it, and nothing stands against it. */
    void take(Now now, Who who, SignedDocument signed, D document);

    /** One line for people. */
    String described(D document);
}
