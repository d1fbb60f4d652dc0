// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.Target;
import dev.steward.message.json.Json;
import dev.steward.message.signing.VerificationKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A small HTTP server that answers as a test wants the station to. The real one meets the command line in e2e. */
public final class Station implements AutoCloseable {
    /** Answers one request. */
    public interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    public static final String TOKEN = "secret";

    /** Of the ids of its events. */
    static final String ERA = "0123456789abc";

    private static final InetSocketAddress ANYWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final HttpServer server;
    private final String scheme;
    private final Map<String, Answer> answers = new TreeMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    public Station() throws IOException {
        this(HttpServer.create(ANYWHERE, 0), "http://");
    }

    /** Over TLS. */
    Station(SSLContext tls) throws IOException {
        this(secured(tls), "https://");
    }

    private static HttpServer secured(SSLContext tls) throws IOException {
        HttpsServer server = HttpsServer.create(ANYWHERE, 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        return server;
    }

    private Station(HttpServer server, String scheme) {
        this.server = server;
        this.scheme = scheme;
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        on("GET /api/v1/status", 200, status(true));
        server.createContext("/", this::handle);
        server.start();
    }

    /** @param start method and the beginning of the path; the longest that fits answers */
    public Station on(String start, Answer answer) {
        answers.put(start, answer);
        return this;
    }

    public Station on(String start, int status, String json) {
        return on(start, exchange -> send(exchange, status, json));
    }

    static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        requests.add(request);
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (!("Bearer " + TOKEN).equals(authorization)) {
            send(exchange, 401, "{\"error\":{\"code\":\"unauthorized\",\"message\":\"no\"}}");
            return;
        }
        @Nullable Answer best = null;
        for (Map.Entry<String, Answer> each : answers.entrySet()) {
            if (request.startsWith(each.getKey())) {
                best = each.getValue(); // in sorted order the longest beginning comes last
            }
        }
        if (best == null) {
            send(exchange, 404, "{\"error\":{\"code\":\"not-found\",\"message\":\"nothing at " + request + "\"}}");
        } else {
            best.to(exchange);
        }
    }

    public String url() {
        return scheme + "127.0.0.1:" + server.getAddress().getPort();
    }

    public List<String> requests(String start) {
        return requests.stream().filter(request -> request.startsWith(start)).toList();
    }

    /** A data folder by which the command line finds this station. */
    Path writeFile(Path folder, String token) throws IOException {
        var file = folder.resolve("station.json");
        Files.write(file, Json.bytes(Map.of("url", url(), "pid", 1, "token", token)));
        return file;
    }

    /** An execution as the API tells it. */
    static String execution(String node, String state, String more) {
        var fields = new ArrayList<String>();
        fields.add("\"node\":\"%s\",\"state\":\"%s\"".formatted(node, state));
        for (String field : List.of(
                "\"provisional\":false",
                "\"exitCode\":null",
                "\"reason\":null",
                "\"stdout\":\"\"",
                "\"stderr\":\"\"",
                "\"stdoutBase64\":null",
                "\"stderrBase64\":null",
                "\"stdoutBytes\":null",
                "\"stderrBytes\":null",
                "\"truncatedBytes\":null",
                "\"outputComplete\":true",
                "\"attempt\":null",
                "\"orderedAt\":\"2026-01-31T12:00:00.000Z\"",
                "\"startedAt\":null",
                "\"finishedAt\":null",
                "\"durationMs\":null",
                "\"reachable\":true",
                "\"lastHeardAt\":\"2026-01-31T12:00:00.000Z\"")) {
            if (!more.contains(field.substring(0, field.indexOf(':')))) {
                fields.add(field);
            }
        }
        return "{" + String.join(",", fields) + (more.isEmpty() ? "" : "," + more) + "}";
    }

    static String executions(String... executions) {
        return "{\"executions\":[%s],\"next\":null}".formatted(String.join(",", executions));
    }

    static String command(String id, String state, int total, String states) {
        return """
                {"id":"%s","method":"shellcommand","domain":"operatingsystem","arguments":{"command":["date"]},\
                "issuer":"me@here","state":"%s","orderedAt":"2026-01-31T12:00:00.000Z",\
                "startBefore":"2026-02-01T12:00:00.000Z","timeoutMs":60000,"repeatable":false,"total":%d,"states":{%s}}""".formatted(id, state, total, states);
    }

    static String status(boolean connected) {
        return """
                {"broker":{"url":"nats://127.0.0.1:4222","connected":%s,"since":"2026-01-31T12:00:00.000Z","reason":%s},\
                "ledger":{"failure":null,"spaceLow":false,"space":null}}""".formatted(connected, connected ? "null" : "\"no space for its mailbox\"");
    }

    /** The identity of the machine that has a name, unless a test gives it to another. */
    static VerificationKey machine(String name) {
        byte[] bytes = new byte[VerificationKey.BYTES];
        new Random(name.hashCode()).nextBytes(bytes);
        try {
            return VerificationKey.of(bytes);
        } catch (RefusedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How documents name it. */
    static Target target(String name) {
        return new Target(new NodeName(name), machine(name).id());
    }

    static String nodes(String... names) {
        var nodes = new ArrayList<String>();
        for (String name : names) {
            nodes.add(
                    "{\"name\":\"%s\",\"fingerprint\":\"%s\",\"reachable\":true,\"lastHeardAt\":\"2026-01-31T12:00:00.000Z\",\"labels\":{},\"facts\":null}"
                            .formatted(name, machine(name).id()));
        }
        return "{\"nodes\":[%s]}".formatted(String.join(",", nodes));
    }

    /** A transition as an event of the stream. */
    static String transition(long seq, String id, String node, String state, String commandState) {
        return """
                id: %6$s-%1$d
                event: transition
                data: {"seq":%1$d,"command":"%2$s","node":"%3$s","state":"%4$s","provisional":false,"attempt":1,"exitCode":null,\
                "reason":null,"saidBy":"%3$s","observedAt":"2026-01-31T12:00:00.000Z",\
                "receivedAt":"2026-01-31T12:00:00.000Z","commandState":"%5$s"}

                """.formatted(seq, id, node, state, commandState, ERA);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
