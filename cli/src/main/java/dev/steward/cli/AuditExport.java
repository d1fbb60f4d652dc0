// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.AuditInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "export",
        header = "Prints the audit log, a line of JSON for each entry, oldest first.",
        synopsisHeading = "%nExamples:%n"
                + "  steward audit export > audit.jsonl%n"
                + "  steward audit export --after 1200 >> audit.jsonl%n"
                + "  steward audit export | jq -r .entry | jq -c 'select(.action == \"refused\")'%n"
                + "  steward audit export --node ship1 > ship1.jsonl%n"
                + "%nUsage: ",
        description = "%nWith hashes and signed heads, so that `steward audit verify --file` can check it.%n")
final class AuditExport implements Callable<Integer> {
    @Option(
            names = "--after",
            paramLabel = "NUMBER",
            defaultValue = "0",
            description = "Only what comes after this entry. Default: all.")
    private long after;

    @Mixin
    private NodeLogOptions node = new NodeLogOptions();

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;
    private final Ids ids;

    AuditExport(Surroundings surroundings, Ids ids) {
        this.surroundings = surroundings;
        this.ids = ids;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
        if (after < 0) {
            throw Failure.usage("--after must be at least 0");
        }
        if (node.isNode()) {
            node.fetch(surroundings, station, ids, after == 0 ? Map.of() : Map.of("after", after))
                    .log()
                    .lines()
                    .forEach(surroundings.out()::println);
            return 0;
        }
        StationClient client = station.client(surroundings);
        long last = after;
        for (List<AuditInfo> page = client.auditAfter(last); !page.isEmpty(); page = client.auditAfter(last)) {
            for (AuditInfo each : page) {
                if (each.number() <= last) {
                    throw Failure.unreachable("the station shows entry %d behind %d".formatted(each.number(), last));
                }
                last = each.number();
                surroundings.out().println(each.line());
            }
        }
        return 0;
    }
}
