// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.station.core.LiveTokens;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A session of the page may send what an operator has signed: while it is fresh, with its own token, as its link's maker may. */
class PageOrderTest {
    private static final String COMMANDS = "/api/v1/commands";
    private static RunningStation station;
    private static ApiClient local;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        station = new RunningStation(folder);
        local = station.client;
        try (EventReader events = local.stream("", null)) {
            station.absentNode("ship1", events);
            station.absentNode("tug1", events);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        station.close();
    }

    @Test
    void aFreshSessionOrdersAndCancelsAndTheAuditLogSaysThatItWasThePage() throws Exception {
        String cookie = session(local);
        JsonObject told = session(cookie);
        assertThat(told.text("name")).isEqualTo("page:local");
        assertThat(told.text("role")).isEqualTo("admin");
        assertThat(Duration.between(Instant.now(), told.time("freshUntil")))
                .isBetween(Sessions.FRESH_LIFE.minusMinutes(1), Sessions.FRESH_LIFE);
        Document.Command command = Documents.command("ship1");
        assertThat(send(cookie, told.text("csrfToken"), COMMANDS, command).status())
                .isEqualTo(201);
        assertThat(send(
                                cookie,
                                told.text("csrfToken"),
                                COMMANDS + "/" + command.id() + "/cancel",
                                Documents.cancel(command.id(), "ship1"))
                        .status())
                .isEqualTo(202);
        assertThat(local.get("/api/v1/audit?limit=2").json().objects("entries", 2))
                .extracting(row -> row.text("entry"))
                .hasSize(2)
                .allMatch(entry -> entry.contains("\"page:local\""));
    }

    @Test
    void withoutItsOwnSessionsTokenNothingIsOrdered() throws Exception {
        String cookie = session(local);
        String own = session(cookie).text("csrfToken");
        String others = session(session(local)).text("csrfToken");
        assertThat(others).isNotEqualTo(own);
        Document.Command command = Documents.command("ship1");
        for (String wrong : List.of(others, own.substring(1), own + "A", "x", cookie)) {
            assertForbidden(send(cookie, wrong, COMMANDS, command), "needs its session's token in X-CSRF-Token");
        }
        HttpRequest without = client(cookie, COMMANDS)
                .POST(BodyPublishers.ofByteArray(ApiClient.documents(List.of(command))))
                .build();
        assertForbidden(local.send(without), "needs its session's token in X-CSRF-Token");
        assertThat(local.get(COMMANDS + "/" + command.id()).status()).isEqualTo(404);
    }

    @Test
    void anOlderSessionReadsAndOrdersNothing() throws Exception {
        Instant before = Instant.now().minus(Sessions.FRESH_LIFE).minusSeconds(1);
        byte[] key =
                Files.readString(station.folder.resolve("session.key")).strip().getBytes(StandardCharsets.UTF_8);
        String secret = Files.readString(station.folder.resolve("token")).strip();
        var tokens = new BearerTokens(secret, () -> LiveTokens.NONE, () -> before);
        var then = new Sessions(key, tokens, () -> before);
        CommandId token = tokens.bySecret(secret).orElseThrow().id();
        String name = session(local).replaceFirst("=.*", "=");
        String cookie = name + then.open(then.newLink(token).secret()).cookie();

        String csrf = session(cookie).text("csrfToken");
        ApiClient.Answer answer = send(cookie, csrf, COMMANDS, Documents.command("ship1"));

        assertThat(answer.error()).isEqualTo("403 not-fresh");
        assertThat(answer.json().object("error").text("message")).contains("`steward page` prints another link");
        assertThat(local.send(client(cookie, COMMANDS).build()).status()).isEqualTo(200);
    }

    @Test
    void aSessionMayWhatTheTokenMayThatHasMadeItsLink() throws Exception {
        assertForbidden(orderAs("viewer", List.of(), "ship1"), "has the role viewer, and this takes operator");
        assertThat(orderAs("operator", List.of(), "ship1").status()).isEqualTo(201);
        assertThat(orderAs("operator", List.of("ship1"), "ship1").status()).isEqualTo(201);
        assertForbidden(orderAs("operator", List.of("ship1"), "tug1"), "is not in its scope");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/operators",
                "/api/v1/node-records",
                "/api/v1/tokens",
                "/api/v1/api-tokens",
                "/api/v1/page-links",
                "/api/v1/nodes/ship1/unfreeze",
            })
    void whatIsNoOrderNeedsABearerTokenEvenForAnAdminsSession(String path) throws Exception {
        String cookie = session(local);

        ApiClient.Answer answer = send(cookie, session(cookie).text("csrfToken"), path, Documents.command("ship1"));

        assertForbidden(answer, "may read, order, cancel and sign; anything else needs a bearer token");
    }

    @Test
    void aBearerTokenHasNoSession() throws Exception {
        assertThat(local.get(Access.SESSION).error()).isEqualTo("404 not-found");
        String cookie = session(local);
        HttpRequest both =
                local.request(Access.SESSION).header("Cookie", cookie).build();
        assertThat(local.send(both).error()).isEqualTo("404 not-found");
    }

    private static ApiClient.Answer orderAs(String role, List<String> scope, String target) throws Exception {
        CommandId id = Documents.id();
        local.apiToken(id, "t" + id.toString().substring(24), role, scope);
        try (ApiClient client = local.with(ApiClient.secret(id))) {
            String cookie = session(client);
            return send(cookie, session(cookie).text("csrfToken"), COMMANDS, Documents.command(target));
        }
    }

    private static String session(ApiClient by) throws Exception {
        String link =
                by.post("/api/v1/page-links", new byte[0]).json().text("url").replaceFirst("^.*#link=", "");
        return local.send(local.withoutToken(Access.SESSIONS)
                        .POST(BodyPublishers.ofByteArray(Json.bytes(Map.of("link", link))))
                        .build())
                .header("Set-Cookie")
                .replaceFirst(";.*", "");
    }

    private static JsonObject session(String cookie) throws Exception {
        return local.send(client(cookie, Access.SESSION).build()).json();
    }

    private static HttpRequest.Builder client(String cookie, String path) {
        return local.withoutToken(path).header("Cookie", cookie);
    }

    private static ApiClient.Answer send(String cookie, String csrf, String path, Document document) throws Exception {
        return local.send(client(cookie, path)
                .header(Access.CSRF, csrf)
                .POST(BodyPublishers.ofByteArray(ApiClient.documents(List.of(document))))
                .build());
    }

    private static void assertForbidden(ApiClient.Answer answer, String words) throws Exception {
        assertThat(answer.error()).isEqualTo("403 forbidden");
        assertThat(answer.json().object("error").text("message")).contains(words);
    }
}
