// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.signing;

import dev.steward.message.RefusedException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;

/**
 * The public half of an Ed25519 key (RFC 8032), written as OpenSSH writes it: {@code ssh-ed25519 AAAA…}. Immutable;
 * equal where the 32 bytes are.
 */
public final class VerificationKey {
    public static final String TYPE = "ssh-ed25519";
    public static final int BYTES = 32;

    private static final BigInteger FIELD = BigInteger.ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));

    /**
     * The points of small order, without the bit of their sign: under such a key a signature can be made that holds for
     * many texts. See "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko, 2020).
     */
    private static final Set<String> SMALL_ORDER = Set.of(
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");

    private final byte[] bytes;
    private final KeyId id;

    private VerificationKey(byte[] bytes) {
        this.bytes = bytes;
        this.id = new KeyId(
                "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(Digest.SHA_256.of(blob(bytes))));
    }

    /** @param bytes the point as RFC 8032 encodes it, 32 bytes */
    public static VerificationKey of(byte[] bytes) throws RefusedException {
        if (bytes.length != BYTES) {
            throw new RefusedException("an Ed25519 key has %d bytes, not %d".formatted(BYTES, bytes.length));
        }
        byte[] unsigned = bytes.clone();
        unsigned[BYTES - 1] &= 0x7f;
        byte[] bigEndian = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            bigEndian[i] = unsigned[BYTES - 1 - i];
        }
        if (SMALL_ORDER.contains(HexFormat.of().formatHex(unsigned))
                || new BigInteger(1, bigEndian).compareTo(FIELD) >= 0) {
            throw new RefusedException("this is no point that a key could be");
        }
        return new VerificationKey(bytes.clone());
    }

    /** Reads a line such as those of {@code authorized_keys} without options; what follows the key is a comment. */
    public static VerificationKey parse(String line) throws RefusedException {
        String[] words = line.strip().split("\\s+", 3);
        if (words.length < 2 || !words[0].equals(TYPE)) {
            throw new RefusedException("'%s' is not a public Ed25519 key as OpenSSH writes it, ssh-ed25519 AAAA…"
                    .formatted(line.length() > 80 ? line.substring(0, 80) + "…" : line));
        }
        try {
            return ofBlob(Base64.getDecoder().decode(words[1]));
        } catch (IllegalArgumentException e) {
            throw new RefusedException("the key after 'ssh-ed25519' is not base64");
        }
    }

    /** Reads a key as OpenSSH encodes it within its formats: type and point, each with its length before it. */
    public static VerificationKey ofBlob(byte[] blob) throws RefusedException {
        byte[] head = blob(new byte[0]);
        head[head.length - 1] = BYTES;
        if (blob.length != head.length + BYTES || !Arrays.equals(head, Arrays.copyOf(blob, head.length))) {
            throw new RefusedException("this is not an encoded Ed25519 key");
        }
        return of(Arrays.copyOfRange(blob, head.length, blob.length));
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    /** The key as OpenSSH encodes it. */
    public byte[] blob() {
        return blob(bytes);
    }

    public KeyId id() {
        return id;
    }

    private static byte[] blob(byte[] point) {
        return new SshBytes().string(TYPE).string(point).toByteArray();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VerificationKey key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** One line, without a comment. */
    @Override
    public String toString() {
        return TYPE + " " + Base64.getEncoder().encodeToString(blob());
    }
}
