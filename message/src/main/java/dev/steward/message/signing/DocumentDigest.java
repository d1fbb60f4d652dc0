// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.signing;

import dev.steward.message.RefusedException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * SHA-256 of a document's exact bytes, without signatures: what names a document, whoever signs it.
 *
 * @param value 64 hexadecimal digits
 */
public record DocumentDigest(String value) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");
    private static final int SHORT_CHARS = 16;

    public static DocumentDigest of(byte[] document) {
        return new DocumentDigest(HexFormat.of().formatHex(Digest.SHA_256.of(document)));
    }

    public static DocumentDigest parse(String text) throws RefusedException {
        if (!FORM.matcher(text).matches()) {
            throw new RefusedException("a digest of a document must be 64 hexadecimal digits");
        }
        return new DocumentDigest(text);
    }

    /** Its beginning, for people to type. */
    public String shortened() {
        return value.substring(0, SHORT_CHARS);
    }

    @Override
    public String toString() {
        return value;
    }
}
