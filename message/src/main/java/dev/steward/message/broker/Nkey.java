// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.broker;

import dev.steward.message.RefusedException;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.VerificationKey;
import java.util.Arrays;
import java.util.Locale;

/**
 * Ed25519 keys as NATS writes them (nkeys): base32 of a byte that tells what the key is for, the key's 32 bytes and a
 * CRC-16; a private one, which begins with {@code S}, has its seed there.
 */
@SuppressWarnings("UnsafeFinalization") // that of every enum does nothing
public enum Nkey {
    OPERATOR('O'),
    ACCOUNT('A'),
    USER('U');

    private static final int KEY_BYTES = 32;
    private static final int CRC_BYTES = 2;
    private static final int SEED = prefix('S');

    private final int prefix;

    Nkey(char letter) {
        this.prefix = prefix(letter);
    }

    /** The five upper bits of the first byte make the first character. */
    private static int prefix(char letter) {
        return (letter - 'A') << 3;
    }

    public String text(VerificationKey key) {
        byte[] raw = new byte[1 + KEY_BYTES + CRC_BYTES];
        raw[0] = (byte) prefix;
        System.arraycopy(key.bytes(), 0, raw, 1, KEY_BYTES);
        return Base32.encode(withCrc(raw));
    }

    /** The private key. */
    public String seed(Ed25519 key) {
        byte[] raw = new byte[2 + KEY_BYTES + CRC_BYTES];
        raw[0] = (byte) (SEED | (prefix >> 5));
        raw[1] = (byte) (prefix << 3);
        System.arraycopy(key.seed(), 0, raw, 2, KEY_BYTES);
        return Base32.encode(withCrc(raw));
    }

    public VerificationKey parse(String text) throws RefusedException {
        byte[] raw = decoded(text, 1 + KEY_BYTES + CRC_BYTES);
        if ((raw[0] & 0xff) != prefix) {
            throw wrong(text.isEmpty() ? "" : text.substring(0, 1));
        }
        return VerificationKey.of(Arrays.copyOfRange(raw, 1, 1 + KEY_BYTES));
    }

    public Ed25519 parseSeed(String text) throws RefusedException {
        byte[] raw = decoded(text, 2 + KEY_BYTES + CRC_BYTES);
        if ((raw[0] & 0xff) != (SEED | (prefix >> 5)) || (raw[1] & 0xff) != ((prefix << 3) & 0xff)) {
            throw wrong(""); // what begins a private key is nobody's to read
        }
        return Ed25519.of(Arrays.copyOfRange(raw, 2, 2 + KEY_BYTES));
    }

    private RefusedException wrong(String begin) {
        return new RefusedException("expected an nkey of NATS for %s%s"
                .formatted(name().toLowerCase(Locale.ROOT), begin.isEmpty() ? "" : ", not one of " + begin));
    }

    private byte[] decoded(String text, int length) throws RefusedException {
        if (text.length() > 2 * length) {
            throw wrong("");
        }
        byte[] raw;
        try {
            raw = Base32.decode(text);
        } catch (RefusedException e) {
            throw wrong("");
        }
        if (raw.length != length || !Arrays.equals(raw, withCrc(raw.clone()))) {
            throw new RefusedException("an nkey of NATS is damaged");
        }
        return raw;
    }

    private static byte[] withCrc(byte[] raw) {
        int crc = 0; // CRC-16/XMODEM, its lower byte first
        for (int i = 0; i < raw.length - CRC_BYTES; i++) {
            crc ^= (raw[i] & 0xff) << Byte.SIZE;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                crc = (crc & 0x8000) == 0 ? crc << 1 : (crc << 1) ^ 0x1021;
            }
            crc &= 0xffff;
        }
        raw[raw.length - 2] = (byte) crc;
        raw[raw.length - 1] = (byte) (crc >> Byte.SIZE);
        return raw;
    }
}
