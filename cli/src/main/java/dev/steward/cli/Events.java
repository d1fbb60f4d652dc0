// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.EventInfo;
import dev.steward.cli.api.StationClient;
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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "events",
        header = "Lists what nodes and the station have told besides executions, newest first.",
        synopsisHeading =
                "%nExamples:%n" + "  steward events%n" + "  steward events --node ship1 --json%n" + "%nUsage: ",
        description = "Full disks, failed processes, refused frames, two agents of one name, restored stores.")
final class Events implements Callable<Integer> {
    @Option(
            names = {"-n", "--limit"},
            paramLabel = "COUNT",
            defaultValue = "20",
            description = "How many. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(names = "--node", paramLabel = "NAME", description = "Only of this node.")
    private @Nullable String node;

    @Option(names = "--json", description = "Print a JSON list.")
    private boolean json;

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;

    Events(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
        if (limit < 1) {
            throw Failure.usage("--limit must be at least 1");
        }
        List<EventInfo> events = fetch(station.client(surroundings));
        if (json) {
            surroundings
                    .out()
                    .println(Json.text(events.stream().map(EventInfo::json).toList()));
            return 0;
        }
        if (events.isEmpty()) {
            surroundings.err().println("no events");
            return 0;
        }
        Instant now = surroundings.clock().instant();
        var table = new Table("AGE", "NODE", "SOURCE", "TEXT");
        events.forEach(event -> table.row(Ages.text(now, event.at()), event.node(), event.source(), event.text()));
        table.print(surroundings.out());
        return 0;
    }

    private List<EventInfo> fetch(StationClient client) throws Failure {
        var events = new ArrayList<EventInfo>();
        long before = Long.MAX_VALUE;
        while (events.size() < limit) {
            List<EventInfo> page = client.events(Optional.ofNullable(node), limit - events.size(), before);
            if (page.isEmpty()) {
                break;
            }
            events.addAll(page);
            before = page.getLast().position();
        }
        return events;
    }
}
