// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.CommandId;
import dev.steward.message.NodeName;
import dev.steward.message.Space;
import dev.steward.station.core.ApiToken;
import dev.steward.station.core.Role;
import dev.steward.station.core.Scope;
import dev.steward.station.ledger.LedgerReader;
import io.javalin.Javalin;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each route of the API takes the role that {@code openapi.yaml} says, and nobody gets by with less. */
class RouteRolesTest {
    private static RunningStation station;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        station = new RunningStation(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        station.close();
    }

    @Test
    void everyRouteTakesTheRoleThatIsDocumented() throws Exception {
        Map<String, Optional<Role>> routes = routes();

        assertThat(routes)
                .hasSizeGreaterThan(20)
                .allSatisfy((route, role) -> assertThat(role).as(route).isPresent());
        var served = new TreeMap<String, String>();
        routes.forEach((route, role) -> served.put(route, role.orElseThrow().toString()));
        assertThat(served).containsExactlyEntriesOf(station.openApi.roles());
        assertThat(served).allSatisfy((route, role) -> {
            if (route.startsWith("GET ")) {
                assertThat(role).as(route).isEqualTo("viewer");
            }
        });
    }

    @Test
    void aTokenOfEachRoleIsRefusedExactlyWhatIsBeyondIt() throws Exception {
        var tokens = new EnumMap<Role, ApiClient>(Role.class);
        for (Role role : Role.values()) {
            CommandId id = Documents.id();
            assertThat(station.client
                            .apiToken(id, "the-" + role, role.toString(), List.of())
                            .status())
                    .isEqualTo(201);
            tokens.put(role, station.client.with(ApiClient.secret(id)));
        }
        for (var route : routes().entrySet()) {
            for (var token : tokens.entrySet()) {
                boolean beyond = !token.getKey().includes(route.getValue().orElseThrow());
                assertThat(ask(token.getValue(), route.getKey()) == 403)
                        .as("%s by a token of role %s is refused", route.getKey(), token.getKey())
                        .isEqualTo(beyond);
            }
        }
        ApiClient.Answer refused =
                Objects.requireNonNull(tokens.get(Role.VIEWER)).order(Documents.command("ship1"));
        assertThat(refused.json().object("error").text("message"))
                .isEqualTo("the-viewer has the role viewer, and this takes operator");
        tokens.values().forEach(ApiClient::close);
    }

    @Test
    void aRouteThatDeclaresNoRoleIsServedToNobody() throws Exception {
        int port = FreePort.next();
        var admin = new ApiToken(
                Documents.id(), "a", ApiToken.hash("a"), Role.ADMIN, Scope.ALL, Instant.now(), "local", Instant.MAX);
        Javalin server = Javalin.create(config -> {
            Errors.register(config, (context, e) -> {});
            config.routes.before(context -> {
                if (!"nobody".equals(context.queryParam("as"))) {
                    Caller.with(admin).putInto(context);
                }
            });
            config.routes.beforeMatched(Routes::check);
            config.routes.get("/api/v1/forgotten", context -> context.result("secret"));
            new Routes(config.routes).get("/api/v1/declared", Role.ADMIN, context -> context.result("fine"));
            new Routes(config.routes).get("/elsewhere", Role.VIEWER, context -> context.result("secret"));
        });
        server.start("127.0.0.1", port);
        try {
            assertThat(plain(port, "/api/v1/declared")).isEqualTo("200 fine");
            assertThat(plain(port, "/api/v1/forgotten")).startsWith("403 ").doesNotContain("secret");
            assertThat(plain(port, "/elsewhere?as=nobody")).startsWith("500 ").doesNotContain("secret");
        } finally {
            server.stop();
        }
    }

    /** For GET the head alone: a stream would not end. */
    private static int ask(ApiClient client, String route) throws Exception {
        String method = route.substring(0, route.indexOf(' ')).replace("GET", "HEAD");
        String path = route.substring(route.indexOf(' ') + 1)
                .replace("{id}", Documents.id().toString())
                .replace("{heldId}", "0123456789abcdef")
                .replace("{name}", "nobody")
                .replace("{node}", "nobody")
                .replace("{stream}", "stdout");
        HttpRequest request =
                client.request(path).method(method, BodyPublishers.noBody()).build();
        return client.send(request).status();
    }

    private static String plain(int port, String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + port + path);
            var answer = http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
            return answer.statusCode() + " " + answer.body();
        }
    }

    private static Map<String, Optional<Role>> routes() throws Exception {
        Orders nobody = (Orders) Proxy.newProxyInstance(
                Orders.class.getClassLoader(), new Class<?>[] {Orders.class}, (proxy, method, arguments) -> {
                    throw new AssertionError("nothing is asked here");
                });
        int port = FreePort.next();
        try (var reader = new LedgerReader(station.folder);
                var api = new Api(
                        new Api.Settings(
                                "127.0.0.1",
                                port,
                                Optional.empty(),
                                "secret",
                                new byte[32],
                                NodeName.CENTRAL,
                                station.linkKey(),
                                "nats://none",
                                Optional.empty(),
                                "1.2.3",
                                1,
                                InstantSource.system()),
                        nobody,
                        reader,
                        new Feed(),
                        new Presence(),
                        () -> new Health(
                                new Health.Broker("nats://none", false, Instant.EPOCH, "not tried yet"),
                                Optional.empty(),
                                Space.ENOUGH))) {
            return api.routes();
        }
    }
}
