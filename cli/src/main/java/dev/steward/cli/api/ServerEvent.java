// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.message.json.JsonObject;
import java.util.Optional;

/**
 * One event of the station's stream.
 *
 * @param id its place in the stream, after which a broken stream goes on; absent where it is not replayed
 * @param type {@code transition}, {@code output}, {@code node} or {@code reset}
 */
public record ServerEvent(Optional<String> id, String type, JsonObject data) {}
