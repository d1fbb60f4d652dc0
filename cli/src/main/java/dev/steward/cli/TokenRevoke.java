// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.EnrolmentClient;
import dev.steward.cli.api.TokenInfo;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.CommandId;
import dev.steward.message.text.SafeText;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "revoke",
        header = "Takes back a token, so that no machine can ask with it any more.",
        synopsisHeading = "%nExamples:%n" + "  steward token revoke 019a2b3c%n" + "%nUsage: ",
        description =
                "%nWho has asked with it and still waits is forgotten; a node that was let in is revoked with `steward"
                        + " node revoke`.%n")
final class TokenRevoke implements Callable<Integer> {
    @Parameters(paramLabel = "ID", description = "A token's id, or a unique prefix of it.")
    private String id = "";

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;

    TokenRevoke(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
        EnrolmentClient client = station.client(surroundings).enrolment();
        TokenInfo token = found(client.tokens());
        client.revoke(token.id());
        surroundings
                .err()
                .println("the token %s is good no more%s"
                        .formatted(
                                token.id(),
                                token.usedBy()
                                        .map(key -> "; it had been used by " + key)
                                        .orElse("")));
        return 0;
    }

    private TokenInfo found(List<TokenInfo> tokens) throws Failure {
        List<TokenInfo> fitting = tokens.stream()
                .filter(each -> !id.isEmpty() && each.id().toString().startsWith(id))
                .toList();
        if (fitting.isEmpty()) {
            throw Failure.notFound(
                    "no token has the id '%s'; `steward token list` lists them".formatted(SafeText.line(id)));
        }
        if (fitting.size() > 1) {
            throw Failure.usage("the ids of %d tokens begin with '%s':%s"
                    .formatted(
                            fitting.size(),
                            id,
                            fitting.stream()
                                    .map(TokenInfo::id)
                                    .map(CommandId::toString)
                                    .collect(Collectors.joining("\n  ", "\n  ", ""))));
        }
        return fitting.getFirst();
    }
}
