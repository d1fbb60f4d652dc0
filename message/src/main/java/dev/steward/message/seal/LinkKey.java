// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.seal;

import dev.steward.message.RefusedException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;

/**
 * The public half of an X25519 key (RFC 7748), by which one end of a link shares secrets with the other. Written as the
 * base64 of its 32 bytes, without padding. Immutable; equal where the bytes are.
 */
public final class LinkKey {
    public static final int BYTES = 32;

    private static final BigInteger FIELD = BigInteger.ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));

    /** The points of small order below the field's size: whoever multiplies with them shares no secret. */
    private static final Set<String> SMALL_ORDER = Set.of(
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");

    private final byte[] bytes;

    private LinkKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @param bytes the coordinate as RFC 7748 encodes it, 32 bytes */
    public static LinkKey of(byte[] bytes) throws RefusedException {
        if (bytes.length != BYTES) {
            throw new RefusedException("a link's key has %d bytes, not %d".formatted(BYTES, bytes.length));
        }
        byte[] bigEndian = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            bigEndian[i] = bytes[BYTES - 1 - i];
        }
        if (SMALL_ORDER.contains(HexFormat.of().formatHex(bytes))
                || new BigInteger(1, bigEndian).compareTo(FIELD) >= 0) { // one key has one way to be written
            throw new RefusedException("this is no point that a link's key could be");
        }
        return new LinkKey(bytes.clone());
    }

    public static LinkKey parse(String text) throws RefusedException {
        try {
            LinkKey key = of(Base64.getDecoder().decode(text));
            if (key.toString().equals(text)) { // the decoder passes over the spare bits of the last character
                return key;
            }
        } catch (IllegalArgumentException e) {
            // refused below
        }
        throw new RefusedException("'%s' is not a link's key, %d bytes in base64 without padding"
                .formatted(text.length() > 80 ? text.substring(0, 80) + "…" : text, BYTES));
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LinkKey key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }
}
