// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import dev.steward.message.signing.SignedDocument;
import java.util.List;

/**
 * How far a document has come that authorities must sign.
 *
 * @param signed with the signatures that count, and its issuer's: what strangers add takes nobody's place
 * @param authorities who have signed it and whose keys are good, each once, by name
 * @param needed how many must
 */
public record Quorum(SignedDocument signed, List<String> authorities, int needed) {
    public Quorum {
        authorities = List.copyOf(authorities);
    }

    public boolean isMet() {
        return authorities.size() >= needed;
    }
}
