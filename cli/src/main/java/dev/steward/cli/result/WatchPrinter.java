// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.result;

import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.ExecutionState;
import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import dev.steward.message.text.SafeText;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/** A command's transitions and output as lines, each with its node. */
public final class WatchPrinter implements Follower.Listener {
    private record Source(String node, String stream) {}

    private final Surroundings surroundings;
    private final DateTimeFormatter time;
    private final Map<Source, LineBuffer> buffers = new LinkedHashMap<>();

    public WatchPrinter(Surroundings surroundings, ZoneId zone) {
        this.surroundings = surroundings;
        this.time = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(zone);
    }

    @Override
    public void transition(JsonObject data, ExecutionState state) throws RefusedException {
        String node = data.text("node");
        if (state.isTerminal()) {
            flush(node);
        }
        OptionalLong exitCode = data.optionalInteger("exitCode", Integer.MIN_VALUE, Integer.MAX_VALUE);
        String detail = Summary.detail(state, data.bool("provisional"), exitCode, data.optionalText("reason"));
        // The station's time, not the node's: one clock for all lines.
        print(time.format(data.time("receivedAt")) + " " + node + " " + detail + attempt(data));
    }

    /** Of a repeatable command that was interrupted; a first start needs no number. */
    private static String attempt(JsonObject data) throws RefusedException {
        long attempt = data.optionalInteger("attempt", 0, Integer.MAX_VALUE).orElse(1);
        return attempt > 1 ? " (attempt %d)".formatted(attempt) : "";
    }

    @Override
    public void output(JsonObject data) throws RefusedException {
        var source = new Source(data.text("node"), data.text("stream"));
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(data.text("base64"));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(data.at("base64") + " is not Base64");
        }
        buffers.computeIfAbsent(source, _ -> new LineBuffer())
                .add(
                        data.integer("attempt", 0, Integer.MAX_VALUE),
                        data.integer("offset", 0, Long.MAX_VALUE),
                        bytes,
                        line -> print(source, line));
    }

    @Override
    public void broken(String reason) {
        surroundings.err().println("connection to the station lost (%s); trying again".formatted(reason));
    }

    @Override
    public void restored() {
        surroundings.err().println("connected again");
    }

    @Override
    public void reset(String reason) {
        flush();
        buffers.clear();
        surroundings.err().println("from the beginning again: " + SafeText.line(reason));
    }

    @Override
    public boolean done() {
        return surroundings.out().checkError(); // whoever read it has gone, for instance `head`
    }

    /** Prints what waits for the end of its line. */
    public void flush() {
        buffers.forEach((source, buffer) -> buffer.flush(line -> print(source, line)));
    }

    private void flush(String node) {
        buffers.forEach((source, buffer) -> {
            if (source.node.equals(node)) {
                buffer.flush(line -> print(source, line));
            }
        });
    }

    private void print(Source source, String line) {
        print(source.node + (source.stream.equals("stderr") ? " stderr: " : ": ") + line);
    }

    private void print(String line) {
        surroundings.out().println(surroundings.outIsTerminal() ? SafeText.lines(line) : line);
    }
}
