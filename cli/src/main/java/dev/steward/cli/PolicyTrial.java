// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.CommandInfo;
import dev.steward.cli.api.ExecutionInfo;
import dev.steward.cli.api.NodeInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.order.Ids;
import dev.steward.cli.order.Order;
import dev.steward.cli.order.Prepared;
import dev.steward.cli.order.Targets;
import dev.steward.cli.result.Deadline;
import dev.steward.cli.result.NodesWord;
import dev.steward.cli.terminal.Ages;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeName;
import dev.steward.message.Target;
import dev.steward.message.json.Json;
import dev.steward.message.text.SafeText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "test",
        header = "Asks a node what it would make of a command, without running it.",
        synopsisHeading = "%nExamples:%n"
                + "  steward policy test ship1 -- systemctl restart nginx%n"
                + "  steward policy test ship1 --shell 'df -h'%n"
                + "%nUsage: ",
        description =
                "%nPrints the node's verdict and the rule that decides. Exits with 0 where the command is allowed, 1 where it is"
                        + " refused, 3 where the node says nothing in time.%n",
        sortOptions = false)
final class PolicyTrial implements Callable<Integer> {
    /** Clocks may differ by that much without the question expiring on its way. */
    private static final Duration CLOCKS = Duration.ofMinutes(5);

    @Parameters(index = "0", paramLabel = "NODE", description = "One node's name.")
    private String node = "";

    @Parameters(index = "1..*", paramLabel = "CMD", arity = "0..*", description = "The command and its arguments.")
    private List<String> words = new ArrayList<>();

    @Mixin
    private ShellOptions shell = new ShellOptions();

    @Option(
            names = "--wait",
            paramLabel = "DURATION",
            defaultValue = "10s",
            description = "How long to wait for the node's word. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private Duration wait;

    @Option(names = "--json", description = "Print a JSON document.")
    private boolean json;

    @Mixin
    private OperatorOptions operator = new OperatorOptions();

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;
    private final Ids ids;

    PolicyTrial(Surroundings surroundings, Ids ids) {
        this.surroundings = surroundings;
        this.ids = ids;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
        var order = new Order(
                List.of(node),
                Order.DEFAULT_METHOD,
                Order.DEFAULT_DOMAIN,
                shell.arguments(words, "steward policy test ship1 -- uname -a", surroundings),
                shell.timeout(),
                wait.plus(CLOCKS),
                false);
        Identity identity = operator.identity(surroundings, station);
        StationClient client = station.client(surroundings);
        List<NodeInfo> nodes = client.nodes();
        List<NodeName> named = Targets.resolve(List.of(node), NodeInfo.orderable(nodes, List.of(node)));
        if (named.size() != 1) {
            throw Failure.usage("'%s' means %d nodes; name one".formatted(node, named.size()));
        }
        Collection<Target> target = operator.targetKeys(surroundings, station, client, identity)
                .of(named, NodeInfo.fingerprints(nodes))
                .values();
        Prepared prepared = Prepared.dryRun(
                order, List.copyOf(target), ids, identity, surroundings.clock().instant());
        CommandInfo command =
                client.order(prepared.documents(), prepared.id().toString()).getFirst();
        return tell(NodesWord.await(client, command.id(), Deadline.in(wait)), command.id());
    }

    private int tell(ExecutionInfo execution, String id) {
        boolean said = !execution.provisional();
        boolean allowed = said && execution.state() == ExecutionState.SUCCEEDED;
        boolean refused = said && execution.state() == ExecutionState.REJECTED;
        String text = (allowed
                        ? new String(execution.stdout(), StandardCharsets.UTF_8)
                        : execution.reason().orElse(""))
                .strip();
        if (json) {
            var view = new LinkedHashMap<String, @Nullable Object>();
            view.put("node", execution.node());
            view.put("command", id);
            view.put("verdict", allowed ? "allowed" : refused ? "refused" : null);
            view.put("explanation", text.isEmpty() ? null : text);
            surroundings.out().println(Json.text(view));
        } else if (allowed || refused) {
            surroundings.out().println("%s: %s".formatted(execution.node(), allowed ? "allowed" : "refused"));
            surroundings.out().println(SafeText.lines(text));
        }
        if (!allowed && !refused) {
            surroundings.err().println(noWord(execution, id));
        }
        return allowed ? ExitCode.OK : refused ? ExitCode.SOME_FAILED : ExitCode.INCOMPLETE;
    }

    private String noWord(ExecutionInfo execution, String id) {
        String where = execution.reachable()
                ? ""
                : ", not reachable, " + Ages.lastHeard(surroundings.clock().instant(), execution.lastHeardAt());
        return "no verdict of %s yet: %s%s%s\n  %s    tells it later"
                .formatted(
                        SafeText.line(execution.node()),
                        execution.state(),
                        execution
                                .reason()
                                .map(reason -> ", " + SafeText.line(reason))
                                .orElse(""),
                        where,
                        station.line("show", id));
    }
}
