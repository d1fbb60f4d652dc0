// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.message.Document;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.DocumentDigest;
import dev.steward.message.signing.SignedDocument;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A list of operators or a record of a node that waits for signatures of authorities, as the station shows it.
 *
 * @param signers who has signed it, by the station's word, and {@code needed} how many must
 * @param says what the document says, which the station can't change
 */
public record HeldInfo(
        String id,
        SignedDocument signed,
        Document says,
        List<String> signers,
        long needed,
        Instant heldAt,
        Instant endsAt,
        JsonObject json) {
    static HeldInfo from(JsonObject json) throws RefusedException {
        SignedDocument signed = SignedDocument.decode(json.text("document").getBytes(StandardCharsets.UTF_8));
        String id = json.text("id");
        if (!DocumentDigest.of(signed.document()).shortened().equals(id)) {
            throw new RefusedException("the document that is shown as %s is another".formatted(id));
        }
        return new HeldInfo(
                id,
                signed,
                signed.read(),
                json.texts("signers", Limits.TRUST_AUTHORITIES),
                json.integer("signaturesNeeded", 0, Integer.MAX_VALUE),
                json.time("heldAt"),
                json.time("endsAt"),
                json);
    }

    static List<HeldInfo> listFrom(JsonObject json) throws RefusedException {
        return StationClient.map(json.objects("held", Limits.HELD_DOCUMENTS), HeldInfo::from);
    }

    /** What an answer says of the one document that was handed in; empty where that has taken effect. */
    static Optional<HeldInfo> oneFrom(JsonObject json) throws RefusedException {
        return json.has("held") ? listFrom(json).stream().findFirst() : Optional.empty();
    }

    /** As {@code 1 of 2}. */
    public String count() {
        return "%d of %d".formatted(signers.size(), needed);
    }
}
