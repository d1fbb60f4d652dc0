// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.signing;

import dev.steward.message.RefusedException;
import java.util.regex.Pattern;

/**
 * A key's fingerprint, as {@code ssh-keygen -l} shows it: {@code SHA256:} and the base64 of the SHA-256 of the encoded
 * public key, without padding. A name is a label; this is the identity.
 */
public record KeyId(String value) implements Comparable<KeyId> {
    private static final Pattern VALID = Pattern.compile("SHA256:[A-Za-z0-9+/]{43}");

    /** @throws IllegalArgumentException where {@code value} is no fingerprint; use {@link #parse} for input. */
    public KeyId {
        if (!VALID.matcher(value).matches()) {
            throw new IllegalArgumentException("not a fingerprint: " + value);
        }
    }

    public static KeyId parse(String text) throws RefusedException {
        if (!VALID.matcher(text).matches()) {
            throw new RefusedException("'%s' is not a key's fingerprint, SHA256: and 43 characters of base64"
                    .formatted(text.length() > 80 ? text.substring(0, 80) + "…" : text));
        }
        return new KeyId(text);
    }

    @Override
    public int compareTo(KeyId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
