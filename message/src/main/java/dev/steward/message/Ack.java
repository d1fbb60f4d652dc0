// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What a node says about a command. On the wire a line of JSON, then the bytes of output it carries, so that output
 * is never escaped. {@code received} needs no ack of its own: the link's acknowledgement says it.
 */
public sealed interface Ack {
    CommandId command();

    /** Whether a node that says so has recorded the command. */
    default boolean showsReceipt() {
        return !(this instanceof Unknown || this instanceof CancelRefused);
    }

    /** Recorded in the journal; the spawn follows. */
    record Started(CommandId command, int attempt, Instant startedAt) implements Ack {}

    /** Waits at the node; told where the station asks again about a command that the node knows. */
    record Waiting(CommandId command) implements Ack {}

    /** Found in the journal when the agent started: the journal may be an older copy, so may this command start? */
    record Unsure(CommandId command) implements Ack {}

    /** Output as it comes. */
    record Output(CommandId command, int attempt, OutputChunk chunk) implements Ack {}

    /** The end; told again unchanged whenever the station asks. */
    record Finished(CommandId command, Outcome outcome) implements Ack {}

    /** The node's store does not know the command. */
    record Unknown(CommandId command) implements Ack {}

    /** A cancel came too late or can't be followed; the execution goes its way. */
    record CancelRefused(CommandId command, String reason) implements Ack {}

    default byte[] encode() {
        var json = new LinkedHashMap<String, @Nullable Object>();
        List<OutputChunk> chunks = List.of();
        json.put("command", command());
        switch (this) {
            case Started ack -> {
                json.put("type", "started");
                json.put("attempt", ack.attempt);
                json.put("startedAt", Times.text(ack.startedAt));
            }
            case Waiting ack -> json.put("type", "waiting");
            case Unsure ack -> json.put("type", "unsure");
            case Output ack -> {
                json.put("type", "output");
                json.put("attempt", ack.attempt);
                chunks = List.of(ack.chunk);
            }
            case Finished ack -> {
                json.put("type", "finished");
                putOutcome(json, ack.outcome);
                chunks = ack.outcome.output();
            }
            case Unknown ack -> json.put("type", "unknown");
            case CancelRefused ack -> {
                json.put("type", "cancel-refused");
                json.put("reason", ack.reason);
            }
        }
        if (!chunks.isEmpty()) {
            json.put("output", chunks.stream().map(Ack::chunkHeader).toList());
        }
        byte[] head = Json.bytes(json);
        int length = head.length
                + 1
                + chunks.stream().mapToInt(chunk -> chunk.bytes().length).sum();
        byte[] body = Arrays.copyOf(head, length);
        body[head.length] = '\n';
        int at = head.length + 1;
        for (OutputChunk chunk : chunks) {
            System.arraycopy(chunk.bytes(), 0, body, at, chunk.bytes().length);
            at += chunk.bytes().length;
        }
        return body;
    }

    static Ack decode(byte[] body) throws RefusedException {
        int end = 0;
        while (end < body.length && body[end] != '\n') {
            end++;
        }
        JsonObject json = Json.object(Arrays.copyOf(body, end), Limits.FRAME_BYTES);
        CommandId command = CommandId.parse(json.text("command"));
        List<OutputChunk> chunks = readChunks(json, body, Math.min(end + 1, body.length));
        String type = json.text("type");
        return switch (type) {
            case "started" -> new Started(command, attempt(json, 1), json.time("startedAt"));
            case "waiting" -> new Waiting(command);
            case "unsure" -> new Unsure(command);
            case "output" -> {
                if (chunks.size() != 1) {
                    throw new RefusedException("an output ack carries one chunk, not " + chunks.size());
                }
                yield new Output(command, attempt(json, 1), chunks.getFirst());
            }
            case "finished" -> new Finished(command, readOutcome(json, chunks));
            case "unknown" -> new Unknown(command);
            case "cancel-refused" -> new CancelRefused(command, json.text("reason"));
            default -> throw new RefusedException("unknown ack type '%s'".formatted(type));
        };
    }

    private static Map<String, Object> chunkHeader(OutputChunk chunk) {
        return Json.fields("stream", chunk.stream(), "offset", chunk.offset(), "bytes", chunk.bytes().length);
    }

    private static List<OutputChunk> readChunks(JsonObject json, byte[] body, int start) throws RefusedException {
        var chunks = new ArrayList<OutputChunk>();
        int at = start;
        if (json.has("output")) {
            for (JsonObject header : json.objects("output", 8)) {
                int length = (int) header.integer("bytes", 0, body.length - at);
                chunks.add(new OutputChunk(
                        OutputStreamName.parse(header.text("stream")),
                        header.integer("offset", 0, Long.MAX_VALUE),
                        Arrays.copyOfRange(body, at, at + length)));
                at += length;
            }
        }
        if (at != body.length) {
            throw new RefusedException("ack is followed by %d unannounced bytes".formatted(body.length - at));
        }
        return chunks;
    }

    private static int attempt(JsonObject json, int least) throws RefusedException {
        return (int) json.integer("attempt", least, Limits.ATTEMPTS);
    }

    private static void putOutcome(Map<String, @Nullable Object> json, Outcome outcome) {
        json.put("state", outcome.state());
        json.put("attempt", outcome.attempt());
        outcome.exitCode().ifPresent(code -> json.put("exitCode", code));
        outcome.reason().ifPresent(reason -> json.put("reason", reason));
        outcome.startedAt().ifPresent(at -> json.put("startedAt", Times.text(at)));
        json.put("finishedAt", Times.text(outcome.finishedAt()));
        outcome.duration().ifPresent(duration -> json.put("durationMs", duration.toMillis()));
        json.put("stdoutBytes", outcome.stdoutBytes());
        json.put("stderrBytes", outcome.stderrBytes());
        json.put("keptBytes", outcome.keptBytes());
    }

    private static Outcome readOutcome(JsonObject json, List<OutputChunk> chunks) throws RefusedException {
        ExecutionState state = ExecutionState.parse(json.text("state"));
        if (!state.isTerminal()) {
            throw new RefusedException("a finished ack can't say '%s'".formatted(state));
        }
        long stdoutBytes = json.integer("stdoutBytes", 0, Long.MAX_VALUE / 2);
        long stderrBytes = json.integer("stderrBytes", 0, Long.MAX_VALUE / 2);
        return new Outcome(
                state,
                attempt(json, 0),
                json.has("exitCode")
                        ? OptionalInt.of((int) json.integer("exitCode", Integer.MIN_VALUE, Integer.MAX_VALUE))
                        : OptionalInt.empty(),
                json.optionalText("reason"),
                json.optionalTime("startedAt"),
                json.time("finishedAt"),
                json.has("durationMs")
                        ? Optional.of(Duration.ofMillis(json.integer("durationMs", 0, Long.MAX_VALUE)))
                        : Optional.empty(),
                stdoutBytes,
                stderrBytes,
                json.integer("keptBytes", 0, stdoutBytes + stderrBytes),
                chunks);
    }
}
