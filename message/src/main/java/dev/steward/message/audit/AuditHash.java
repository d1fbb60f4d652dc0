// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.audit;

import dev.steward.message.RefusedException;
import dev.steward.message.signing.Digest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The hash of an entry and, by the one before it, of all earlier ones: SHA-256 over the previous hash, 32 bytes, and the
 * entry's exact bytes. Before the first entry stand 32 zeros.
 *
 * @param hex 64 digits in lower case
 */
public record AuditHash(String hex) {
    private static final int BYTES = 32;
    private static final Pattern VALID = Pattern.compile("[0-9a-f]{" + 2 * BYTES + "}");

    /** Before the first entry. */
    public static final AuditHash NONE = new AuditHash("0".repeat(2 * BYTES));

    /** @throws IllegalArgumentException where {@code hex} is no hash; use {@link #parse} for input */
    public AuditHash {
        if (!VALID.matcher(hex).matches()) {
            throw new IllegalArgumentException("not a hash: " + hex);
        }
    }

    public static AuditHash parse(String text) throws RefusedException {
        if (!VALID.matcher(text).matches()) {
            throw new RefusedException("'%s' is not a hash of %d hexadecimal digits in lower case"
                    .formatted(text.length() > 80 ? text.substring(0, 80) + "…" : text, 2 * BYTES));
        }
        return new AuditHash(text);
    }

    /** The hash of the entry that follows. */
    public AuditHash then(byte[] entry) {
        byte[] both = Arrays.copyOf(HexFormat.of().parseHex(hex), BYTES + entry.length);
        System.arraycopy(entry, 0, both, BYTES, entry.length);
        return new AuditHash(HexFormat.of().formatHex(Digest.SHA_256.of(both)));
    }

    @Override
    public String toString() {
        return hex;
    }
}
