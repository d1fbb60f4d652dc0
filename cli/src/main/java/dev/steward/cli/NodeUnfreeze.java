// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.NodeName;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "unfreeze",
        header = "Lets a frozen node go on, once only one agent is left that has its identity.",
        synopsisHeading = "%nExamples:%n" + "  steward node unfreeze ship4%n" + "%nUsage: ",
        description =
                "%nThe station freezes a node when two agents speak under its name and key, as after a copy of its data"
                        + " folder to another machine. Stop one of them first, and delete its folder: where both still speak,"
                        + " the node is frozen again.%n")
final class NodeUnfreeze implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "The node's name.")
    private String name = "";

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;

    NodeUnfreeze(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
        NodeName node = NodeOptions.name(name);
        station.client(surroundings).unfreeze(node);
        surroundings
                .err()
                .println(
                        "%s is not frozen any more: what waits for it goes on; should two agents still speak, it is frozen again"
                                .formatted(node));
        return 0;
    }
}
