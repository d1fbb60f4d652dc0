// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A second listener at the broker: which frames go between the station and one node, and of what they consist. */
final class FrameCount implements AutoCloseable {
    /** Frames of one kind. */
    private static final class Kind {
        private long frames;
        private long subject;
        private long headers;
        private long body;
    }

    private final Connection connection;
    private final Map<String, Kind> kinds = new TreeMap<>();

    FrameCount(Connection connection, String node) throws Exception {
        this.connection = connection;
        var dispatcher = connection.createDispatcher(this::count);
        dispatcher.subscribe(node + ".>");
        dispatcher.subscribe("central.>");
        connection.flush(Duration.ofSeconds(10));
    }

    synchronized void reset() {
        kinds.clear();
    }

    /** Frames whose subject ends like this. */
    synchronized long frames(String ending) {
        return kinds.entrySet().stream()
                .filter(entry -> entry.getKey().endsWith(ending))
                .mapToLong(entry -> entry.getValue().frames)
                .sum();
    }

    /** A row a subject: frames, and bytes of each part, for each of {@code commands}. */
    synchronized List<List<String>> rows(int commands) {
        var rows = new ArrayList<List<String>>();
        kinds.forEach((subject, kind) -> rows.add(List.of(
                "`" + subject + "`",
                each(kind.frames, commands),
                each(kind.subject, commands),
                each(kind.headers, commands),
                each(kind.body, commands))));
        return rows;
    }

    private static String each(long sum, int commands) {
        return Report.number((double) sum / commands);
    }

    private synchronized void count(Message message) {
        Kind kind = kinds.computeIfAbsent(message.getSubject(), any -> new Kind());
        kind.frames++;
        kind.subject += message.getSubject().length();
        kind.headers += encoded(message.getHeaders());
        kind.body += message.getData().length;
    }

    /** As the NATS protocol writes it: a first line, a line each, an empty line. */
    private static int encoded(Headers headers) {
        int bytes = "NATS/1.0\r\n\r\n".length();
        for (var header : headers.entrySet()) {
            for (String value : header.getValue()) {
                bytes += (header.getKey() + ":" + value + "\r\n").getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return bytes;
    }

    @Override
    public void close() throws Exception {
        connection.close();
    }
}
