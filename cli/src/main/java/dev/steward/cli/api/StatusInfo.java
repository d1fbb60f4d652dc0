// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** How the station itself is. */
public record StatusInfo(
        String brokerUrl,
        boolean brokerConnected,
        Instant brokerSince,
        Optional<String> brokerReason,
        Optional<String> ledgerFailure,
        Optional<String> space) {
    static StatusInfo from(JsonObject json) throws RefusedException {
        JsonObject broker = json.object("broker");
        JsonObject ledger = json.object("ledger");
        return new StatusInfo(
                broker.text("url"),
                broker.bool("connected"),
                broker.time("since"),
                broker.optionalText("reason"),
                ledger.optionalText("failure"),
                ledger.bool("spaceLow") ? ledger.optionalText("space") : Optional.empty());
    }

    /** What an operator has to know before trusting any list; nothing where all is well. */
    public List<String> troubles(Function<Instant, String> age) {
        var troubles = new ArrayList<String>();
        if (!brokerConnected) {
            troubles.add("the station has had no connection to its broker %s for %s: %s"
                    .formatted(brokerUrl, age.apply(brokerSince), brokerReason.orElse("no reason known")));
        }
        ledgerFailure.ifPresent(why -> troubles.add("the station's ledger does not work: " + why));
        space.ifPresent(text -> troubles.add("the station takes no orders: " + text));
        return troubles;
    }
}
