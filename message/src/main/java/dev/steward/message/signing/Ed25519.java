// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.signing;

import dev.steward.message.RefusedException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Ed25519 (RFC 8032) with the JDK's own implementation. A private key is its seed of 32 bytes. Thread-safe.
 */
public final class Ed25519 implements Signer {
    /** Bytes of a private key's seed. */
    public static final int SEED_BYTES = 32;

    // RFC 8410: what stands before the 32 bytes in the encodings that the JDK reads.
    private static final byte[] PUBLIC_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");
    private static final byte[] PRIVATE_PREFIX = HexFormat.of().parseHex("302e020100300506032b657004220420");

    private final byte[] seed;
    private final PrivateKey privateKey;
    private final VerificationKey key;

    private Ed25519(byte[] seed, PrivateKey privateKey, VerificationKey key) {
        this.seed = seed;
        this.privateKey = privateKey;
        this.key = key;
    }

    /** A new key, from the system's source of randomness. */
    public static Ed25519 generate() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            byte[] seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
            return new Ed25519(seed, pair.getPrivate(), publicHalf(pair.getPublic()));
        } catch (GeneralSecurityException | RefusedException e) {
            throw new IllegalStateException("every JDK of this version makes Ed25519 keys", e);
        }
    }

    /** The key with this seed. */
    public static Ed25519 of(byte[] seed) throws RefusedException {
        if (seed.length != SEED_BYTES) {
            throw new RefusedException("a private Ed25519 key has %d bytes, not %d".formatted(SEED_BYTES, seed.length));
        }
        try { // the JDK derives the public half only where it makes the pair, from a seed that it asks for
            var maker = KeyPairGenerator.getInstance("Ed25519");
            maker.initialize(NamedParameterSpec.ED25519, new Given(seed));
            return of(seed, publicHalf(maker.generateKeyPair().getPublic()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK of this version makes Ed25519 keys", e);
        }
    }

    /** Gives out one value. */
    private static final class Given extends SecureRandom {
        private static final long serialVersionUID = 1;

        private final byte[] value;

        Given(byte[] value) {
            this.value = value.clone();
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(value, 0, bytes, 0, bytes.length);
        }
    }

    /**
     * The key with this seed.
     *
     * @param key the public half, as whoever stored the seed has it
     * @throws RefusedException where the two do not belong together
     */
    public static Ed25519 of(byte[] seed, VerificationKey key) throws RefusedException {
        if (seed.length != SEED_BYTES) {
            throw new RefusedException("a private Ed25519 key has %d bytes, not %d".formatted(SEED_BYTES, seed.length));
        }
        try {
            PrivateKey privateKey = KeyFactory.getInstance("Ed25519")
                    .generatePrivate(new PKCS8EncodedKeySpec(with(PRIVATE_PREFIX, seed)));
            var pair = new Ed25519(seed.clone(), privateKey, key);
            byte[] probe = {1};
            if (!isValid(key, probe, pair.sign(probe))) { // it signs with what the seed says, whatever stands beside it
                throw new RefusedException("the private and the public key do not belong together");
            }
            return pair;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK of this version reads Ed25519 keys", e);
        }
    }

    public byte[] seed() {
        return seed.clone();
    }

    @Override
    public VerificationKey key() {
        return key;
    }

    @Override
    public byte[] sign(byte[] text) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(privateKey);
            signature.update(text);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK of this version signs with Ed25519", e);
        }
    }

    static boolean isValid(VerificationKey key, byte[] text, byte[] signature) {
        if (signature.length != Signatures.BYTES) {
            return false;
        }
        try {
            Signature check = Signature.getInstance("Ed25519");
            check.initVerify(KeyFactory.getInstance("Ed25519")
                    .generatePublic(new X509EncodedKeySpec(with(PUBLIC_PREFIX, key.bytes()))));
            check.update(text);
            return check.verify(signature);
        } catch (GeneralSecurityException e) {
            return false; // a point that is not on the curve, or a scalar out of range
        }
    }

    /** @throws RefusedException where it is a key of another kind */
    public static VerificationKey publicHalf(PublicKey key) throws RefusedException {
        byte[] encoded = key.getEncoded();
        if (encoded == null || !Arrays.equals(PUBLIC_PREFIX, Arrays.copyOf(encoded, PUBLIC_PREFIX.length))) {
            throw new RefusedException("a key of %s, not of Ed25519".formatted(key.getAlgorithm()));
        }
        return VerificationKey.of(Arrays.copyOfRange(encoded, PUBLIC_PREFIX.length, encoded.length));
    }

    private static byte[] with(byte[] prefix, byte[] bytes) {
        byte[] encoded = Arrays.copyOf(prefix, prefix.length + bytes.length);
        System.arraycopy(bytes, 0, encoded, prefix.length, bytes.length);
        return encoded;
    }
}
