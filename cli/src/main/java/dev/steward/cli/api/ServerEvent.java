// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.message.json.JsonObject;
import java.util.OptionalLong;

/**
 * One event of the station's stream.
 *
 * @param seq its place in the stream, by which a broken stream goes on; absent where it is not replayed
 * @param type {@code transition}, {@code output} or {@code node}
 */
public record ServerEvent(OptionalLong seq, String type, JsonObject data) {}
