// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import dev.steward.message.json.JsonObject;
import java.util.Optional;

/** What two ends tell of themselves in their hellos: digests each time, the facts only where the other has not got them. */
final class FactsExchange {
    private String ownDigest = "";
    private Optional<JsonObject> own = Optional.empty();
    private String knownDigest = "";
    private boolean peerLacksThem;

    void describe(String digest, JsonObject description) {
        if (!digest.equals(ownDigest)) {
            ownDigest = digest;
            own = Optional.of(description);
            peerLacksThem = true;
        }
    }

    void knows(String digest) {
        knownDigest = digest;
    }

    /** Any hello tells what the other side has. */
    void heard(Frame.Hello hello) {
        peerLacksThem = !hello.knownDigest().equals(ownDigest);
    }

    /** A live one may bring its facts. */
    void accept(Frame.Hello hello) {
        if (hello.facts().isPresent()) {
            knownDigest = hello.factsDigest();
        }
    }

    /** What the other side lacks, where there is any. */
    Optional<JsonObject> lacking() {
        return peerLacksThem ? own : Optional.empty();
    }

    String ownDigest() {
        return ownDigest;
    }

    String knownDigest() {
        return knownDigest;
    }
}
