// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import dev.steward.cli.terminal.Failure;
import dev.steward.message.OperatorList;
import dev.steward.message.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A list of operators that waits for signatures, beside the newest one that was seen here. */
public record HeldList(KnownList known, OperatorList next) {
    /** What it changes, in lines for people; whoever signs it vouches for all that is on it. */
    public List<String> checked() throws Failure {
        known.checkMayBeFollowedBy(next);
        var lines = new ArrayList<String>();
        lines.add("list %d of operators, against %s"
                .formatted(
                        next.number(),
                        known.list().isEmpty() ? "none: no list was seen here" : "list %d".formatted(known.number())));
        lines.addAll(new ListDifference(known.operators(), next.operators())
                .text()
                .lines()
                .toList());
        return lines;
    }

    /** In one line, as {@code adds bob, revokes eve}; against a list that the station shows. */
    public static String changes(String inForce, OperatorList next) {
        try {
            KnownList now = inForce.isEmpty() ? KnownList.NONE : KnownList.of(Optional.of(inForce));
            return new ListDifference(now.operators(), next.operators()).line();
        } catch (RefusedException e) {
            return "%d operators".formatted(next.operators().size());
        }
    }
}
