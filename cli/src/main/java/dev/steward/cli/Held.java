// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.CommandInfo;
import dev.steward.cli.api.HeldInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.held.Description;
import dev.steward.cli.order.ShellArguments;
import dev.steward.cli.result.JsonViews;
import dev.steward.cli.terminal.Ages;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.cli.terminal.Table;
import dev.steward.message.Limits;
import dev.steward.message.json.Json;
import dev.steward.message.text.SafeText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code steward pending}. */
@Command(
        name = "pending",
        header =
                "Lists what waits for signatures of further operators: commands, lists of operators, records of nodes.",
        synopsisHeading =
                "%nExamples:%n" + "  steward pending%n" + "  steward pending --json | jq -r '.[].id'%n" + "%nUsage: ",
        description = "%n`steward approve ID` shows and signs one; `steward cancel ID` turns it down.%n")
final class Held implements Callable<Integer> {
    @Option(names = "--json", description = "Print a JSON list.")
    private boolean json;

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;

    Held(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
        StationClient client = station.client(surroundings);
        List<CommandInfo> held = fetch(client);
        List<HeldInfo> documents = client.heldDocuments();
        if (json) {
            var all =
                    new ArrayList<Object>(documents.stream().map(HeldInfo::json).toList());
            held.stream().map(JsonViews::command).forEach(all::add);
            surroundings.out().println(Json.text(all));
            return 0;
        }
        if (held.isEmpty() && documents.isEmpty()) {
            surroundings.err().println("nothing waits for a signature");
            return 0;
        }
        Instant now = surroundings.clock().instant();
        var table = new Table("ID", "AGE", "EXPIRES", "SIGNED", "BY", "NODES", "WHAT");
        String inForce = documents.isEmpty() ? "" : client.operators().list().orElse("");
        for (HeldInfo document : documents) {
            table.row(
                    document.id(),
                    Ages.text(now, document.heldAt()),
                    "in " + Ages.text(document.endsAt(), now),
                    document.count(),
                    String.join(
                            ", ",
                            document.signers().stream().map(SafeText::line).toList()),
                    "",
                    Description.of(document.says(), inForce));
        }
        for (CommandInfo command : held) {
            table.row(
                    command.id(),
                    Ages.text(now, command.orderedAt()),
                    "in " + Ages.text(command.startBefore(), now),
                    command.signing().map(CommandInfo.Signing::count).orElse(""),
                    command.signing().map(each -> String.join(", ", each.by())).orElse(""),
                    Long.toString(command.total()),
                    ShellArguments.line(command.method(), command.arguments()));
        }
        table.print(surroundings.out());
        return 0;
    }

    private static List<CommandInfo> fetch(StationClient client) throws Failure {
        var held = new ArrayList<CommandInfo>();
        Optional<String> before = Optional.empty();
        for (List<CommandInfo> page = client.held(Integer.MAX_VALUE, before);
                !page.isEmpty();
                page = client.held(Integer.MAX_VALUE, before)) {
            String last = page.getLast().id();
            if (held.size() >= Limits.HELD_COMMANDS
                    || before.filter(id -> last.compareTo(id) >= 0).isPresent()) {
                throw Failure.unreachable(
                        "the station lists more than it can hold, or the same again: is it the right one?");
            }
            held.addAll(page);
            before = Optional.of(last);
        }
        return held;
    }
}
