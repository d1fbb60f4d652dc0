// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.Limits;
import dev.steward.message.Times;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an API token may do, and how it ends. */
class ApiTokenTest {
    private static final String TOKENS = "/api/v1/api-tokens";
    private static final String NODES = "/api/v1/nodes";
    private static final String OTHER_METHOD = "inventory";
    private static RunningStation station;
    private static ApiClient local;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        station = new RunningStation(folder);
        local = station.client;
        try (EventReader events = local.stream("", null)) {
            for (String node : List.of("ship1", "ship2", "tug1")) {
                station.absentNode(node, events);
            }
        }
    }

    @AfterAll
    static void stop() throws Exception {
        station.close();
    }

    @Test
    void aScopeHoldsForEveryTargetOfEveryDocument() throws Exception {
        try (ApiClient ci = token("scoped", "operator", List.of("ship?"), List.of("shellcommand"))) {
            assertThat(ci.order(Documents.command("ship1", "ship2")).status()).isEqualTo(201);
            String before = lastCommand();

            String scope = "the API token 'scoped' may not send this: the node 'tug1' is not in its scope:"
                    + " nodes ship?, methods shellcommand";
            assertForbidden(ci.order(Documents.command("tug1")), scope);
            assertForbidden(ci.order(Documents.command("ship1", "tug1")), scope);
            assertForbidden(ci.order(Documents.command("ship1"), Documents.command("tug1")), scope);
            CommandId parts = Documents.id();
            assertForbidden(ci.order(Documents.part(parts, 1, 2, "ship1"), Documents.part(parts, 2, 2, "tug1")), scope);
            assertForbidden(ci.order(Documents.part(parts, 1, 1, "ship1"), Documents.part(parts, 1, 1, "tug1")), scope);
            assertForbidden(ci.order(Documents.command("nobody")), "the node 'nobody' is not in its scope");
            Document.Command other = of(OTHER_METHOD, "ship1");
            assertForbidden(ci.order(other), "the method 'inventory' is not in its scope: nodes ship?, methods");
            assertForbidden(ci.order(Documents.command("ship1"), other), "the method 'inventory'");
            Document cancel = Documents.cancel(Documents.id(), "ship1");
            assertThat(ci.order(cancel).error()).isEqualTo("400 bad-request");
            assertThat(lastCommand()).isEqualTo(before);
            assertThat(local.order(Documents.command("tug1")).status()).isEqualTo(201);
            assertThat(ci.get("/api/v1/commands")
                            .json()
                            .objects("commands", 99)
                            .getFirst()
                            .text("id"))
                    .isNotEqualTo(before); // reading has no scope
        }
    }

    @Test
    void aScopeHoldsForCancelsByTheCommandsOwnMethod() throws Exception {
        try (ApiClient ci = token("canceler", "operator", List.of("ship1"), List.of("shellcommand"))) {
            Document.Command command = Documents.command("ship1", "tug1");
            Document.Command other = of(OTHER_METHOD, "ship1");
            local.order(command, other);
            String id = command.id().toString();

            assertForbidden(ci.cancel(id, Documents.cancel(command.id(), "tug1")), "the node 'tug1'");
            assertForbidden(ci.cancel(id, Documents.cancel(command.id(), "ship1", "tug1")), "the node 'tug1'");
            assertForbidden(
                    ci.cancel(id, Documents.cancel(command.id(), "ship1"), Documents.cancel(command.id(), "tug1")),
                    "the node 'tug1'");
            assertForbidden(
                    ci.cancel(other.id().toString(), Documents.cancel(other.id(), "ship1")),
                    "the method 'inventory' is not in its scope");
            // another command's cancel under the id of one that may be canceled
            assertThat(ci.cancel(id, Documents.cancel(other.id(), "ship1")).error())
                    .isEqualTo("400 bad-request");
            assertThat(ci.cancel(id, command).error()).isEqualTo("400 bad-request");
            assertThat(states(other.id())).containsExactly("queued");
            assertThat(states(command.id())).containsExactly("queued", "queued");
            assertThat(ci.cancel(id, Documents.cancel(command.id(), "ship1")).status())
                    .isEqualTo(202);
            assertThat(states(command.id())).containsExactly("canceled", "queued");
        }
    }

    @Test
    void aRevokedTokenIsRefusedAtOnceAndItsSessionsAndStreamsEnd() throws Exception {
        CommandId id = Documents.id();
        local.apiToken(id, "leaked", "admin", List.of());
        try (ApiClient leaked = local.with(ApiClient.secret(id))) {
            String cookie = session(leaked);
            String unopened = link(leaked);
            try (var stream = leaked.connect(
                            "GET /api/v1/stream HTTP/1.1\n" + leaked.credentials() + "Connection: close\n\n");
                    var page = leaked.connect("GET /api/v1/stream HTTP/1.1\nHost: %s\nCookie: %s\nConnection: close\n\n"
                            .formatted(leaked.authority(), cookie))) {
                assertThat(stream.getInputStream().read()).isPositive();
                assertThat(page.getInputStream().read()).isPositive();
                assertThat(read(leaked, cookie).status()).isEqualTo(200);

                assertThat(local.delete(TOKENS + "/" + id).status()).isEqualTo(204);

                assertThat(leaked.get(NODES).error()).isEqualTo("401 unauthorized");
                assertThat(leaked.delete(TOKENS + "/" + id).error()).isEqualTo("401 unauthorized");
                assertThat(read(leaked, cookie).error()).isEqualTo("401 unauthorized");
                assertThat(open(local, unopened).error()).isEqualTo("401 unauthorized");
                stream.getInputStream().readAllBytes(); // until it ends, or the test's limit
                page.getInputStream().readAllBytes();
            }
        }
        assertThat(local.delete(TOKENS + "/" + id).error()).isEqualTo("404 not-found");
    }

    @Test
    void aCookieOfAnAdminsSessionReadsAndNothingElse() throws Exception {
        try (ApiClient admin = token("boss", "admin", List.of(), List.of())) {
            String cookie = session(admin);
            for (String path : List.of(TOKENS, "/api/v1/page-links", "/api/v1/commands", "/api/v1/nodes/a/unfreeze")) {
                ApiClient.Answer answer = admin.send(admin.withoutToken(path)
                        .header("Cookie", cookie)
                        .POST(BodyPublishers.noBody())
                        .build());
                assertForbidden(answer, "needs its session's token in X-CSRF-Token");
            }
            assertThat(read(admin, cookie).status()).isEqualTo(200);
        }
    }

    @Test
    void tokensAndTheirSessionsSurviveARestartAndSoDoesARevocation() throws Exception {
        CommandId id = Documents.id();
        CommandId revoked = Documents.id();
        local.apiToken(id, "lasting", "operator", List.of("ship*"), List.of("shellcommand"), Duration.ofDays(400));
        local.apiToken(revoked, "gone", "viewer", List.of());
        local.delete(TOKENS + "/" + revoked);
        try (ApiClient lasting = local.with(ApiClient.secret(id));
                ApiClient gone = local.with(ApiClient.secret(revoked)).from("127.0.0.6")) {
            String cookie = session(lasting);
            String listed = listed("lasting");
            station.restart();

            assertThat(listed("lasting")).isEqualTo(listed);
            assertThat(lasting.order(Documents.command("ship1")).status()).isEqualTo(201);
            assertForbidden(lasting.order(Documents.command("tug1")), "the node 'tug1' is not in its scope");
            assertThat(read(lasting, cookie).status()).isEqualTo(200);
            assertThat(gone.get(NODES).error()).isEqualTo("401 unauthorized");
        }
    }

    @Test
    void aNameIsFreeAgainOnceItsTokenIsRevokedAndAnIdNever() throws Exception {
        CommandId id = Documents.id();
        byte[] body = Json.bytes(Map.of(
                "id",
                id,
                "name",
                "backup",
                "hash",
                "ab".repeat(32),
                "role",
                "viewer",
                "expiresAt",
                "%s".formatted(Times.text(Instant.now().plusSeconds(60)))));
        assertThat(local.post(TOKENS, body).status()).isEqualTo(201);
        assertThat(local.post(TOKENS, body).status()).isEqualTo(201); // the same again
        ApiClient.Answer second = local.apiToken(Documents.id(), "backup", "viewer", List.of());
        assertThat(second.error()).isEqualTo("409 conflict");
        assertThat(second.json().object("error").text("message"))
                .contains("there is an API token 'backup' already", id.toString());
        local.delete(TOKENS + "/" + id);

        assertThat(local.post(TOKENS, body).error()).isEqualTo("409 conflict");
        assertThat(local.apiToken(Documents.id(), "backup", "viewer", List.of()).status())
                .isEqualTo(201);
    }

    @Test
    void whatNoTokenMayBeIsRefused() throws Exception {
        assertBad(local.apiToken(Documents.id(), "local", "viewer", List.of()), "'local' and 'page' are taken");
        assertBad(local.apiToken(Documents.id(), "page", "viewer", List.of()), "are taken");
        assertBad(local.apiToken(Documents.id(), "page:x", "viewer", List.of()), "letters, digits");
        assertBad(local.apiToken(Documents.id(), "a\nb", "viewer", List.of()), "letters, digits");
        assertBad(local.apiToken(Documents.id(), "x", "root", List.of()), "viewer, operator, approver, admin");
        assertBad(local.apiToken(Documents.id(), "x", "admin", List.of("ship*")), "an admin could make a token");
        assertBad(local.apiToken(Documents.id(), "x", "operator", List.of("ship 1")), "patterns with * and ?");
        assertBad(local.apiToken(Documents.id(), "x", "operator", List.of("all")), "leave it out for all nodes");
        assertBad(life(Duration.ofDays(401)), "in the next 400 days");
        assertBad(life(Duration.ofSeconds(-1)), "in the next 400 days");
        for (String hash : List.of("ab", "AB".repeat(32), "ab".repeat(33))) {
            assertBad(made("hash", hash), "SHA-256");
        }
        assertBad(made("targets", List.of()), "'targets' is empty");
        assertBad(made("methods", List.of()), "'methods' is empty");
        assertBad(made("methods", List.of("a b")), "is not a method");
    }

    @Test
    void tooManyWrongTokensFromAnAddressHaveToWaitAndGoodOnesDoNot() throws Exception {
        try (ApiClient good = token("patient", "viewer", List.of(), List.of()).from("127.0.0.7");
                ApiClient wrong = local.with("steward_guessed").from("127.0.0.7");
                ApiClient elsewhere = local.with("steward_guessed").from("127.0.0.8")) {
            for (int i = 0; i < Limits.FAILED_LOGINS; i++) {
                assertThat(wrong.get(NODES).error()).isEqualTo("401 unauthorized");
            }
            ApiClient.Answer late = wrong.get(NODES);
            assertThat(late.error()).isEqualTo("429 too-many-failures");
            assertThat(Integer.parseInt(late.header("Retry-After"))).isBetween(1, 60);
            assertThat(good.get(NODES).status()).isEqualTo(200);
            assertThat(local.from("127.0.0.7").get(NODES).status()).isEqualTo(200);
            assertThat(elsewhere.get(NODES).error()).isEqualTo("401 unauthorized");
            assertThat(wrong.get(NODES).error()).isEqualTo("429 too-many-failures");
        }
    }

    @Test
    void nothingOnTheStationsDiskHoldsTheSecret() throws Exception {
        CommandId id = Documents.id();
        local.apiToken(id, "secretive", "viewer", List.of());
        try (ApiClient client = local.with(ApiClient.secret(id));
                Stream<Path> files = Files.walk(station.folder)) {
            assertThat(client.get(NODES).status()).isEqualTo(200);
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain(ApiClient.secret(id));
            }
        }
    }

    @Test
    void whoMadeATokenIsListedWithIt() throws Exception {
        try (ApiClient admin = token("maker", "admin", List.of(), List.of())) {
            admin.apiToken(Documents.id(), "made", "viewer", List.of());

            assertThat(listed("made")).contains("\"createdBy\":\"maker\"").doesNotContain("hash");
        }
    }

    private static ApiClient token(String name, String role, List<String> targets, List<String> methods)
            throws Exception {
        CommandId id = Documents.id();
        assertThat(local.apiToken(id, name, role, targets, methods, Duration.ofDays(1))
                        .status())
                .isEqualTo(201);
        return local.with(ApiClient.secret(id));
    }

    private static ApiClient.Answer life(Duration life) throws Exception {
        return local.apiToken(Documents.id(), "x", "viewer", List.of(), List.of(), life);
    }

    private static ApiClient.Answer made(String field, Object value) throws Exception {
        var body = new HashMap<String, Object>(Map.of(
                "id", Documents.id(),
                "name", "x",
                "hash", "ab".repeat(32),
                "role", "operator",
                "expiresAt", Times.text(Instant.now().plusSeconds(60))));
        body.put(field, value);
        return local.post(TOKENS, Json.bytes(body));
    }

    private static Document.Command of(String method, String... targets) {
        return Documents.part(Documents.id(), 1, 1, method, Instant.now().plusSeconds(600), targets);
    }

    private static String lastCommand() throws Exception {
        return local.get("/api/v1/commands")
                .json()
                .objects("commands", 99)
                .getFirst()
                .text("id");
    }

    private static List<String> states(CommandId command) throws Exception {
        return local.get("/api/v1/commands/" + command + "/executions").json().objects("executions", 99).stream()
                .map(execution -> String.valueOf(execution.get("state")))
                .toList();
    }

    private static String listed(String name) throws Exception {
        JsonObject found = local.get(TOKENS).json().objects("tokens", 99).stream()
                .filter(token -> name.equals(token.get("name")))
                .findFirst()
                .orElseThrow();
        return Json.text(List.of(found));
    }

    private static String link(ApiClient client) throws Exception {
        return client.post("/api/v1/page-links", new byte[0]).json().text("url").replaceFirst(".*#link=", "");
    }

    private static ApiClient.Answer open(ApiClient client, String link) throws Exception {
        return client.send(client.withoutToken(Access.SESSIONS)
                .POST(BodyPublishers.ofByteArray(Json.bytes(Map.of("link", link))))
                .build());
    }

    private static String session(ApiClient client) throws Exception {
        return open(client, link(client)).header("Set-Cookie").replaceFirst(";.*", "");
    }

    private static ApiClient.Answer read(ApiClient client, String cookie) throws Exception {
        return client.send(client.withoutToken(NODES).header("Cookie", cookie).build());
    }

    private static void assertForbidden(ApiClient.Answer answer, String words) throws Exception {
        assertThat(answer.error()).isEqualTo("403 forbidden");
        assertThat(answer.json().object("error").text("message")).contains(words);
    }

    private static void assertBad(ApiClient.Answer answer, String words) throws Exception {
        assertThat(answer.error()).isEqualTo("400 bad-request");
        assertThat(answer.json().object("error").text("message")).contains(words);
    }
}
