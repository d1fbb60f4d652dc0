// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.RefusedException;
import dev.steward.message.Times;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.VerificationKey;
import dev.steward.station.core.ApiToken;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A client that trusts nothing: every answer is held against {@code openapi.yaml}. */
final class ApiClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** An answer that fits {@code openapi.yaml}. */
    record Answer(int status, HttpHeaders headers, byte[] body) {
        JsonObject json() throws RefusedException {
            return Json.object(body, Integer.MAX_VALUE);
        }

        /** Status and error code, for instance {@code 404 not-found}. */
        String error() throws RefusedException {
            return status + " " + json().object("error").text("code");
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }
    }

    private final OpenApi openApi;
    private final int port;
    private final String token;
    private final HttpClient http;

    ApiClient(OpenApi openApi, int port, String token) {
        this(openApi, port, token, "127.0.0.1");
    }

    private ApiClient(OpenApi openApi, int port, String token, String from) {
        this.openApi = openApi;
        this.port = port;
        this.token = token;
        try {
            this.http = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .localAddress(InetAddress.getByName(from))
                    .build();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The same from another address, of which this machine has all that begin with 127. */
    ApiClient from(String address) {
        return new ApiClient(openApi, port, token, address);
    }

    /** The same with another bearer token. */
    ApiClient with(String otherToken) {
        return new ApiClient(openApi, port, otherToken);
    }

    /** The secret of an API token that a test makes under this id. */
    static String secret(CommandId id) {
        return "steward_" + id;
    }

    /** Makes an API token; no targets for all. */
    Answer apiToken(CommandId id, String name, String role, List<String> targets)
            throws IOException, InterruptedException {
        return apiToken(id, name, role, targets, List.of(), Duration.ofDays(1));
    }

    Answer apiToken(CommandId id, String name, String role, List<String> targets, List<String> methods, Duration life)
            throws IOException, InterruptedException {
        var body = new LinkedHashMap<String, Object>();
        body.put("id", id);
        body.put("name", name);
        body.put("hash", ApiToken.hash(secret(id)));
        body.put("role", role);
        if (!targets.isEmpty()) {
            body.put("targets", targets);
        }
        if (!methods.isEmpty()) {
            body.put("methods", methods);
        }
        body.put("expiresAt", Times.text(Instant.now().plus(life)));
        return post("/api/v1/api-tokens", Json.bytes(body));
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send(request(path).build());
    }

    Answer post(String path, byte[] body) throws IOException, InterruptedException {
        return send(
                request(path).POST(HttpRequest.BodyPublishers.ofByteArray(body)).build());
    }

    Answer order(Document... documents) throws IOException, InterruptedException {
        return post("/api/v1/commands", documents(List.of(documents)));
    }

    Answer publish(Document list) throws IOException, InterruptedException {
        return publish(TestOperator.sign(list));
    }

    Answer publish(byte[] signed) throws IOException, InterruptedException {
        return post("/api/v1/operators", texts(List.of(signed)));
    }

    /** @param what {@code signatures} or {@code turn-down} */
    Answer held(String id, String what, byte[] signed) throws IOException, InterruptedException {
        return post("/api/v1/held/" + id + "/" + what, texts(List.of(signed)));
    }

    Answer nodeRecord(byte[] signed) throws IOException, InterruptedException {
        return post("/api/v1/node-records", texts(List.of(signed)));
    }

    Answer token(CommandId id, VerificationKey key, Optional<String> node, Duration life)
            throws IOException, InterruptedException {
        Map<String, Object> body = tokenBody(id, key, life);
        node.ifPresent(name -> body.put("node", name));
        return post("/api/v1/tokens", Json.bytes(body));
    }

    /** A token whose holder logs in at the broker with this key. */
    Answer token(CommandId id, VerificationKey key, VerificationKey login, Duration life)
            throws IOException, InterruptedException {
        Map<String, Object> body = tokenBody(id, key, life);
        body.put("login", login);
        return post("/api/v1/tokens", Json.bytes(body));
    }

    private static Map<String, Object> tokenBody(CommandId id, VerificationKey key, Duration life) {
        var body = new LinkedHashMap<String, Object>();
        body.put("id", id);
        body.put("key", key);
        body.put("expiresAt", Times.text(Instant.now().plus(life)));
        return body;
    }

    Answer unfreeze(String node) throws IOException, InterruptedException {
        return post("/api/v1/nodes/%s/unfreeze".formatted(node), new byte[0]);
    }

    Answer delete(String path) throws IOException, InterruptedException {
        return send(request(path).DELETE().build());
    }

    /** Waits until an event tells this. */
    void awaitEvent(String text) throws IOException, InterruptedException, RefusedException {
        long end = System.nanoTime() + TIMEOUT.toNanos();
        while (get("/api/v1/events").json().objects("events", 500).stream()
                .noneMatch(event -> String.valueOf(event.get("text")).contains(text))) {
            if (System.nanoTime() > end) {
                throw new AssertionError("no event tells: " + text);
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** Orders what is signed already. */
    Answer orderSigned(byte[] signed) throws IOException, InterruptedException {
        return post("/api/v1/commands", texts(List.of(signed)));
    }

    Answer cancelSigned(String command, byte[] signed) throws IOException, InterruptedException {
        return post("/api/v1/commands/" + command + "/cancel", texts(List.of(signed)));
    }

    /** Hands in this document with this operator's signature, as whoever approves does. */
    Answer sign(String command, Document document) throws IOException, InterruptedException {
        return signSigned(command, TestOperator.sign(document));
    }

    Answer signSigned(String command, byte[] signed) throws IOException, InterruptedException {
        return post("/api/v1/commands/" + command + "/signatures", texts(List.of(signed)));
    }

    private static byte[] texts(List<byte[]> documents) {
        return Json.bytes(Map.of(
                "documents",
                documents.stream()
                        .map(document -> new String(document, StandardCharsets.UTF_8))
                        .toList()));
    }

    Answer cancel(String command, Document... documents) throws IOException, InterruptedException {
        return post("/api/v1/commands/" + command + "/cancel", documents(List.of(documents)));
    }

    static byte[] documents(List<? extends Document> documents) {
        return texts(documents.stream().map(TestOperator::sign).toList());
    }

    /** A request with the token, to be changed before it is sent. */
    HttpRequest.Builder request(String path) {
        return withoutToken(path).header("Authorization", "Bearer " + token);
    }

    HttpRequest.Builder withoutToken(String path) {
        return HttpRequest.newBuilder(URI.create("http://" + authority() + path))
                .timeout(TIMEOUT);
    }

    Answer send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
        check(request.method(), request.uri().getRawPath(), response.statusCode(), response.headers(), response.body());
        return new Answer(response.statusCode(), response.headers(), response.body());
    }

    /** Opens the stream with this query, from {@code lastEventId} where it is not null. */
    EventReader stream(String query, @Nullable String lastEventId) throws IOException, InterruptedException {
        HttpRequest.Builder request = request("/api/v1/stream" + query);
        if (lastEventId != null) {
            request.header("Last-Event-ID", lastEventId);
        }
        HttpResponse<InputStream> response = http.send(request.build(), BodyHandlers.ofInputStream());
        check("GET", "/api/v1/stream", response.statusCode(), response.headers(), new byte[0]);
        return new EventReader(openApi, response.body());
    }

    /** Sends a request byte for byte; returns status line, headers and body. */
    String raw(String head) throws IOException {
        try (Socket socket = connect(head)) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Sends the head of a request and leaves the connection open. */
    Socket connect(String head) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) TIMEOUT.toMillis());
        socket.getOutputStream().write(head.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    /** The lines that say who asks, for {@link #raw}. */
    String credentials() {
        return "Host: %s\nAuthorization: Bearer %s\n".formatted(authority(), token);
    }

    String authority() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        http.shutdownNow();
        http.close();
    }

    private void check(String method, String path, int status, HttpHeaders headers, byte[] body) {
        openApi.check(method, path, status, headers.firstValue("Content-Type").orElse(""), body);
    }
}
