// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.held;

import dev.steward.cli.operator.HeldList;
import dev.steward.message.Document;
import dev.steward.message.NodeRecord;
import dev.steward.message.OperatorList;
import dev.steward.message.text.SafeText;

/** What a held document does, in one line. */
public final class Description {
    private Description() {}

    /** @param inForce the list of operators that the station shows, empty for none: a courtesy, nobody signs by it */
    public static String of(Document document, String inForce) {
        return switch (document) {
            case OperatorList list ->
                "list %d of operators: %s".formatted(list.number(), HeldList.changes(inForce, list));
            case NodeRecord record ->
                "%s node %s, %s"
                        .formatted(
                                record.isRevoked() ? "revokes" : record.number() > 1 ? "approves again" : "approves",
                                record.node(),
                                record.key().id());
            default -> SafeText.line(document.getClass().getSimpleName());
        };
    }
}
