// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.CommandInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.order.ShellArguments;
import dev.steward.cli.result.JsonViews;
import dev.steward.cli.terminal.Ages;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.cli.terminal.Table;
import dev.steward.message.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "commands",
        header = "Lists what was ordered, newest first.",
        synopsisHeading =
                "%nExamples:%n" + "  steward commands%n" + "  steward commands --limit 5 --json%n" + "%nUsage: ",
        description = "")
final class Commands implements Callable<Integer> {
    private static final int COMMAND_COLUMNS = 60;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "COUNT",
            defaultValue = "20",
            description = "How many. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(names = "--before", paramLabel = "ID", description = "Only commands older than this one.")
    private @Nullable String before;

    @Option(names = "--json", description = "Print a JSON list.")
    private boolean json;

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;

    Commands(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
        if (limit < 1) {
            throw Failure.usage("--limit must be at least 1");
        }
        List<CommandInfo> commands = fetch(station.client(surroundings));
        if (json) {
            surroundings
                    .out()
                    .println(Json.text(commands.stream().map(JsonViews::command).toList()));
            return 0;
        }
        if (commands.isEmpty()) {
            surroundings.err().println("no commands");
            return 0;
        }
        Instant now = surroundings.clock().instant();
        var table = new Table("ID", "AGE", "STATE", "EXECUTIONS", "COMMAND");
        for (CommandInfo command : commands) {
            table.row(
                    command.id(),
                    Ages.text(now, command.orderedAt()),
                    command.state(),
                    counts(command),
                    shortened((command.dryRun() ? "(test) " : "")
                            + ShellArguments.line(command.method(), command.arguments())));
        }
        table.print(surroundings.out());
        return 0;
    }

    private List<CommandInfo> fetch(StationClient client) throws Failure {
        var commands = new ArrayList<CommandInfo>();
        Optional<String> next = before == null
                ? Optional.empty()
                : Optional.of(client.command(before).id());
        while (commands.size() < limit) {
            List<CommandInfo> page = client.commands(limit - commands.size(), next);
            if (page.isEmpty()) {
                break;
            }
            commands.addAll(page);
            next = Optional.of(page.getLast().id());
        }
        return commands;
    }

    private static String counts(CommandInfo command) {
        return command.states().entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
    }

    private static String shortened(String line) {
        return line.length() > COMMAND_COLUMNS ? line.substring(0, COMMAND_COLUMNS - 1) + "…" : line;
    }
}
