// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.order;

import dev.steward.cli.operator.Identity;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.CommandId;
import dev.steward.message.Target;
import java.time.Instant;
import java.util.List;

/** An order whose nodes are fixed and whose exact bytes are made and signed: it can be sent any number of times. */
public record Prepared(CommandId id, Order order, List<byte[]> documents) {
    public static Prepared of(Order order, List<Target> targets, Ids ids, Identity operator, Instant now)
            throws Failure {
        return of(order, targets, ids, operator, now, false);
    }

    /** An order of which the nodes only say what they would make of it. */
    public static Prepared dryRun(Order order, List<Target> targets, Ids ids, Identity operator, Instant now)
            throws Failure {
        return of(order, targets, ids, operator, now, true);
    }

    private static Prepared of(
            Order order, List<Target> targets, Ids ids, Identity operator, Instant now, boolean dryRun) throws Failure {
        CommandId id = ids.next(now);
        return new Prepared(id, order, order.documents(targets, id, operator, now, dryRun));
    }

    /** What is ordered, as one line for people. */
    public String line() {
        return ShellArguments.line(order.method(), order.arguments());
    }
}
