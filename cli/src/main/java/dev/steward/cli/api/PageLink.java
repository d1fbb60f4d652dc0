// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import java.time.Instant;

/** A link that opens the station's page once. */
public record PageLink(String url, Instant expiresAt) {
    static PageLink from(JsonObject json) throws RefusedException {
        return new PageLink(json.text("url"), json.time("expiresAt"));
    }
}
