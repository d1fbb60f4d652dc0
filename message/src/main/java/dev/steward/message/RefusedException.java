// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

/**
 * Input from outside that does not fit: the one kind of refusal of every decoder. The message says what is wrong and
 * where. It is checked, so that each edge decides what a refusal means there.
 */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    public RefusedException(String message) {
        super(message, null, false, false); // no stack trace: refusals are ordinary, and a flood of them must be cheap
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
