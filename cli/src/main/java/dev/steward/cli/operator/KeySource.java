// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import dev.steward.message.signing.VerificationKey;
import java.nio.file.Path;

/** Where the private half of an operator's key is. */
public sealed interface KeySource {
    /** In the operator's folder; where there is none yet, it is made. */
    record Own() implements KeySource {}

    /** In a file elsewhere, which is not copied. */
    record Elsewhere(Path file) implements KeySource {}

    /** In the ssh-agent that runs. */
    record Agent(VerificationKey key) implements KeySource {}
}
