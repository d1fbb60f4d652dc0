// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.CommandInfo;
import dev.steward.cli.api.NodeInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.node.TargetKeys;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.order.CommandsFile;
import dev.steward.cli.order.Ids;
import dev.steward.cli.order.Order;
import dev.steward.cli.order.Prepared;
import dev.steward.cli.order.Targets;
import dev.steward.cli.result.CommandResult;
import dev.steward.cli.result.Deadline;
import dev.steward.cli.result.Waiting;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Progress;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.NodeName;
import dev.steward.message.Target;
import dev.steward.message.json.Json;
import dev.steward.message.text.SafeText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "run",
        header = "Runs a command on nodes, waits for its results and shows equal ones once.",
        synopsisHeading = "%nExamples:%n"
                + "  steward run --on 'ship*' -- uname -a%n"
                + "  steward run --on ship1,ship2 --timeout 5m --shell 'df -h | tail -n +2'%n"
                + "  steward run --on all --wait 30s --json -- systemctl is-active nginx%n"
                + "  steward run --on ship2 --detach -- date%n"
                + "  steward run -f commands.yaml%n"
                + "%nUsage: ",
        description = "",
        sortOptions = false)
final class Run implements Callable<Integer> {
    @Mixin
    private OrderOptions what = new OrderOptions();

    @Option(names = "--wait", paramLabel = "DURATION", description = "Stop waiting after that. Default: no limit.")
    private @Nullable Duration wait;

    @Option(names = "--detach", description = "Don't wait; print the id alone.")
    private boolean detach;

    @Option(names = "--json", description = "Print a JSON document; with -f a list.")
    private boolean json;

    @Option(names = "--plain", description = "No line of progress.")
    private boolean plain;

    @Mixin
    private OperatorOptions operator = new OperatorOptions();

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;
    private final Ids ids;

    Run(Surroundings surroundings, Ids ids) {
        this.surroundings = surroundings;
        this.ids = ids;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
        try (var detaching = Detaching.open(
                surroundings, () -> "interrupted; nothing was ordered, order again with the same line")) {
            List<Order> orders = what.orders(surroundings);
            Identity identity = operator.identity(surroundings, station);
            StationClient client = station.client(surroundings);
            List<NodeInfo> nodes = client.nodes();
            List<List<NodeName>> named = resolve(orders, nodes);
            List<Prepared> prepared = prepare(
                    orders, named, nodes, identity, operator.targetKeys(surroundings, station, client, identity));
            String first = prepared.getFirst().id().toString();
            var accepted = new AtomicBoolean();
            detaching.say(() -> farewell(prepared, accepted.get()));
            List<CommandInfo> commands = client.order(
                    prepared.stream().flatMap(each -> each.documents().stream()).toList(), first);
            accepted.set(true);
            sayWhoIsFrozen(named, nodes);
            commands.stream().filter(CommandInfo::isHeld).forEach(this::sayItIsHeld);
            if (detach) {
                return detached(client, commands);
            }
            commands.forEach(command -> surroundings.err().println("command " + command.id()));
            Deadline deadline = wait == null ? Deadline.NEVER : Deadline.in(wait);
            var waiting = new Waiting(client, surroundings, new Progress(surroundings, plain));
            if (what.isList()) {
                waiting.untilAllOver(commands, deadline);
                return showAll(client, prepared, deadline);
            }
            waiting.untilOver(commands.getFirst(), deadline);
            return showOne(client, prepared.getFirst(), deadline);
        }
    }

    private static List<List<NodeName>> resolve(List<Order> orders, List<NodeInfo> nodes) throws Failure {
        var named = new ArrayList<List<NodeName>>();
        for (Order order : orders) {
            named.add(Targets.resolve(order.targets(), NodeInfo.orderable(nodes, order.targets())));
        }
        return named;
    }

    private List<Prepared> prepare(
            List<Order> orders, List<List<NodeName>> named, List<NodeInfo> nodes, Identity identity, TargetKeys keys)
            throws Failure {
        var names = new LinkedHashSet<NodeName>();
        named.forEach(names::addAll);
        Map<NodeName, Target> targets = keys.of(names, NodeInfo.fingerprints(nodes));
        var prepared = new ArrayList<Prepared>();
        for (int i = 0; i < orders.size(); i++) {
            List<Target> meant = named.get(i).stream().map(targets::get).toList();
            prepared.add(Prepared.of(
                    orders.get(i), meant, ids, identity, surroundings.clock().instant()));
        }
        CommandsFile.checkCount(
                prepared.stream().mapToInt(each -> each.documents().size()).sum());
        return prepared;
    }

