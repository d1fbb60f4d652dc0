// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.signing;

/** A signature could not be had; the message is for an operator, and says what to do. */
public final class SigningException extends Exception {
    private static final long serialVersionUID = 1;

    public SigningException(String message) {
        super(message);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
