// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.CommandInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.result.CommandResult;
import dev.steward.cli.result.Deadline;
import dev.steward.cli.result.Follower;
import dev.steward.cli.result.WatchJson;
import dev.steward.cli.result.WatchPrinter;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import java.time.Duration;
import java.time.ZoneId;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "watch",
        header = "Shows a command from its start on and then live, until all executions have ended.",
        synopsisHeading = "%nExamples:%n"
                + "  steward watch 019a2b3c%n"
                + "  steward watch 019a2b3c --json | jq 'select(.type==\"output\")'%n"
                + "%nUsage: ",
        description = "")
final class Watch implements Callable<Integer> {
    @Parameters(paramLabel = "ID", description = "A command's id, or a unique prefix of it.")
    private String id = "";

    @Option(names = "--wait", paramLabel = "DURATION", description = "Stop waiting after that. Default: no limit.")
    private @Nullable Duration wait;

    @Option(names = "--json", description = "Print one JSON document a line.")
    private boolean json;

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;

    Watch(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
        try (var detaching = Detaching.open(surroundings, () -> Detaching.comeBack(station, id))) {
            StationClient client = station.client(surroundings);
            CommandInfo command = client.command(id);
            detaching.say(() -> Detaching.comeBack(station, command.id()));
            Deadline deadline = wait == null ? Deadline.NEVER : Deadline.in(wait);
            if (json) {
                new Follower(client, command.id(), new WatchJson(surroundings)).untilDrained(command, deadline);
            } else {
                var printer = new WatchPrinter(surroundings, ZoneId.systemDefault());
                new Follower(client, command.id(), printer).untilDrained(command, deadline);
                printer.flush();
            }
            CommandResult result = CommandResult.fetch(client, command.id(), surroundings, false);
            result.printSummary(surroundings);
            return result.exitCode();
        }
    }
}
