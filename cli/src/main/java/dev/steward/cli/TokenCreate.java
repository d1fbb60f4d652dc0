// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.node.Approval;
import dev.steward.cli.node.NewToken;
import dev.steward.cli.operator.Expiry;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.EnrolmentToken;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.text.Durations;
import dev.steward.message.text.SafeText;
import dev.steward.message.trust.TrustTemplate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "create",
        header = "Makes a token, with which one new machine may ask to become a node.",
        synopsisHeading = "%nExamples:%n"
                + "  steward token create --node ship4%n"
                + "  steward token create --broker tls://10.0.0.1:4222 --expires 7d%n"
                + "  steward token create --node ship4 2>/dev/null | ssh ship4 steward agent enroll - --data /var/lib/steward%n"
                + "%nUsage: ",
        description = "%nIt is good once. Who holds it can ask; who is let in, you approve.%n")
final class TokenCreate implements Callable<Integer> {
    private static final Pattern LOOPBACK = Pattern.compile("//(127\\.|localhost\\b|\\[::1])");
    private static final Pattern BROKER = Pattern.compile("(nats|tls)://[A-Za-z0-9._\\[\\]:-]+");
    private static final Duration LONGEST = Duration.ofDays(30);

    @Option(names = "--node", paramLabel = "NAME", description = "The only name that it is good for. Default: any.")
    private @Nullable String node;

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            defaultValue = "24h",
            description = "In 7d, or on 2027-01-31; in 30 days at most. Default: in ${DEFAULT-VALUE}.")
    private String expires = "";

    @Option(
            names = "--broker",
            paramLabel = "URL",
            description = "Where the new machine finds the broker. Default: as the station does.")
    private @Nullable String broker;

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            defaultValue = "full",
            description = "What operators may do there: full or observe. Default: ${DEFAULT-VALUE}.")
    private String profile = "";

    @Mixin
    private OperatorOptions operator = new OperatorOptions();

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;
    private final Ids ids;

    TokenCreate(Surroundings surroundings, Ids ids) {
        this.surroundings = surroundings;
        this.ids = ids;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
        Instant now = surroundings.clock().instant();
        NewToken wanted = wanted(now);
        Identity self = operator.identity(surroundings, station);
        EnrolmentToken token = wanted.make(station.client(surroundings).enrolment(), self);
        surroundings.out().println(token.text());
        surroundings.out().flush();
        String name = token.node().map(NodeName::value).orElse("NAME");
        surroundings.err().println("""
                on the new machine: steward agent enroll - --data DIR%s
                  paste the token there, on standard input; as an argument in place of - it works too, but shows in the list of processes
                  good once, until %s (%s); its id is %s
                  it then waits until you approve it: %s""".formatted(
                        token.node().map(each -> " --name " + each).orElse(" [--name NAME]"),
                        token.expiresAt(),
                        Durations.text(Duration.between(now, token.expiresAt())),
                        token.id(),
                        operator.line(station, "node approve", name)));
        if (LOOPBACK.matcher(token.broker()).find()) {
            surroundings
                    .err()
                    .println(
                            "  the broker in it, %s, is found on this machine alone; for another one: --broker %s://HOST:PORT"
                                    .formatted(
                                            SafeText.line(token.broker()),
                                            token.login().isPresent() ? "tls" : "nats"));
        }
        return 0;
    }

    private NewToken wanted(Instant now) throws Failure {
        if (!TrustTemplate.PROFILES.contains(profile)) {
            throw Failure.usage("--profile: '%s' is not full or observe".formatted(profile));
        }
        try {
            Instant end = Expiry.parse(expires, now);
            if (Duration.between(now, end).compareTo(LONGEST) > 0) {
                throw Failure.usage("--expires: a token is good for 30 days at most; %s is longer".formatted(expires));
            }
            return new NewToken(
                    ids.next(now), name(node), end, broker == null ? Optional.empty() : url(broker), profile);
        } catch (RefusedException e) {
            throw Failure.usage(e.getMessage());
        }
    }

    private static Optional<NodeName> name(@Nullable String node) throws Failure {
        if (node == null) {
            return Optional.empty();
        }
        NodeName name = NodeOptions.name(node);
        Approval.checkName(name);
        return Optional.of(name);
    }

    /** Several with commas; only as far as a slip would show: the agent knows what it can connect to. */
    private static Optional<String> url(String text) throws RefusedException {
        for (String each : text.split(",", -1)) {
            if (!BROKER.matcher(each).matches()) {
                throw new RefusedException(
                        "--broker: '%s' is not the address of a broker; write nats://HOST:PORT or tls://HOST:PORT, several with commas"
                                .formatted(each));
            }
        }
        return Optional.of(text);
    }
}
