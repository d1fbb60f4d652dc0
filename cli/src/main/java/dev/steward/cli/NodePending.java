// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.EnrolmentInfo;
import dev.steward.cli.terminal.Ages;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.cli.terminal.Table;
import dev.steward.message.Times;
import dev.steward.message.json.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "pending",
        header = "Lists the machines that wait for approval.",
        synopsisHeading = "%nExamples:%n"
                + "  steward node pending%n"
                + "  steward node pending --json | jq -r '.[].node'%n"
                + "%nUsage: ",
        description =
                "%nThe fingerprints are those of the keys themselves; compare them with what the machines show.%n")
final class NodePending implements Callable<Integer> {
    @Option(names = "--json", description = "Print a JSON list.")
    private boolean json;

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;

    NodePending(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
        List<EnrolmentInfo> pending = station.client(surroundings).enrolment().pending();
        if (json) {
            surroundings
                    .out()
                    .println(Json.text(pending.stream().map(NodePending::view).toList()));
            return 0;
        }
        if (pending.isEmpty()) {
            surroundings
                    .err()
                    .println("nothing waits for approval; `steward token create` begins with letting a machine in");
            return 0;
        }
        Instant now = surroundings.clock().instant();
        var table = new Table("NAME", "FINGERPRINT", "REQUESTED");
        pending.forEach(each -> table.row(
                each.node().value(), each.fingerprint().value(), Ages.text(now, each.requestedAt()) + " ago"));
        table.print(surroundings.out());
        return 0;
    }

    private static Map<String, @Nullable Object> view(EnrolmentInfo enrolment) {
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("node", enrolment.node());
        view.put("fingerprint", enrolment.fingerprint());
        view.put("key", enrolment.key());
        view.put("linkKey", enrolment.linkKey());
        view.put("token", enrolment.token());
        view.put("requestedAt", Times.text(enrolment.requestedAt()));
        return view;
    }
}
