// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.order;

import dev.steward.cli.terminal.Failure;
import dev.steward.message.CommandId;
import dev.steward.message.NodeName;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/** An order whose nodes are fixed and whose exact bytes are made: it can be sent any number of times. */
public record Prepared(CommandId id, Order order, List<NodeName> nodes, List<byte[]> documents) {

    /** @param known the nodes there are */
    public static Prepared of(Order order, Collection<String> known, Ids ids, Instant now) throws Failure {
        CommandId id = ids.next(now);
        List<NodeName> nodes = Targets.resolve(order.targets(), known);
        return new Prepared(id, order, nodes, order.documents(nodes, id, Issuer.text(), now));
    }

    /** What is ordered, as one line for people. */
    public String line() {
        return ShellArguments.line(order.method(), order.arguments());
    }
}
