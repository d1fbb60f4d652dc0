// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.NodeInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.result.JsonViews;
import dev.steward.cli.terminal.Ages;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.cli.terminal.Table;
import dev.steward.message.json.Json;
import dev.steward.message.text.SafeText;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "nodes",
        header = "Lists the nodes: whether each is reachable, or frozen, and when it was last heard.",
        synopsisHeading = "%nExamples:%n"
                + "  steward nodes%n"
                + "  steward nodes --json | jq '.[] | select(.reachable | not).name'%n"
                + "%nUsage: ",
        description = "")
final class Nodes implements Callable<Integer> {
    @Option(names = "--json", description = "Print a JSON list.")
    private boolean json;

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;

    Nodes(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
        StationClient client = station.client(surroundings);
        List<NodeInfo> nodes = client.nodes();
        Instant now = surroundings.clock().instant();
        client.status().troubles(since -> Ages.text(now, since)).stream()
                .map(SafeText::line)
                .forEach(surroundings.err()::println);
        if (json) {
            surroundings
                    .out()
                    .println(Json.text(nodes.stream().map(JsonViews::node).toList()));
            return 0;
        }
        if (nodes.isEmpty()) {
            surroundings
                    .err()
                    .println("no nodes yet: a machine shows up here once it is approved, `steward node --help`");
            return 0;
        }
        var table = new Table("NAME", "STATE", "LAST HEARD", "OS", "LABELS");
        for (NodeInfo node : nodes) {
            table.row(
                    node.name(),
                    state(node, now),
                    node.lastHeardAt()
                            .map(time -> Ages.text(now, time) + " ago")
                            .orElse("-"),
                    node.facts()
                            .map(facts -> facts.get("os"))
                            .map(String::valueOf)
                            .orElse("-"),
                    labels(node.labels()));
        }
        table.print(surroundings.out());
        return 0;
    }

    private static String state(NodeInfo node, Instant now) {
        if (node.fingerprint().isEmpty()) {
            return "not let in";
        }
        if (node.frozenSince().isPresent()) {
            return "frozen for " + Ages.text(now, node.frozenSince().get());
        }
        return node.lastHeardAt().isEmpty() ? "never" : node.reachable() ? "reachable" : "unreachable";
    }

    private static String labels(Map<String, String> labels) {
        return labels.entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .collect(Collectors.joining(","));
    }
}
