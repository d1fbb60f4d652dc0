// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

/** An invariant does not hold. */
final class Violation extends AssertionError {
    private static final long serialVersionUID = 1;

    Violation(String text) {
        super(text);
    }

    Violation(String text, Throwable cause) {
        super(text, cause);
    }
}
