// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import picocli.CommandLine.Option;

/** {@code --help}, which {@link Main} adds to every command. */
final class HelpOption {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("unused") // picocli reads it
    private boolean asked;
}
