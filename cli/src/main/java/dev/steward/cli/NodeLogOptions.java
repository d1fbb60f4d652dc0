// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.ExecutionInfo;
import dev.steward.cli.api.NodeInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.audit.NodeLog;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.order.Ids;
import dev.steward.cli.order.Order;
import dev.steward.cli.order.Prepared;
import dev.steward.cli.order.Targets;
import dev.steward.cli.result.Deadline;
import dev.steward.cli.result.NodesWord;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.Target;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.json.JsonObject;
import dev.steward.message.text.SafeText;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whose audit log is meant; a node puts its own out by order, like anything else that it does. */
final class NodeLogOptions {
    private static final String METHOD = "audit";
    private static final String DOMAIN = "steward";

    /** Clocks may differ by that much without the order expiring on its way. */
    private static final Duration CLOCKS = Duration.ofMinutes(5);

    private static final Duration RUN_TIME = Duration.ofMinutes(1);

    /**
     * A log as its node has put it out.
     *
     * @param target which machine was asked
     * @param station how far the station had heard that it had come, before that
     * @param command that has asked for the last part
     */
    record Fetched(NodeLog log, Target target, Identity self, Optional<AuditMark> station, String command) {}

    @Option(
            names = "--node",
            paramLabel = "NAME",
            description =
                    "The log that this node keeps itself, instead of the station's; it is asked by a signed order.")
    private @Nullable String node;

    @Option(
            names = "--wait",
            paramLabel = "DURATION",
            defaultValue = "60s",
            description = "How long to wait for the node. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private Duration wait;

    @Mixin
    private OperatorOptions operator = new OperatorOptions();

    boolean isNode() {
        return node != null;
    }

    OperatorFolder folder(Surroundings surroundings, StationOptions station) {
        return operator.folder(surroundings, station);
    }

    NodeName name() throws Failure {
        return NodeOptions.name(node == null ? "" : node);
    }

    /**
     * All that the node keeps, or what {@code which} asks for: {@code after} an entry, or the {@code last} ones.
     *
     * @throws Failure where it has not put it out in time, or refuses to
     */
    Fetched fetch(Surroundings surroundings, StationOptions station, Ids ids, Map<String, Long> which)
            throws Failure, InterruptedException {
        Deadline deadline = Deadline.in(wait);
        NodeName name = name();
        StationClient client = station.client(surroundings);
        Identity self = operator.identity(surroundings, station);
        List<NodeInfo> nodes = client.nodes();
        Optional<AuditMark> mark = nodes.stream()
                .filter(each -> each.name().equals(name.value()))
                .findFirst()
                .flatMap(NodeInfo::audit);
        Target target = target(surroundings, station, client, self, nodes);
        var asking = new Asking(client, station, self, target, ids, surroundings, deadline);
        Fetched fetched = new Fetched(asking.ask(which), target, self, mark, asking.command);
        long end = fetched.log.end(); // of that moment: each question is an entry more
        while (fetched.log.last() < end) {
            NodeLog more = asking.ask(Map.of("after", fetched.log.last()));
            try {
                fetched = new Fetched(fetched.log.with(more), target, self, mark, asking.command);
            } catch (RefusedException e) {
                throw unreadable(name, e);
            }
        }
        return fetched;
    }

    /** Which machine is meant. */
    Target target(Surroundings surroundings, StationOptions station) throws Failure {
        StationClient client = station.client(surroundings);
        return target(surroundings, station, client, operator.identity(surroundings, station), client.nodes());
    }

    private Target target(
            Surroundings surroundings,
            StationOptions station,
            StationClient client,
            Identity self,
            List<NodeInfo> nodes)
            throws Failure {
        List<String> name = List.of(name().value());
        return operator.targetKeys(surroundings, station, client, self)
                .of(Targets.resolve(name, NodeInfo.orderable(nodes, name)), NodeInfo.fingerprints(nodes))
                .values()
                .iterator()
                .next();
    }

    private static Failure unreadable(NodeName name, RefusedException e) {
        return Failure.failed("what the station shows as the log of %s can't be read: %s"
                .formatted(name, SafeText.line(String.valueOf(e.getMessage()))));
    }

    private final class Asking {
        private final StationClient client;
        private final StationOptions station;
        private final Identity self;
        private final Target target;
        private final Ids ids;
        private final Surroundings surroundings;
        private final Deadline deadline;
        private String command = "";

        Asking(
                StationClient client,
                StationOptions station,
                Identity self,
                Target target,
                Ids ids,
                Surroundings surroundings,
                Deadline deadline) {
            this.client = client;
            this.station = station;
            this.self = self;
            this.target = target;
            this.ids = ids;
            this.surroundings = surroundings;
            this.deadline = deadline;
        }

        NodeLog ask(Map<String, Long> which) throws Failure, InterruptedException {
            var order = new Order(
                    List.of(target.node().value()),
                    METHOD,
                    DOMAIN,
                    JsonObject.of(which),
                    RUN_TIME,
                    wait.plus(CLOCKS),
                    true);
            Prepared prepared = Prepared.of(
                    order, List.of(target), ids, self, surroundings.clock().instant());
            command = prepared.id().toString();
            client.order(prepared.documents(), command);
            ExecutionInfo said = NodesWord.await(client, command, deadline);
            if (said.state() != ExecutionState.SUCCEEDED || !NodesWord.isSaid(said)) {
                throw without(said);
            }
            try {
                return NodeLog.read(said.stdout());
            } catch (RefusedException e) {
                throw unreadable(target.node(), e);
            }
        }

        private Failure without(ExecutionInfo said) {
            String text = "%s has not put out its log%s: %s%s\n  %s    tells more"
                    .formatted(
                            target.node(),
                            NodesWord.isSaid(said) ? "" : " yet",
                            said.state(),
                            said.reason()
                                    .map(reason -> ", " + SafeText.line(reason))
                                    .orElse(""),
                            station.line("show", command));
            return NodesWord.isSaid(said) ? Failure.failed(text) : Failure.incomplete(text);
        }
    }
}
