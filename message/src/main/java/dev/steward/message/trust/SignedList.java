// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import dev.steward.message.OperatorList;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.SignedDocument;

/** A list of operators with its signatures. */
public record SignedList(SignedDocument signed, OperatorList list) {
    /** A list out of a store, which was accepted before it was stored. */
    public static SignedList stored(byte[] bytes) {
        try {
            SignedDocument signed = SignedDocument.decode(bytes);
            if (signed.read() instanceof OperatorList list) {
                return new SignedList(signed, list);
            }
        } catch (RefusedException e) {
            throw new IllegalStateException("a stored list of operators: " + e.getMessage(), e);
        }
        throw new IllegalStateException("something else is stored as the list of operators");
    }
}
