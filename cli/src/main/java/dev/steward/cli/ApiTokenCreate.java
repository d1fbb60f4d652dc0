// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.ApiTokenClient;
import dev.steward.cli.api.ApiTokenInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.operator.Expiry;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.text.Durations;
import dev.steward.message.text.SafeText;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "create",
        header = "Makes an API token and prints its secret, once.",
        synopsisHeading = "%nExamples:%n"
                + "  steward api-token create panel --role viewer > panel.token%n"
                + "  steward api-token create ci --role operator --on 'ship*' --method shellcommand --expires 30d%n"
                + "  steward api-token create ann --role admin%n"
                + "%nUsage: ",
        description = {
            "%nA viewer reads. An operator also hands in orders and cancels, which operators' keys have signed. An approver"
                    + " also decides who takes part: lists of operators, records of nodes, tokens for new machines. An admin"
                    + " also makes and revokes API tokens.%n"
        },
        sortOptions = false)
final class ApiTokenCreate implements Callable<Integer> {
    private static final List<String> ROLES = List.of("viewer", "operator", "approver", "admin");
    private static final int SECRET_BYTES = 32;

    @Parameters(paramLabel = "NAME", description = "Whose it is or what for: letters, digits, '.', '-' and '_'.")
    private String name = "";

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            required = true,
            description = "What it may do: viewer, operator, approver or admin.")
    private String role = "";

    @Option(
            names = "--on",
            paramLabel = "TARGETS",
            description =
                    "The nodes that its orders and cancels may name: names, comma lists, globs (* and ?). Default: all.")
    private List<String> targets = new ArrayList<>();

    @Option(
            names = "--method",
            paramLabel = "NAME",
            description = "The method that its orders may have, and the commands that it cancels. Default: any.")
    private List<String> methods = new ArrayList<>();

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            defaultValue = "90d",
            description = "In 30d, or on 2027-01-31; in 400 days at most. Default: in ${DEFAULT-VALUE}.")
    private String expires = "";

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;
    private final Ids ids;

    ApiTokenCreate(Surroundings surroundings, Ids ids) {
        this.surroundings = surroundings;
        this.ids = ids;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
        Instant now = surroundings.clock().instant();
        ApiTokenClient.Wish wish = wish(now);
        StationClient client = station.client(surroundings);
        String secret = secret();
        ApiTokenInfo made = client.apiTokens().make(wish, secret);
        surroundings.out().println(secret);
        surroundings.out().flush();
        surroundings.err().println("""
                the secret of the API token '%s', shown this once; the station keeps only its hash
                  for a role of %s, %s; good until %s (%s); its id is %s
                  use it from a file of yours alone: steward nodes --station-url %s --token-file FILE
                  or from the environment: STEWARD_TOKEN, with STEWARD_STATION_URL=%s
                  to end it before: %s""".formatted(
                        made.name(),
                        made.role(),
                        SafeText.line(ApiTokenList.scope(made)),
                        made.expiresAt(),
                        Durations.text(Duration.between(now, made.expiresAt())),
                        made.id(),
                        client.url(),
                        client.url(),
                        station.line("api-token revoke", made.name())));
        return 0;
    }

    private ApiTokenClient.Wish wish(Instant now) throws Failure {
        if (!ROLES.contains(role)) {
            throw Failure.usage("--role: '%s' is none of %s".formatted(SafeText.line(role), String.join(", ", ROLES)));
        }
        return new ApiTokenClient.Wish(ids.next(now), name, role, targets(), words(methods), end(now));
    }

    private Instant end(Instant now) throws Failure {
        try {
            Instant end = Expiry.parse(expires, now);
            if (Duration.between(now, end).compareTo(Limits.API_TOKEN_LIFE) > 0) {
                throw Failure.usage("--expires: an API token is good for %d days at most; %s is longer"
                        .formatted(Limits.API_TOKEN_LIFE.toDays(), expires));
            }
            return end;
        } catch (RefusedException e) {
            throw Failure.usage(String.valueOf(e.getMessage()));
        }
    }

    private Optional<List<String>> targets() throws Failure {
        var patterns = new ArrayList<String>();
        for (String list : targets) {
            for (String part : list.split(",", -1)) {
                patterns.add(part.strip());
            }
        }
        if (patterns.contains("")) {
            throw Failure.usage("--on: an empty name among the targets");
        }
        return patterns.contains("all") ? Optional.empty() : words(patterns);
    }

    private static Optional<List<String>> words(List<String> given) {
        return given.isEmpty() ? Optional.empty() : Optional.of(given);
    }

    private static String secret() {
        byte[] random = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(random);
        return "steward_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }
}
