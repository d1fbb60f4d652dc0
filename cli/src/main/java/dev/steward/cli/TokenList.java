// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.TokenInfo;
import dev.steward.cli.terminal.Ages;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.cli.terminal.Table;
import dev.steward.message.NodeName;
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
        header = "Lists the tokens: until when each is good, or who has used it.",
        synopsisHeading = "%nExamples:%n"
                + "  steward token list%n"
                + "  steward token list --json | jq -r '.[] | select(.usedBy == null).id'%n"
                + "%nUsage: ",
        description = "")
final class TokenList implements Callable<Integer> {
    @Option(names = "--json", description = "Print a JSON list.")
    private boolean json;

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;

    TokenList(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
        List<TokenInfo> tokens = station.client(surroundings).enrolment().tokens();
        if (json) {
            surroundings
                    .out()
                    .println(Json.text(tokens.stream().map(TokenList::view).toList()));
            return 0;
        }
        if (tokens.isEmpty()) {
            surroundings.err().println("no tokens; `steward token create` makes one");
            return 0;
        }
        Instant now = surroundings.clock().instant();
        var table = new Table("ID", "NODE", "CREATED", "STATE");
        tokens.forEach(each -> table.row(
                each.id().toString(),
                each.node().map(NodeName::value).orElse("any"),
                Ages.text(now, each.createdAt()) + " ago",
                state(now, each)));
        table.print(surroundings.out());
        return 0;
    }

    private static String state(Instant now, TokenInfo token) {
        return token.usedBy()
                .map(key -> "used by " + key)
                .orElseGet(() -> token.expiresAt().isAfter(now)
                        ? "expires in %s".formatted(Ages.text(token.expiresAt(), now))
                        : "expired %s ago".formatted(Ages.text(now, token.expiresAt())));
    }

    private static Map<String, @Nullable Object> view(TokenInfo token) {
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("id", token.id());
        view.put("node", token.node().orElse(null));
        view.put("createdAt", Times.text(token.createdAt()));
        view.put("expiresAt", Times.text(token.expiresAt()));
        view.put("usedBy", token.usedBy().orElse(null));
        return view;
    }
}
