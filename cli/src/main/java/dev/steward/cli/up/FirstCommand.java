// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import dev.steward.cli.api.CommandInfo;
import dev.steward.cli.api.NodeInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.node.KnownNodes;
import dev.steward.cli.node.TargetKeys;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.order.Ids;
import dev.steward.cli.order.Order;
import dev.steward.cli.order.Prepared;
import dev.steward.cli.order.ShellArguments;
import dev.steward.cli.order.Targets;
import dev.steward.cli.result.CommandResult;
import dev.steward.cli.result.Deadline;
import dev.steward.cli.result.Waiting;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Progress;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.Target;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/** {@code uname -a} on every node: the proof that all parts work together. */
final class FirstCommand {
    private static final List<String> WORDS = List.of("uname", "-a");
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private FirstCommand() {}

    static void run(
            StationClient client,
            List<String> nodes,
            Ids ids,
            KnownNodes known,
            Identity operator,
            Surroundings surroundings)
            throws Failure, InterruptedException {
        var order = new Order(
                nodes,
                Order.DEFAULT_METHOD,
                Order.DEFAULT_DOMAIN,
                ShellArguments.vector(WORDS).json(),
                LIMIT,
                LIMIT,
                false);
        Collection<Target> targets = new TargetKeys(client.enrolment(), known, operator)
                .of(Targets.resolve(nodes, nodes), NodeInfo.fingerprints(client.nodes()))
                .values();
        Prepared prepared = Prepared.of(
                order, List.copyOf(targets), ids, operator, surroundings.clock().instant());
        String id = prepared.id().toString();
        surroundings.out().println("$ " + prepared.line());
        CommandInfo command = client.order(prepared.documents(), id).getFirst();
        var waiting = new Waiting(client, surroundings, new Progress(surroundings, false));
        Deadline deadline = Deadline.in(LIMIT.plusSeconds(5));
        waiting.untilOver(command, deadline);
        CommandResult.fetchWhole(client, id, surroundings, false, deadline).print(surroundings);
    }
}
