// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.Limits;
import dev.steward.message.json.Json;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever may not, and whatever can't be read, is refused, and always in the API's one error shape. */
class ApiErrorsTest {
    private static final String VERSION = "/api/v1/version";
    private static RunningStation station;
    private static ApiClient client;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        station = new RunningStation(folder);
        client = station.client;
    }

    @AfterAll
    static void stop() throws Exception {
        station.close();
    }

    @Test
    void aRequestWithoutTheTokenIsUnauthorized() throws Exception {
        ApiClient.Answer answer = client.send(client.withoutToken(VERSION).build());

        assertThat(answer.error()).isEqualTo("401 unauthorized");
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer wrong", "Bearer ", "Bearer", "Basic dXNlcjpwYXNz", "bearer", "Bearer \u00e4"})
    void aWrongTokenIsUnauthorized(String authorization) throws Exception {
        HttpRequest request = client.withoutToken(VERSION)
                .header("Authorization", authorization)
                .build();

        assertThat(client.send(request).error()).isEqualTo("401 unauthorized");
    }

    @Test
    void thePathsThatDoNotExistTellStrangersNothing() throws Exception {
        assertThat(client.send(client.withoutToken("/api/v1/nope").build()).error())
                .isEqualTo("401 unauthorized");
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:80", "[::2]:80"})
    void aForeignHostIsForbiddenEvenWithTheToken(String host) throws Exception {
        String head = "GET " + VERSION + " HTTP/1.1\nConnection: close\n"
                + client.credentials().replaceFirst("Host: .*", "Host: " + host) + "\n";

        assertThat(client.raw(head)).startsWith("HTTP/1.1 403 ").contains("{\"error\":{\"code\":\"forbidden\",");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://evil.example", "null", "http://127.0.0.1", "http://localhost.evil.example"})
    void aForeignOriginIsForbiddenEvenWithTheToken(String origin) throws Exception {
        HttpRequest request = client.request(VERSION).header("Origin", origin).build();

        assertThat(client.send(request).error()).isEqualTo("403 forbidden");
    }

    @Test
    void theStationsOwnOriginIsWelcome() throws Exception {
        String own = "http://" + client.authority();

        assertThat(client.send(client.request(VERSION).header("Origin", own).build())
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aBodyOverTheLimitIsTooLargeAnnouncedOrNot() throws Exception {
        byte[] body = new byte[Limits.REQUEST_BYTES + 1];
        HttpRequest chunked = client.request("/api/v1/commands")
                .POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(body)))
                .build();

        assertThat(client.post("/api/v1/commands", body).error()).isEqualTo("413 too-large");
        assertThat(client.send(chunked).error()).isEqualTo("413 too-large");
    }

    @Test
    void aBodyThatIsNotOneJsonObjectInUtf8IsABadRequest() throws Exception {
        String nested = "[".repeat(8_000);
        for (String body : List.of(
                "",
                "null",
                "[]",
                "\"documents\"",
                "{",
                "{}",
                "{\"documents\":null}",
                "{\"documents\":\"x\"}",
                "{\"documents\":[]}",
                "{\"documents\":[1]}",
                "{\"documents\":[null]}",
                "{\"documents\":[],\"documents\":[]}",
                "{\"documents\":[\"{}\"],\"unknown\":" + nested + "}",
                "{\"documents\":" + nested + "]".repeat(8_000) + "}",
                "{\"documents\":[\"{}\"]} trailing",
                "{\"documents\":[\"{}\"]}{}")) {
            assertBadRequest(body.getBytes(StandardCharsets.UTF_8));
        }
        assertBadRequest("{\"documents\":[\"ä\"]}".getBytes(StandardCharsets.ISO_8859_1));
        assertBadRequest("{\"documents\":[\"{}\"]}".getBytes(StandardCharsets.UTF_16));
        assertBadRequest(new byte[] {(byte) 0xc0, (byte) 0xaf});
        assertBadRequest("{\"documents\":[\"x\0\"]}".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aDocumentIsReadAsStrictlyAsTheRequestAroundIt() throws Exception {
        String good = new String(TestOperator.sign(Documents.command("ship1")), StandardCharsets.UTF_8);
        for (String document : List.of(
                "",
                "{}",
                good.replace("{\"format\"", "{\"format\":1,\"format\""),
                good.replace("{\"format\"", "{\"unknown\":" + "[".repeat(8_000) + ",\"format\""),
                good.replace("{\"format\"", "{\"unknown\":1,\"format\""),
                good.replace("\"format\":1", "\"format\":2"),
                good.replace("\"part\":1", "\"part\":2"),
                good + " x",
                good.replaceFirst("\"targets\":\\[(.*?)]", "\"targets\":[$1,$1]"),
                good.replace("\"ship1\"", "\"*\""),
                good.replaceFirst("\"targets\":\\[(.*?)]", "\"targets\":[]"),
                good.replaceFirst("\"targets\":\\[(.*?)]", "\"targets\":[\"ship1\"]"))) {
            byte[] body = Json.bytes(Map.of("documents", List.of(document)));
            assertBadRequest(body);
        }
    }

    @Test
    void aDocumentThatHasNoExactBytesIsABadRequest() throws Exception {
        String request = new String(ApiClient.documents(List.of(Documents.command("ship1"))), StandardCharsets.UTF_8);
        byte[] body = request.replace("operatingsystem", "\\ud800").getBytes(StandardCharsets.UTF_8);

        assertThat(client.post("/api/v1/commands", body).json().object("error").text("message"))
                .contains("UTF-8");
    }

    @Test
    void anUnknownPathIsNotFound() throws Exception {
        for (String path : List.of("/api/v1", "/api/v1/nope", "/api/v1/commands/a/b/c", "/nope", "/api/v2/version")) {
            assertThat(client.get(path).error()).as(path).isEqualTo("404 not-found");
        }
    }

    @Test
    void anotherMethodIsNotAllowedAndTheAnswerNamesThoseThatAre() throws Exception {
        for (String method : List.of("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO")) {
            ApiClient.Answer answer = client.send(client.request("/api/v1/commands")
                    .method(method, BodyPublishers.noBody())
                    .build());
            assertThat(answer.error()).as(method).isEqualTo("405 method-not-allowed");
            assertThat(answer.header("Allow").split(", ")).containsExactlyInAnyOrder("GET", "HEAD", "POST");
        }
    }

    @Test
    void aPreflightOfAForeignPageIsRefused() throws Exception {
        HttpRequest preflight = client.withoutToken("/api/v1/commands")
                .method("OPTIONS", BodyPublishers.noBody())
                .header("Origin", "http://evil.example")
                .header("Access-Control-Request-Method", "POST")
                .build();

        ApiClient.Answer answer = client.send(preflight);
        assertThat(answer.error()).isEqualTo("403 forbidden");
        assertThat(answer.headers().map()).doesNotContainKey("access-control-allow-origin");
    }

    @Test
    void headAnswersAsGetDoesWithoutTheBody() throws Exception {
        for (String path : List.of(VERSION, "/api/v1/nodes", "/api/v1/commands", "/api/v1/commands/ffffffff")) {
            ApiClient.Answer get = client.get(path);
            ApiClient.Answer head = client.send(
                    client.request(path).method("HEAD", BodyPublishers.noBody()).build());
            assertThat(head.status()).isEqualTo(get.status());
            for (String header : List.of("Content-Type", "Content-Length", "Cache-Control")) {
                assertThat(head.header(header)).as(header).isEqualTo(get.header(header));
            }
        }
    }

    @Test
    void headOfTheStreamEndsAtOnce() throws Exception {
        ApiClient.Answer head = client.send(client.request("/api/v1/stream")
                .method("HEAD", BodyPublishers.noBody())
                .build());

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Content-Type")).startsWith("text/event-stream");
    }

    @Test
    void whatIsNoHttpAtAllIsRefusedInTheSameShape() throws Exception {
        String end = "Connection: close\n\n";
        String long20k = "a".repeat(20_000);
        assertRefused("garbage\n\n", 400, "bad-request");
        assertRefused("GET " + VERSION + " HTTP/1.1\n" + end, 400, "bad-request");
        assertRefused("GET " + VERSION + " HTTP/1.1\nHost: a\nHost: b\n" + end, 400, "bad-request");
        assertRefused("GET /api/v1/commands/%00 HTTP/1.1\n" + client.credentials() + end, 400, "bad-request");
        assertRefused("GET http://evil/ HTTP/1.1\n" + client.credentials() + end, 400, "bad-request");
        assertRefused("GET /" + long20k + " HTTP/1.1\n" + client.credentials() + end, 414, "too-large");
        assertRefused("GET / HTTP/1.1\nX: " + long20k + "\n" + client.credentials() + end, 431, "too-large");
    }

    private static void assertBadRequest(byte[] body) throws Exception {
        String text = StandardCharsets.ISO_8859_1.decode(ByteBuffer.wrap(body)).toString();
        assertThat(client.post("/api/v1/commands", body).error())
                .as(text.substring(0, Math.min(80, text.length())))
                .isEqualTo("400 bad-request");
        assertThat(client.post("/api/v1/commands/ffffffff/cancel", body).status())
                .isEqualTo(404);
    }

    private static void assertRefused(String request, int status, String code) throws Exception {
        String answer = client.raw(request);
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
        int body = answer.indexOf("\r\n\r\n") + 4;
        station.openApi.checkSchema("Error", answer.substring(body));
        assertThat(answer.substring(body)).startsWith("{\"error\":{\"code\":\"" + code + "\",");
    }
}
