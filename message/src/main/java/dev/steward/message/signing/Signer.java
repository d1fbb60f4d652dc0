// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.signing;

/** Whoever holds the private half of a key: a file that was read, or an agent that is asked. */
public interface Signer {
    VerificationKey key();

    /**
     * Signs the text.
     *
     * @return {@value Signatures#BYTES} bytes
     * @throws SigningException where the holder can't be asked or refuses; says what to do
     */
    byte[] sign(byte[] text) throws SigningException;
}
