// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.held;

import dev.steward.cli.api.HeldInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.TurnDown;
import dev.steward.message.signing.DocumentDigest;
import dev.steward.message.text.SafeText;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** What waits at a station, by its ids. */
public final class HeldDocuments {
    private static final int COMMAND_ID_DASH = 8; // where a command's id has its first one

    private HeldDocuments() {}

    /**
     * What is held under an id or the beginning of one; empty where that can be a command's alone.
     *
     * @param id of some characters at least
     */
    public static Optional<HeldInfo> find(StationClient client, String id) throws Failure {
        if (id.indexOf('-') >= 0) {
            return Optional.empty();
        }
        List<HeldInfo> found = client.heldDocuments().stream()
                .filter(each -> each.id().startsWith(id))
                .toList();
        boolean onlyHere = id.length() > COMMAND_ID_DASH;
        if (found.size() > 1 || (found.size() == 1 && !onlyHere && isCommand(client, id))) {
            throw Failure.usage("several that wait begin with '%s'; give more of the id".formatted(SafeText.line(id)));
        }
        if (found.isEmpty() && onlyHere) {
            throw Failure.notFound(
                    "nothing waits as %s, or it does so no more; steward audit list tells what became of it"
                            .formatted(SafeText.line(id)));
        }
        return found.stream().findFirst();
    }

    private static boolean isCommand(StationClient client, String id) throws Failure {
        try {
            client.command(id);
            return true;
        } catch (Failure e) {
            if (e.isNotFound()) {
                return false;
            }
            throw e;
        }
    }

    /** Has it wait no more. */
    public static void turnDown(StationClient client, HeldInfo held, Identity self, Ids ids, Instant now)
            throws Failure, InterruptedException {
        var says = new TurnDown(
                ids.next(now),
                self.fleet(),
                self.id(),
                now.truncatedTo(ChronoUnit.MILLIS),
                DocumentDigest.of(held.signed().document()));
        client.turnDown(held.id(), self.sign(says));
    }

    /** That what was handed in has not taken effect, for whoever did. */
    public static String waiting(HeldInfo held, String approve) {
        return "held: %s signatures; it takes effect when another authority runs `%s`, until %s"
                .formatted(held.count(), approve, held.endsAt());
    }
}
