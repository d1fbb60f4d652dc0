// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.ExecutionInfo;
import dev.steward.cli.api.NodeInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.node.Approval;
import dev.steward.cli.node.Handed;
import dev.steward.cli.node.KnownNode;
import dev.steward.cli.order.Ids;
import dev.steward.cli.order.Order;
import dev.steward.cli.order.Prepared;
import dev.steward.cli.order.Targets;
import dev.steward.cli.result.Deadline;
import dev.steward.cli.result.NodesWord;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.CommandId;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.Target;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.text.SafeText;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "rotate",
        header = "Gives a node other keys for its link and the broker.",
        synopsisHeading = "%nExamples:%n" + "  steward node rotate ship4%n" + "%nUsage: ",
        description =
                "%nThe node makes them itself, and they never leave it; its identity stays, so no fingerprint has to be compared."
                        + " The former ones are good until it has spoken with the new ones: a node can't lock itself out.%n"
                        + "%nNot against a thief: whoever has a copy of a node's folder has its identity too; that wants"
                        + " `steward node revoke`.%n")
final class NodeRotate implements Callable<Integer> {
    private static final String METHOD = "keys";
    private static final String DOMAIN = "steward";
    private static final Duration POLL = Duration.ofMillis(200);

    /** Clocks may differ by that much without the order expiring on its way. */
    private static final Duration CLOCKS = Duration.ofMinutes(5);

    private static final Duration RUN_TIME = Duration.ofMinutes(1);

    @Parameters(paramLabel = "NAME", description = "The node's name.")
    private String name = "";

    @Option(
            names = "--wait",
            paramLabel = "DURATION",
            defaultValue = "60s",
            description = "How long to wait for the node. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private Duration wait;

    @Mixin
    private NodeOptions options = new NodeOptions();

    private final Surroundings surroundings;
    private final Ids ids;

    NodeRotate(Surroundings surroundings, Ids ids) {
        this.surroundings = surroundings;
        this.ids = ids;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
        NodeName node = NodeOptions.name(name);
        Deadline deadline = Deadline.in(wait);
        StationClient client = options.station(surroundings);
        Approval approval = options.approval(client.enrolment(), surroundings, ids);
        CommandId command = order(client, approval, node);
        KnownNode known = approval.approved(node)
                .orElseThrow(() -> Failure.credential("%s is not approved, as far as is known here".formatted(node)));
        ExecutionInfo made = NodesWord.await(client, command.toString(), deadline);
        if (made.state() != ExecutionState.SUCCEEDED || !NodesWord.isSaid(made)) {
            return without(made, command);
        }
        Handed handed = approval.renew(known, command, shown(node, made));
        if (options.saysHeld(surroundings, handed)) {
            return ExitCode.INCOMPLETE;
        }
        KnownNode renewed = handed.node();
        surroundings
                .err()
                .println("%s has made other keys; they are approved, as record %d"
                        .formatted(renewed, renewed.record().number()));
        return awaitUse(client, node, deadline);
    }

    private CommandId order(StationClient client, Approval approval, NodeName node)
            throws Failure, InterruptedException {
        List<NodeInfo> nodes = client.nodes();
        if (nodes.stream().anyMatch(each -> each.rotating().isEmpty())) {
            throw Failure.failed(
                    "this station is of an earlier build, and would take the former keys for lost at once\n  nothing was ordered; start the new one");
        }
        List<NodeName> named = Targets.resolve(List.of(node.value()), NodeInfo.orderable(nodes, List.of(node.value())));
        List<Target> target = List.copyOf(options.targetKeys(client, approval, surroundings)
                .of(named, NodeInfo.fingerprints(nodes))
                .values());
        var order = new Order(
                List.of(node.value()), METHOD, DOMAIN, JsonObject.of(Map.of()), RUN_TIME, wait.plus(CLOCKS), true);
        Prepared prepared = Prepared.of(
                order, target, ids, approval.self(), surroundings.clock().instant());
        client.order(prepared.documents(), prepared.id().toString());
        return prepared.id();
    }

    private SignedDocument shown(NodeName node, ExecutionInfo made) throws Failure {
        try {
            return SignedDocument.decode(made.stdout());
        } catch (RefusedException e) {
            throw Failure.credential(
                    "what the station shows as the new keys of %s can't be read: %s\n  nothing was approved"
                            .formatted(node, SafeText.line(String.valueOf(e.getMessage()))));
        }
    }

    private int without(ExecutionInfo made, CommandId command) {
        boolean ended = NodesWord.isSaid(made);
        surroundings
                .err()
                .println("%s has made no keys%s: %s%s\n  nothing has changed; %s    tells more"
                        .formatted(
                                SafeText.line(made.node()),
                                ended ? "" : " yet",
                                made.state(),
                                made.reason()
                                        .map(reason -> ", " + SafeText.line(reason))
                                        .orElse(""),
                                options.stationLine("show", command.toString())));
        return ended ? ExitCode.SOME_FAILED : ExitCode.INCOMPLETE;
    }

    private int awaitUse(StationClient client, NodeName node, Deadline deadline) throws Failure, InterruptedException {
        while (isRotating(client, node)) {
            if (deadline.hasPassed()) {
                surroundings
                        .err()
                        .println("%s has not spoken with them yet; the former ones are good until it does"
                                .formatted(node));
                return ExitCode.INCOMPLETE;
            }
            Thread.sleep(deadline.atMost(POLL));
        }
        surroundings.err().println("%s speaks with them, and the former ones are good no more".formatted(node));
        return ExitCode.OK;
    }

    private static boolean isRotating(StationClient client, NodeName node) throws Failure {
        return client.nodes().stream()
                .anyMatch(each ->
                        each.name().equals(node.value()) && each.rotating().orElse(false));
    }
}
