// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.CommandInfo;
import dev.steward.cli.api.ExecutionInfo;
import dev.steward.cli.api.HeldInfo;
import dev.steward.cli.api.NodeInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.held.HeldDocuments;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.order.Ids;
import dev.steward.cli.order.Order;
import dev.steward.cli.order.Targets;
import dev.steward.cli.result.Deadline;
import dev.steward.cli.result.FoldedNames;
import dev.steward.cli.result.JsonViews;
import dev.steward.cli.result.Summary;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.CommandId;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.Target;
import dev.steward.message.json.Json;
import dev.steward.message.text.SafeText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "cancel",
        header = "Cancels a command: where it has not started it won't, where it runs it is stopped.",
        synopsisHeading = "%nExamples:%n"
                + "  steward cancel 019a2b3c%n"
                + "  steward cancel 019a2b3c --on ship2,ship3%n"
                + "%nUsage: ",
        description =
                "%nA node that is away is told when it comes back. A list of operators or a record of a node that waits for signatures"
                        + " (`steward pending`) is turned down, by an authority or by whoever has made it.%n")
final class Cancel implements Callable<Integer> {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int PREFIX_CHARS = 4; // as the station has it

    @Parameters(paramLabel = "ID", description = "A command's id, or a unique prefix of it.")
    private String id = "";

    @Option(names = "--on", paramLabel = "TARGETS", description = "Only on these of its nodes. Default: all of them.")
    private List<String> targets = new ArrayList<>();

    @Option(
            names = "--wait",
            paramLabel = "DURATION",
            defaultValue = "10s",
            description = "How long to wait for the nodes' word. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private Duration wait;

    @Option(names = "--json", description = "Print a JSON document, as `show` does.")
    private boolean json;

    @Mixin
    private OperatorOptions operator = new OperatorOptions();

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;
    private final Ids ids;

    Cancel(Surroundings surroundings, Ids ids) {
        this.surroundings = surroundings;
        this.ids = ids;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
        try (var detaching = Detaching.open(surroundings, () -> """
                interrupted; the cancellation was not ordered
                  %s   to order it""".formatted(operator.line(station, "cancel", id)))) {
            return cancel(detaching);
        }
    }

    private int cancel(Detaching detaching) throws Failure, InterruptedException {
        Identity identity = operator.identity(surroundings, station);
        StationClient client = station.client(surroundings);
        if (id.length() >= PREFIX_CHARS) {
            Optional<HeldInfo> held = HeldDocuments.find(client, id);
            if (held.isPresent()) {
                return turnDown(client, identity, held.get());
            }
        }
        CommandInfo command = meant(client);
        List<ExecutionInfo> executions = client.executions(command.id(), 0);
        List<String> nodes = executions.stream().map(ExecutionInfo::node).toList();
        List<NodeName> meant = Targets.ofCommand(
                targets.isEmpty() ? List.of(NodeName.ALL) : targets, nodes, station.line("show", command.id()));
        var names = new HashSet<String>();
        meant.forEach(name -> names.add(name.value()));

        var still = new HashSet<String>();
        executions.stream().filter(Cancel::isOpen).forEach(each -> still.add(each.node()));
        List<NodeName> open =
                meant.stream().filter(name -> still.contains(name.value())).toList();
        if (open.isEmpty()) {
            surroundings
                    .err()
                    .println("%s has ended already; there was nothing to cancel"
                            .formatted(targets.isEmpty() ? "the command" : "what the command did there"));
        } else {
            Collection<Target> machines = operator.targetKeys(surroundings, station, client, identity)
                    .ofThoseEverApproved(open, NodeInfo.fingerprints(client.nodes()))
                    .values();
            detaching.say(() ->
                    """
                    interrupted; the cancellation may have been ordered, and goes on if it was
                      %s   tells what became of the command
                      %s   orders it again, which does no harm""".formatted(station.line("show", command.id()), operator.line(station, "cancel", command.id())));
            client.cancel(
                    command.id(),
                    Order.cancels(
                            parse(command.id()),
                            List.copyOf(machines),
                            identity,
                            surroundings.clock().instant(),
                            ids));
            awaitWord(client, command.id(), names);
        }
        return report(client, command.id(), names);
    }

    /** A list of operators, or a record of a node, that waits for signatures. */
    private int turnDown(StationClient client, Identity identity, HeldInfo held) throws Failure, InterruptedException {
        if (!targets.isEmpty()) {
            throw Failure.usage("%s is no command, so --on does not fit; nothing was turned down".formatted(held.id()));
        }
        HeldDocuments.turnDown(client, held, identity, ids, surroundings.clock().instant());
        surroundings
                .err()
                .println("%s is turned down: it waits no more, and nothing has come of it".formatted(held.id()));
        return ExitCode.OK;
    }

    /** What is signed is the id that the station answers with; it must not choose another command. */
    private CommandInfo meant(StationClient client) throws Failure {
        if (id.length() < PREFIX_CHARS) {
            throw Failure.usage("'%s' is not a command id, nor at least %d characters of one"
                    .formatted(SafeText.line(id), PREFIX_CHARS));
        }
        CommandInfo command = client.command(id);
        if (!command.id().startsWith(id)) {
            throw Failure.unreachable(
                    "asked for the command %s, the station answered with %s; nothing was signed\n  is this the right station?"
                            .formatted(SafeText.line(id), SafeText.line(command.id())));
        }
        return command;
    }

    private static boolean isOpen(ExecutionInfo execution) {
        return !execution.state().isTerminal();
    }

    private void awaitWord(StationClient client, String command, Set<String> names)
            throws Failure, InterruptedException {
        Deadline deadline = Deadline.in(wait);
        while (!deadline.hasPassed()
                && client.executions(command, 0).stream()
                        .anyMatch(each -> names.contains(each.node()) && isOpen(each))) {
            Thread.sleep(deadline.atMost(POLL));
        }
    }

    private int report(StationClient client, String command, Set<String> names) throws Failure {
        CommandInfo now = client.command(command);
        List<ExecutionInfo> executions = client.executions(command, 0).stream()
                .filter(each -> names.contains(each.node()))
                .toList();
        if (json) {
            surroundings
                    .out()
                    .println(Json.text(JsonViews.commandWithExecutions(
                            now,
                            executions.stream()
                                    .map(each -> JsonViews.execution(each.json()))
                                    .toList())));
        }
        List<String> canceled = executions.stream()
                .filter(each -> each.state() == ExecutionState.CANCELED)
                .map(ExecutionInfo::node)
                .toList();
        if (!canceled.isEmpty()) {
            surroundings.err().println("%d canceled: %s".formatted(canceled.size(), FoldedNames.fold(canceled)));
        }
        var others = new Summary(surroundings.clock().instant());
        executions.stream()
                .filter(each -> each.state() != ExecutionState.CANCELED)
                .forEach(others::add);
        others.lines().forEach(surroundings.err()::println);
        if (others.exitCode() == ExitCode.INCOMPLETE) {
            surroundings
                    .err()
                    .println("  the cancellation is on its way to who is pending; `%s` tells"
                            .formatted(station.line("show", command)));
            return ExitCode.INCOMPLETE;
        }
        return canceled.size() == executions.size() ? ExitCode.OK : ExitCode.SOME_FAILED;
    }

    private static CommandId parse(String id) throws Failure {
        try {
            return CommandId.parse(id);
        } catch (RefusedException e) {
            throw Failure.unreachable("the station's id can't be understood: " + e.getMessage());
        }
    }
}
