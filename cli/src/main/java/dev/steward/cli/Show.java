// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.CommandInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.order.ShellArguments;
import dev.steward.cli.result.CommandResult;
import dev.steward.cli.result.StateCounts;
import dev.steward.cli.terminal.Ages;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.text.SafeText;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        header = "Shows one command: what it is, what became of it, and what the nodes wrote.",
        synopsisHeading = "%nExamples:%n"
                + "  steward show 019a2b3c-4d5e-7f60-8123-456789abcdef%n"
                + "  steward show 019a2b3c --json%n"
                + "%nUsage: ",
        description = "")
final class Show implements Callable<Integer> {
    @Parameters(paramLabel = "ID", description = "A command's id, or a unique prefix of it.")
    private String id = "";

    @Option(names = "--json", description = "Print a JSON document.")
    private boolean json;

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;

    Show(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
        StationClient client = station.client(surroundings);
        CommandResult result = CommandResult.fetch(client, id, surroundings, json);
        if (json) {
            result.printJson(surroundings);
        } else {
            describe(result.command());
            result.print(surroundings);
        }
        return 0;
    }

    private void describe(CommandInfo command) {
        PrintStream out = surroundings.out();
        out.println("id       " + command.id());
        out.println("command  " + SafeText.line(ShellArguments.line(command.method(), command.arguments())));
        out.println("subject  %s.%s".formatted(command.method(), command.domain()));
        out.println("ordered  %s ago by %s"
                .formatted(
                        Ages.text(surroundings.clock().instant(), command.orderedAt()),
                        SafeText.line(String.valueOf(command.json().get("issuer")))));
        out.println("state    %s, %s".formatted(command.state(), StateCounts.text(command)));
    }
}
