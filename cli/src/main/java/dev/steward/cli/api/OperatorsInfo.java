// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.message.FleetId;
import dev.steward.message.Limits;
import dev.steward.message.OperatorList;
import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.VerificationKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who may order, as the station says it.
 *
 * @param fleet empty where the station has no trust file that it can use
 * @param problem why it has none
 * @param number of the list; 0 where there is none yet
 * @param list the signed list itself, for whoever does not take the station's word
 * @param operators those of the list and of the station's trust file
 */
public record OperatorsInfo(
        Optional<FleetId> fleet, Optional<String> problem, long number, Optional<String> list, List<Entry> operators) {
    /** @param state {@code active}, {@code expired} or {@code revoked} */
    public record Entry(
            String name,
            VerificationKey key,
            String state,
            boolean authority,
            Optional<Instant> expiresAt,
            Optional<Instant> revokedAt) {}

    static OperatorsInfo from(JsonObject json) throws RefusedException {
        var operators = new ArrayList<Entry>();
        for (JsonObject each : json.objects("operators", 2 * Limits.OPERATORS)) { // those of the trust file too
            operators.add(new Entry(
                    OperatorList.checkName(each.text("name")),
                    VerificationKey.parse(each.text("key")),
                    each.text("state"),
                    each.bool("authority"),
                    each.optionalTime("expiresAt"),
                    each.optionalTime("revokedAt")));
        }
        Optional<String> fleet = json.optionalText("fleet");
        return new OperatorsInfo(
                fleet.isEmpty() ? Optional.empty() : Optional.of(FleetId.parse(fleet.get())),
                json.optionalText("problem"),
                json.integer("number", 0, OperatorList.LAST_NUMBER),
                json.optionalText("list"),
                operators);
    }
}
