// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.ApiTokenClient;
import dev.steward.cli.api.ApiTokenInfo;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.text.SafeText;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "revoke",
        header = "Takes back an API token: the next request with it is refused.",
        synopsisHeading = "%nExamples:%n"
                + "  steward api-token revoke ci%n"
                + "  steward api-token revoke 019a2b3c%n"
                + "%nUsage: ",
        description = "%nThe sessions of the page that it has opened end too. What was ordered with it goes on.%n")
final class ApiTokenRevoke implements Callable<Integer> {
    @Parameters(paramLabel = "NAME|ID", description = "A token's name, or its id, or a unique prefix of that.")
    private String which = "";

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;

    ApiTokenRevoke(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
        ApiTokenClient client = station.client(surroundings).apiTokens();
        ApiTokenInfo token = found(client.tokens());
        client.revoke(token.id());
        surroundings
                .err()
                .println("the API token '%s' (%s) is good no more".formatted(SafeText.line(token.name()), token.id()));
        return 0;
    }

    private ApiTokenInfo found(List<ApiTokenInfo> tokens) throws Failure {
        List<ApiTokenInfo> fitting =
                tokens.stream().filter(each -> each.name().equals(which)).toList();
        if (fitting.isEmpty() && !which.isEmpty()) {
            fitting = tokens.stream()
                    .filter(each -> each.id().toString().startsWith(which))
                    .toList();
        }
        if (fitting.isEmpty()) {
            throw Failure.notFound("no API token has the name or id '%s'; `steward api-token list` lists them"
                    .formatted(SafeText.line(which)));
        }
        if (fitting.size() > 1) {
            throw Failure.usage("%d API tokens may be meant by '%s':%s"
                    .formatted(
                            fitting.size(),
                            SafeText.line(which),
                            fitting.stream()
                                    .map(each -> each.id() + "  " + SafeText.line(each.name()))
                                    .collect(Collectors.joining("\n  ", "\n  ", ""))));
        }
        return fitting.getFirst();
    }
}
