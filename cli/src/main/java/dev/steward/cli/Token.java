// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Surroundings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code steward token}: what a new machine asks for admission with. */
@Command(
        name = "token",
        header = "Makes, lists and revokes tokens, by which new machines ask to become nodes.",
        synopsisHeading = "%nExamples:%n"
                + "  steward token create --node ship4%n"
                + "  steward token list%n"
                + "  steward token revoke 019a2b3c%n"
                + "%nUsage: ",
        description = "",
        synopsisSubcommandLabel = "COMMAND")
final class Token implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    static CommandLine commandLine(Surroundings surroundings, Ids ids) {
        return new CommandLine(new Token())
                .addSubcommand(new TokenCreate(surroundings, ids))
                .addSubcommand(new TokenList(surroundings))
                .addSubcommand(new TokenRevoke(surroundings));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: create, list or revoke");
    }
}
