// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.node.Handover;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "sync",
        header = "Hands in again what this operator has signed of nodes, where the station does not have it.",
        synopsisHeading = "%nExamples:%n" + "  steward node sync%n" + "%nUsage: ",
        description =
                "%nAfter the station's ledger was restored from an older copy, or made anew: else it lets in keys that"
                        + " were revoked since, and does not know nodes that were approved. The revocations go first."
                        + " Exits with 1 where one was not taken. Each operator does it for what he has signed.%n")
final class NodeSync implements Callable<Integer> {
    @Mixin
    private NodeOptions options = new NodeOptions();

    private final Surroundings surroundings;

    NodeSync(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
        Handover.Outcome outcome = options.handover(options.client(surroundings), surroundings)
                .run(
                        node -> surroundings
                                .err()
                                .println("%s: its %s was taken".formatted(node, Handover.what(node.record()))),
                        surroundings.err()::println);
        surroundings
                .err()
                .println("of the records kept here the station took %d, had %d, and did not get %d"
                        .formatted(outcome.taken(), outcome.had(), outcome.failed()));
        return outcome.failed() == 0 ? ExitCode.OK : ExitCode.SOME_FAILED;
    }
}
