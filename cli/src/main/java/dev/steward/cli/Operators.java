// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.OperatorsInfo;
import dev.steward.cli.api.OperatorsInfo.Entry;
import dev.steward.cli.terminal.Ages;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.cli.terminal.Table;
import dev.steward.message.Times;
import dev.steward.message.json.Json;
import dev.steward.message.text.SafeText;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "list",
        header = "Lists who may order, as the station has it.",
        synopsisHeading = "%nExamples:%n"
                + "  steward operator list%n"
                + "  steward operator list --json | jq -r '.operators[] | select(.state == \"active\").name'%n"
                + "%nUsage: ",
        description = "")
final class Operators implements Callable<Integer> {
    @Option(names = "--json", description = "Print a JSON document.")
    private boolean json;

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;

    Operators(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
        OperatorsInfo shown = station.client(surroundings).operators();
        if (json) {
            var view = new LinkedHashMap<String, @Nullable Object>();
            view.put("fleet", shown.fleet().orElse(null));
            view.put("problem", shown.problem().orElse(null));
            view.put("number", shown.number());
            view.put(
                    "operators", shown.operators().stream().map(Operators::view).toList());
            surroundings.out().println(Json.text(view));
            return 0;
        }
        Instant now = surroundings.clock().instant();
        var table = new Table("NAME", "STATE", "AUTHORITY", "FINGERPRINT");
        shown.operators()
                .forEach(each -> table.row(
                        each.name(),
                        state(now, each),
                        each.authority() ? "yes" : "-",
                        each.key().id().toString()));
        table.print(surroundings.out());
        surroundings
                .err()
                .println(shown.fleet()
                        .map(fleet -> "fleet %s, list %d".formatted(fleet, shown.number()))
                        .orElseGet(() -> "the station has no trust file that it can use: "
                                + SafeText.line(shown.problem().orElse("it does not say why"))));
        return 0;
    }

    private static String state(Instant now, Entry operator) {
        return operator.revokedAt()
                .map(at -> "revoked %s ago".formatted(Ages.text(now, at)))
                .or(() -> operator.expiresAt()
                        .map(at -> at.isAfter(now)
                                ? "expires in %s".formatted(Ages.text(at, now))
                                : "expired %s ago".formatted(Ages.text(now, at))))
                .orElse(operator.state());
    }

    private static Map<String, @Nullable Object> view(Entry operator) {
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("name", operator.name());
        view.put("key", operator.key());
        view.put("fingerprint", operator.key().id());
        view.put("state", operator.state());
        view.put("authority", operator.authority());
        view.put("expiresAt", operator.expiresAt().map(Times::text).orElse(null));
        view.put("revokedAt", operator.revokedAt().map(Times::text).orElse(null));
        return view;
    }
}
