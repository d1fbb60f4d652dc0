// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import dev.steward.message.json.JsonObject;
import java.time.Instant;
import java.util.Set;

/**
 * What a node is asked to do, after signatures, keys, targets and times were found to be in order.
 *
 * @param method of the command; {@code cancel} for a cancel of somebody else's
 * @param domain of the command, for a cancel of the command that is canceled
 * @param operators names of those whose signatures hold
 * @param nodes how many the whole order names, at most
 */
public record Request(
        String method, String domain, JsonObject arguments, Set<String> operators, int nodes, Instant now) {
    public Request {
        operators = Set.copyOf(operators);
    }
}
