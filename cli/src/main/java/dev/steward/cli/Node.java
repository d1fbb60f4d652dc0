// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Surroundings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code steward node}: who is let in. */
@Command(
        name = "node",
        header =
                "Lists the machines that wait to become nodes; approves, revokes and unfreezes them, and gives them other keys.",
        synopsisHeading = "%nExamples:%n"
                + "  steward node pending%n"
                + "  steward node approve ship4%n"
                + "  steward node rotate ship4%n"
                + "  steward node revoke ship4%n"
                + "  steward node unfreeze ship4%n"
                + "  steward node sync%n"
                + "%nUsage: ",
        description = "%nHow the nodes are: `steward nodes`.%n",
        synopsisSubcommandLabel = "COMMAND")
final class Node implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    static CommandLine commandLine(Surroundings surroundings, Ids ids) {
        return new CommandLine(new Node())
                .addSubcommand(new NodePending(surroundings))
                .addSubcommand(new NodeApprove(surroundings, ids))
                .addSubcommand(new NodeRotate(surroundings, ids))
                .addSubcommand(new NodeRevoke(surroundings, ids))
                .addSubcommand(new NodeUnfreeze(surroundings))
                .addSubcommand(new NodeSync(surroundings));
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "a command is missing: pending, approve, rotate, revoke, unfreeze or sync (`steward nodes` lists the nodes)");
    }
}
