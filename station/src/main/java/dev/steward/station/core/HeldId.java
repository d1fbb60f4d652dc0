// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.RefusedException;
import dev.steward.message.signing.DocumentDigest;
import java.util.regex.Pattern;

/** Names a document that waits for signatures: the beginning of the digest of its unsigned bytes. */
public record HeldId(String value) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{16}");

    static HeldId of(byte[] document) {
        return new HeldId(DocumentDigest.of(document).shortened());
    }

    public static HeldId parse(String text) throws RefusedException {
        if (!FORM.matcher(text).matches()) {
            throw new RefusedException("the id of a held document must be 16 hexadecimal digits");
        }
        return new HeldId(text);
    }

    @Override
    public String toString() {
        return value;
    }
}
