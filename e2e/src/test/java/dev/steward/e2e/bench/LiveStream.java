// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import dev.steward.cli.api.StationFile;
import dev.steward.message.CommandId;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeName;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The station's live stream, with the moment at which each event came. */
final class LiveStream implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int EVENT_BYTES = 1024 * 1024;

    record Event(long nanos, String type, JsonObject data) {}

    /** Whether an event is the one that is waited for. */
    interface Wanted {
        boolean test(JsonObject data) throws Exception;
    }

    private final HttpURLConnection connection;
    private final BufferedReader lines;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Thread reader;

    LiveStream(StationFile station) throws Exception {
        connection = (HttpURLConnection)
                URI.create(station.url() + "/api/v1/stream").toURL().openConnection();
        connection.setRequestProperty("Authorization", "Bearer " + station.token());
        connection.setRequestProperty("Accept", "text/event-stream");
        lines = new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
        lines.readLine(); // the first comment: what happens from now on is told
        reader = Thread.ofPlatform().daemon().name("stream").start(this::read);
    }

    /** The next event of a type that is wanted; what comes before it is passed over. */
    Event await(String type, Wanted wanted) throws Exception {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            Event event = events.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (event == null) {
                throw new IllegalStateException("no such event '%s' within %s".formatted(type, LIMIT));
            }
            if (event.type.equals(type) && wanted.test(event.data)) {
                return event;
            }
        }
    }

    /** The moment at which the station calls a node reachable, or not. */
    long awaitReachable(NodeName node, boolean reachable) throws Exception {
        return await("node", data -> data.text("name").equals(node.value()) && data.bool("reachable") == reachable)
                .nanos();
    }

    /** The moment at which the station says that a command is in that state on a node. */
    long awaitState(CommandId command, ExecutionState state) throws Exception {
        return await(
                        "transition",
                        data -> data.text("command").equals(command.toString())
                                && data.text("state").equals(state.toString()))
                .nanos();
    }

    @Override
    public void close() throws Exception {
        connection.disconnect();
        reader.join(LIMIT);
    }

    private void read() {
        String type = "";
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                long now = System.nanoTime();
                if (line.startsWith("event: ")) {
                    type = line.substring("event: ".length());
                } else if (line.startsWith("data: ")) {
                    byte[] json = line.substring("data: ".length()).getBytes(StandardCharsets.UTF_8);
                    events.add(new Event(now, type, Json.object(json, EVENT_BYTES)));
                }
            }
        } catch (IOException e) {
            // closed by us, or by the station's end: whoever waits for an event says so
        } catch (Exception e) {
            throw new IllegalStateException("the stream can't be read", e);
        }
    }
}
