// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.message.ExecutionState;
import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One command on one node, as the station knows it.
 *
 * @param provisional the state is the station's verdict, which the node has not confirmed
 * @param stdout empty where it was not asked for
 * @param truncatedBytes what the agent cut out of both streams together
 * @param frozen whether the station sends its node nothing until a person decides
 * @param outputComplete whether it has ended and all of its output is at the station
 */
public record ExecutionInfo(
        String node,
        ExecutionState state,
        boolean provisional,
        OptionalLong exitCode,
        Optional<String> reason,
        byte[] stdout,
        byte[] stderr,
        long truncatedBytes,
        boolean outputComplete,
        OptionalLong durationMs,
        OptionalLong attempt,
        boolean reachable,
        Optional<Instant> lastHeardAt,
        boolean frozen,
        JsonObject json) {

    static ExecutionInfo from(JsonObject json) throws RefusedException {
        return new ExecutionInfo(
                json.text("node"),
                ExecutionState.parse(json.text("state")),
                json.bool("provisional"),
                json.optionalInteger("exitCode", Integer.MIN_VALUE, Integer.MAX_VALUE),
                json.optionalText("reason"),
                bytes(json, "stdout"),
                bytes(json, "stderr"),
                json.optionalInteger("truncatedBytes", 0, Long.MAX_VALUE).orElse(0),
                json.bool("outputComplete"),
                json.optionalInteger("durationMs", 0, Long.MAX_VALUE),
                json.optionalInteger("attempt", 0, Integer.MAX_VALUE),
                json.bool("reachable"),
                json.optionalTime("lastHeardAt"),
                json.optionalTime("frozenSince").isPresent(),
                json);
    }

    /** The exact bytes come as Base64 where they are not valid UTF-8, so that text alone would not do. */
    private static byte[] bytes(JsonObject json, String stream) throws RefusedException {
        Optional<String> exact = json.optionalText(stream + "Base64");
        if (exact.isEmpty()) {
            return json.optionalText(stream).orElse("").getBytes(StandardCharsets.UTF_8);
        }
        try {
            return Base64.getDecoder().decode(exact.get());
        } catch (IllegalArgumentException e) {
            throw new RefusedException(json.at(stream + "Base64") + " is not Base64");
        }
    }
}
