// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.signing;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The hashes that every JDK has. */
public enum Digest {
    SHA_256("SHA-256"),
    SHA_512("SHA-512");

    private final String algorithm;

    Digest(String algorithm) {
        this.algorithm = algorithm;
    }

    public byte[] of(byte[] input) {
        try {
            return MessageDigest.getInstance(algorithm).digest(input);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }
}
