// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.signing;

/** Checks signatures. Thread-safe. */
public interface Signatures {
    /** Ed25519 as the JDK has it. */
    Signatures ED25519 = Ed25519::isValid;

    /** Bytes of a signature. */
    int BYTES = 64;

    /** Whether the holder of {@code key} has signed {@code text}; false also for what is no signature at all. */
    boolean isValid(VerificationKey key, byte[] text, byte[] signature);
}
