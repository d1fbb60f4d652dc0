// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Surroundings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code steward policy}: what nodes allow. */
@Command(
        name = "policy",
        header = "Asks a node what its trust file allows.",
        synopsisHeading = "%nExamples:%n" + "  steward policy test ship1 -- systemctl restart nginx%n" + "%nUsage: ",
        description = "",
        synopsisSubcommandLabel = "COMMAND")
final class Policy implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    static CommandLine commandLine(Surroundings surroundings, Ids ids) {
        return new CommandLine(new Policy()).addSubcommand(new PolicyTrial(surroundings, ids));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: test");
    }
}
