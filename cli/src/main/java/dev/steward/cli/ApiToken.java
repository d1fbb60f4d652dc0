// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Surroundings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code steward api-token}: with what programs and people ask the station. */
@Command(
        name = "api-token",
        header = "Makes, lists and revokes API tokens, with which people and programs ask the station.",
        synopsisHeading = "%nExamples:%n"
                + "  steward api-token create ci --role operator --on 'ship*' --expires 30d%n"
                + "  steward api-token list%n"
                + "  steward api-token revoke ci%n"
                + "%nUsage: ",
        description = "",
        synopsisSubcommandLabel = "COMMAND")
final class ApiToken implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    static CommandLine commandLine(Surroundings surroundings, Ids ids) {
        return new CommandLine(new ApiToken())
                .addSubcommand(new ApiTokenCreate(surroundings, ids))
                .addSubcommand(new ApiTokenList(surroundings))
                .addSubcommand(new ApiTokenRevoke(surroundings));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: create, list or revoke");
    }
}
