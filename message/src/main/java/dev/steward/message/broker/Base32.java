// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.broker;

import dev.steward.message.RefusedException;

/** Base32 (RFC 4648, section 6) without padding, which the JDK has not; the NATS client has it, but only the bus may know that. */
final class Base32 {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int BITS = 5;

    private Base32() {}

    static String encode(byte[] bytes) {
        var text = new StringBuilder();
        int held = 0;
        int bits = 0;
        for (byte each : bytes) {
            held = (held << Byte.SIZE) | (each & 0xff);
            bits += Byte.SIZE;
            while (bits >= BITS) {
                bits -= BITS;
                text.append(ALPHABET.charAt((held >> bits) & 31));
            }
        }
        if (bits > 0) {
            text.append(ALPHABET.charAt((held << (BITS - bits)) & 31));
        }
        return text.toString();
    }

    /** Takes only what {@link #encode} writes: one value has one text. */
    static byte[] decode(String text) throws RefusedException {
        byte[] bytes = new byte[text.length() * BITS / Byte.SIZE];
        int length = 0;
        int held = 0;
        int bits = 0;
        for (int i = 0; i < text.length(); i++) {
            int value = ALPHABET.indexOf(text.charAt(i));
            if (value < 0) {
                throw new RefusedException("not base32");
            }
            held = ((held << BITS) | value) & 0xfff;
            bits += BITS;
            if (bits >= Byte.SIZE) {
                bits -= Byte.SIZE;
                bytes[length++] = (byte) (held >> bits);
            }
        }
        if (!encode(bytes).equals(text)) {
            throw new RefusedException("not base32");
        }
        return bytes;
    }
}