    private void sayWhoIsFrozen(List<List<NodeName>> named, List<NodeInfo> nodes) {
        Set<String> meant = named.stream()
                .flatMap(names -> names.stream().map(NodeName::value))
                .collect(Collectors.toSet());
        for (NodeInfo node : nodes) {
            if (node.frozenSince().isPresent() && meant.contains(node.name())) {
                surroundings.err().println("""
                        %s is frozen: two agents speak under its name and key, so the order waits at the station
                          stop one of the two, then: %s""".formatted(
                                SafeText.line(node.name()), station.line("node unfreeze", node.name())));
            }
        }
    }

    private void sayItIsHeld(CommandInfo command) {
        surroundings.err().println("""
                command %s is held: it has %s signatures, and goes out when further operators have signed it
                  each of them: steward approve %s""".formatted(
                command.id(), command.signing().map(CommandInfo.Signing::count).orElse("too few"), command.id()));
    }

    private int detached(StationClient client, List<CommandInfo> commands) throws Failure {
        if (!json) {
            commands.forEach(command -> surroundings.out().println(command.id()));
            return ExitCode.OK;
        }
        var views = new ArrayList<Map<String, @Nullable Object>>();
        for (CommandInfo command : commands) {
            views.add(CommandResult.fetch(client, command.id(), surroundings, true)
                    .json());
        }
        printJson(views);
        return ExitCode.OK;
    }

    private int showOne(StationClient client, Prepared prepared, Deadline deadline)
            throws Failure, InterruptedException {
        String id = prepared.id().toString();
        CommandResult result = CommandResult.fetchWhole(client, id, surroundings, json, deadline);
        if (json) {
            result.printJson(surroundings);
            result.printSummary(surroundings);
        } else {
            result.print(surroundings);
        }
        if (result.exitCode() == ExitCode.INCOMPLETE) {
            surroundings.err().println("  %s    to go on waiting".formatted(station.line("watch", id)));
        }
        return result.exitCode();
    }

    /** Every command's output, then in the summary only what did not succeed. */
    private int showAll(StationClient client, List<Prepared> prepared, Deadline deadline)
            throws Failure, InterruptedException {
        var views = new ArrayList<Map<String, @Nullable Object>>();
        var troubles = new ArrayList<String>();
        int succeeded = 0;
        int worst = ExitCode.OK;
        for (Prepared each : prepared) {
            CommandResult result = CommandResult.fetchWhole(client, each.id().toString(), surroundings, json, deadline);
            if (json) {
                views.add(result.json());
            } else {
                surroundings.out().println("━━ %s  %s".formatted(each.id(), SafeText.line(each.line())));
                result.printOutput(surroundings);
            }
            if (result.exitCode() == ExitCode.OK) {
                succeeded++;
            } else {
                troubles.add("%s  %s".formatted(each.id(), String.join("; ", result.summaryLines())));
            }
            worst = Math.max(worst, result.exitCode()); // 3, somebody is pending, stands above 1 and 0
        }
        if (json) {
            surroundings.out().println(Json.text(views));
        }
        surroundings.err().println("%d of %d commands succeeded everywhere".formatted(succeeded, prepared.size()));
        troubles.forEach(surroundings.err()::println);
        return worst;
    }

    private void printJson(List<Map<String, @Nullable Object>> views) {
        surroundings.out().println(what.isList() ? Json.text(views) : Json.text(views.getFirst()));
    }

    private String farewell(List<Prepared> prepared, boolean accepted) {
        if (!accepted) {
            return "interrupted while ordering, which may have arrived or not\n  see with: "
                    + station.line("show", prepared.getFirst().id().toString());
        }
        if (prepared.size() == 1) {
            return Detaching.comeBack(
                    station, operator, prepared.getFirst().id().toString());
        }
        return "detached; the %d commands go on\n  steward commands    to see them".formatted(prepared.size());
    }
}
