// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Reads server-sent events; each is held against the schema of its kind, and the ids must rise. */
final class EventReader implements AutoCloseable {
    private static final Map<String, String> SCHEMAS =
            Map.of("transition", "Transition", "output", "Output", "node", "Node", "reset", "Reset");

    /**
     * @param id empty for none
     * @param seq 0 for none
     */
    record Event(String id, long seq, String type, JsonObject data) {
        boolean is(String wantedType, String key, Object value) {
            return type.equals(wantedType) && value.equals(data.get(key));
        }

        /** Whether it says that a node has become reachable, or is no more. */
        boolean tells(String node, boolean reachable) {
            return is("node", "name", node) && is("node", "reachable", reachable);
        }
    }

    private final OpenApi openApi;
    private final InputStream in;
    private final BlockingQueue<Object> read = new LinkedBlockingQueue<>();
    private long lastSeq;

    EventReader(OpenApi openApi, InputStream in) {
        this.openApi = openApi;
        this.in = in;
        Thread.ofVirtual().start(this::readAll);
    }

    /** The events up to the first one that fits, that one included. */
    List<Event> until(Predicate<Event> wanted) throws InterruptedException {
        var events = new ArrayList<Event>();
        do {
            Object next = read.poll(20, TimeUnit.SECONDS);
            assertThat(next).as("what comes after %s", events).isInstanceOf(Event.class);
            events.add((Event) next);
        } while (!wanted.test(events.getLast()));
        return events;
    }

    /** Waits for the stream's end; fails where more events come. */
    void awaitEnd() throws InterruptedException {
        assertThat(read.poll(20, TimeUnit.SECONDS)).isEqualTo("end");
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private void readAll() {
        try (var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            var block = new ArrayList<String>();
            String line;
            while ((line = lines.readLine()) != null) {
                if (!line.isEmpty()) {
                    block.add(line);
                } else if (!block.getFirst().startsWith(":")) {
                    read.add(event(block));
                    block.clear();
                } else {
                    block.clear();
                }
            }
            read.add(block.isEmpty() ? "end" : "broken off after " + block);
        } catch (IOException e) {
            read.add(e);
        } catch (RefusedException | AssertionError e) {
            read.add(e);
        }
    }

    private Event event(List<String> block) throws RefusedException {
        boolean hasId = block.getFirst().startsWith("id: ");
        assertThat(block).hasSize(hasId ? 3 : 2);
        String type = block.get(hasId ? 1 : 0).substring("event: ".length());
        String json = block.getLast().substring("data: ".length());
        assertThat(SCHEMAS).containsKey(type);
        openApi.checkSchema(String.valueOf(SCHEMAS.get(type)), json);
        JsonObject data = Json.object(json.getBytes(StandardCharsets.UTF_8), Integer.MAX_VALUE);
        assertThat(hasId).as("whether a %s event has an id", type).isEqualTo(!type.equals("node"));
        String id = hasId ? block.getFirst().substring("id: ".length()) : "";
        long seq = 0;
        if (type.equals("reset")) {
            assertThat(id).isEqualTo("0");
            lastSeq = 0;
        } else if (hasId) {
            assertThat(id).matches("[0-9a-v]{13}-[0-9]{1,18}");
            seq = Long.parseLong(id.substring(id.indexOf('-') + 1));
            assertThat(seq).isGreaterThan(lastSeq).isEqualTo(data.integer("seq", 1, Long.MAX_VALUE));
            lastSeq = seq;
        }
        return new Event(id, seq, type, data);
    }
}
