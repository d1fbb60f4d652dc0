// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.seal;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts the bodies of one direction of a link: AES-256-GCM, with a random nonce of {@value #NONCE_BYTES} bytes before
 * each. Random nonces are good for 2³² bodies under one key (NIST SP 800-38D): 130 years at one a second. Immutable and
 * thread-safe.
 */
final class BodyCipher {
    static final int NONCE_BYTES = 12;
    static final int TAG_BYTES = 16;

    private static final String ALGORITHM = "AES/GCM/NoPadding";

    private final SecretKeySpec key;

    /** @param key 32 bytes, for this alone */
    BodyCipher(byte[] key) {
        this.key = new SecretKeySpec(key, "AES");
    }

    /** Returns nonce, ciphertext and tag. */
    byte[] encrypt(byte[] plain) {
        try {
            Cipher cipher = Cipher.getInstance(ALGORITHM);
            cipher.init(Cipher.ENCRYPT_MODE, key); // which makes a nonce, of the system's randomness
            byte[] body = Arrays.copyOf(cipher.getIV(), NONCE_BYTES + plain.length + TAG_BYTES);
            cipher.doFinal(plain, 0, plain.length, body, NONCE_BYTES);
            return body;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK of this version has " + ALGORITHM, e);
        }
    }

    /** @throws ForgedException for what {@link #encrypt} with this key has not made */
    byte[] decrypt(byte[] body) throws ForgedException {
        if (body.length < NONCE_BYTES + TAG_BYTES) {
            throw new ForgedException(ForgedException.Kind.UNREADABLE);
        }
        try {
            Cipher cipher = Cipher.getInstance(ALGORITHM);
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, body, 0, NONCE_BYTES));
            return cipher.doFinal(body, NONCE_BYTES, body.length - NONCE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new ForgedException(ForgedException.Kind.UNREADABLE);
        }
    }
}
