// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads server-sent events (WHATWG HTML, section 9.2) as the station writes them: lines end in a line feed. */
final class EventReader {
    /** An output event holds a chunk twice, once as escaped text and once as Base64. */
    private static final int LINE_BYTES = 1024 * 1024;

    private final InputStream in;
    private final Runnable alive;

    /** @param alive called with each line, comments included */
    EventReader(InputStream in, Runnable alive) {
        this.in = new BufferedInputStream(in, 64 * 1024);
        this.alive = alive;
    }

    /** The next event; empty where the stream has ended. What was begun but not closed by an empty line is dropped. */
    Optional<ServerEvent> next() throws IOException, RefusedException {
        String type = "message";
        Optional<String> id = Optional.empty();
        var data = new StringBuilder();
        while (true) {
            Optional<String> read = line();
            if (read.isEmpty()) {
                return Optional.empty();
            }
            alive.run();
            String line = read.get();
            if (line.isEmpty()) {
                if (!data.isEmpty()) {
                    byte[] json = data.toString().getBytes(StandardCharsets.UTF_8);
                    return Optional.of(new ServerEvent(id, type, Json.object(json, LINE_BYTES)));
                }
                type = "message";
                continue;
            }
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1);
            value = value.startsWith(" ") ? value.substring(1) : value;
            switch (field) {
                case "event" -> type = value;
                case "id" -> id = Optional.of(value);
                case "data" -> data.append(data.isEmpty() ? "" : "\n").append(value);
                default -> {} // a comment (empty field), retry, or what is yet to come
            }
        }
    }

    private Optional<String> line() throws IOException {
        var bytes = new ByteArrayOutputStream(256);
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                String line = bytes.toString(StandardCharsets.UTF_8);
                return Optional.of(line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
            }
            bytes.write(b);
            if (bytes.size() > LINE_BYTES) {
                throw new IOException("an event is longer than %d bytes".formatted(LINE_BYTES));
            }
        }
        return Optional.empty();
    }
}
