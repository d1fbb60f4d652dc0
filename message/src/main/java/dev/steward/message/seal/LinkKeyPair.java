// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.seal;

import dev.steward.message.RefusedException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.XECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.KeyAgreement;

/** An X25519 key with the JDK's own implementation; its private half never leaves the machine that made it. Thread-safe. */
public final class LinkKeyPair {
    // RFC 8410: what stands before the 32 bytes in the encodings that the JDK reads.
    private static final byte[] PUBLIC_PREFIX = HexFormat.of().parseHex("302a300506032b656e032100");
    private static final byte[] PRIVATE_PREFIX = HexFormat.of().parseHex("302e020100300506032b656e04220420");
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";
    private static final byte[] BASE_POINT = new byte[LinkKey.BYTES];

    static {
        BASE_POINT[0] = 9;
    }

    private final byte[] scalar;
    private final PrivateKey privateKey;
    private final LinkKey key;

    private LinkKeyPair(byte[] scalar) throws GeneralSecurityException, RefusedException {
        this.scalar = scalar;
        this.privateKey =
                KeyFactory.getInstance("X25519").generatePrivate(new PKCS8EncodedKeySpec(with(PRIVATE_PREFIX, scalar)));
        this.key = LinkKey.of(multiply(BASE_POINT));
    }

    /** A new key, from the system's source of randomness. */
    public static LinkKeyPair generate() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("X25519").generateKeyPair();
            return new LinkKeyPair(
                    ((XECPrivateKey) pair.getPrivate()).getScalar().orElseThrow());
        } catch (GeneralSecurityException | RefusedException e) {
            throw new IllegalStateException("every JDK of this version makes X25519 keys", e);
        }
    }

    /**
     * Reads the whole of a key file, PKCS #8 in PEM as {@code openssl genpkey -algorithm X25519} writes it.
     *
     * @param name of the file, for messages
     */
    public static LinkKeyPair read(String text, String name) throws RefusedException {
        String lines = text.strip();
        if (lines.startsWith(BEGIN) && lines.endsWith(END)) {
            try {
                byte[] encoded =
                        Base64.getMimeDecoder().decode(lines.substring(BEGIN.length(), lines.length() - END.length()));
                byte[] head = Arrays.copyOf(encoded, PRIVATE_PREFIX.length);
                if (encoded.length == PRIVATE_PREFIX.length + LinkKey.BYTES && Arrays.equals(head, PRIVATE_PREFIX)) {
                    return new LinkKeyPair(Arrays.copyOfRange(encoded, PRIVATE_PREFIX.length, encoded.length));
                }
            } catch (IllegalArgumentException | GeneralSecurityException e) {
                // damaged, as what has another length
            }
        }
        throw new RefusedException(name + " is damaged: it is no private X25519 key in PEM");
    }

    /** The file's text. */
    public String text() {
        return "%s\n%s\n%s\n".formatted(BEGIN, Base64.getEncoder().encodeToString(with(PRIVATE_PREFIX, scalar)), END);
    }

    public LinkKey key() {
        return key;
    }

    /**
     * The secret that this key shares with the other one.
     *
     * @return 32 bytes, to be hashed before any use
     */
    byte[] secretWith(LinkKey other) {
        try {
            return multiply(other.bytes());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "every JDK of this version knows X25519, and each link key is a good one", e);
        }
    }

    private byte[] multiply(byte[] point) throws GeneralSecurityException {
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(privateKey);
        agreement.doPhase(
                KeyFactory.getInstance("X25519").generatePublic(new X509EncodedKeySpec(with(PUBLIC_PREFIX, point))),
                true);
        return agreement.generateSecret();
    }

    private static byte[] with(byte[] prefix, byte[] bytes) {
        byte[] encoded = Arrays.copyOf(prefix, prefix.length + bytes.length);
        System.arraycopy(bytes, 0, encoded, prefix.length, bytes.length);
        return encoded;
    }
}
