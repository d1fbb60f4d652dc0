// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.terminal.Surroundings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code steward broker}: what a broker of its own needs. */
@Command(
        name = "broker",
        header = "Prepares a broker that asks who connects.",
        synopsisHeading = "%nExamples:%n"
                + "  steward broker config --out /etc/steward-broker --host broker.example.com%n"
                + "%nUsage: ",
        description = "%n`steward up` does so for its own.%n",
        synopsisSubcommandLabel = "COMMAND")
final class Broker implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    static CommandLine commandLine(Surroundings surroundings) {
        return new CommandLine(new Broker()).addSubcommand(new BrokerConfig(surroundings));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: config");
    }
}
