// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Surroundings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code steward operator}: who may order. */
@Command(
        name = "operator",
        header = "Makes an operator's key; lists, adds and revokes those who may order.",
        synopsisHeading = "%nExamples:%n"
                + "  steward operator init --name ann%n"
                + "  steward operator add bob 'ssh-ed25519 AAAA…'%n"
                + "  steward operator list%n"
                + "%nUsage: ",
        description = "",
        synopsisSubcommandLabel = "COMMAND")
final class Operator implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    static CommandLine commandLine(Surroundings surroundings, Ids ids) {
        return new CommandLine(new Operator())
                .addSubcommand(new OperatorInit(surroundings, ids))
                .addSubcommand(new OperatorTrust(surroundings))
                .addSubcommand(new OperatorTrustFile(surroundings))
                .addSubcommand(new Operators(surroundings))
                .addSubcommand(new OperatorAdd(surroundings, ids))
                .addSubcommand(new OperatorRevoke(surroundings, ids));
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "a command is missing: init, trust, trust-file, list, add or revoke");
    }
}
