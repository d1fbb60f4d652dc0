// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.ApiTokenInfo;
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
        name = "list",
        header = "Lists the API tokens: what each may do, until when, and who has made it.",
        synopsisHeading = "%nExamples:%n"
                + "  steward api-token list%n"
                + "  steward api-token list --json | jq -r '.[] | select(.role == \"admin\").name'%n"
                + "%nUsage: ",
        description = "")
final class ApiTokenList implements Callable<Integer> {
    @Option(names = "--json", description = "Print a JSON list.")
    private boolean json;

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;

    ApiTokenList(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
        List<ApiTokenInfo> tokens = station.client(surroundings).apiTokens().tokens();
        if (json) {
            surroundings
                    .out()
                    .println(Json.text(tokens.stream().map(ApiTokenList::view).toList()));
            return 0;
        }
        if (tokens.isEmpty()) {
            surroundings.err().println("no API tokens; `steward api-token create` makes one");
            return 0;
        }
        Instant now = surroundings.clock().instant();
        var table = new Table("NAME", "ID", "ROLE", "SCOPE", "EXPIRES", "CREATED BY");
        tokens.forEach(each -> table.row(
                each.name(), each.id().toString(), each.role(), scope(each), expiry(now, each), each.createdBy()));
        table.print(surroundings.out());
        return 0;
    }

    /** {@code nodes ship*, methods shellcommand}; {@code all} where it has no limits. */
    static String scope(ApiTokenInfo token) {
        if (token.targets().isEmpty() && token.methods().isEmpty()) {
            return "all nodes and methods";
        }
        return token.targets().map(list -> "nodes " + String.join(" ", list)).orElse("all nodes")
                + token.methods()
                        .map(list -> ", methods " + String.join(" ", list))
                        .orElse("");
    }

    private static String expiry(Instant now, ApiTokenInfo token) {
        return token.expiresAt().isAfter(now)
                ? "in " + Ages.text(token.expiresAt(), now)
                : "%s ago".formatted(Ages.text(now, token.expiresAt()));
    }

    private static Map<String, @Nullable Object> view(ApiTokenInfo token) {
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("id", token.id());
        view.put("name", token.name());
        view.put("role", token.role());
        view.put("targets", token.targets().orElse(null));
        view.put("methods", token.methods().orElse(null));
        view.put("createdAt", Times.text(token.createdAt()));
        view.put("createdBy", token.createdBy());
        view.put("expiresAt", Times.text(token.expiresAt()));
        return view;
    }
}
