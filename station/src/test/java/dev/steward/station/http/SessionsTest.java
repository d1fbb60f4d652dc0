// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.CommandId;
import dev.steward.message.NodeName;
import dev.steward.message.Space;
import dev.steward.message.audit.AuditEntry.Who;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.Signatures;
import dev.steward.message.trust.Trust;
import dev.steward.station.core.Answer;
import dev.steward.station.core.ApiToken;
import dev.steward.station.core.AuditAction;
import dev.steward.station.core.HeldId;
import dev.steward.station.core.LiveTokens;
import dev.steward.station.core.Role;
import dev.steward.station.core.Scope;
import dev.steward.station.core.Token;
import dev.steward.station.ledger.LedgerReader;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One-time links open sessions, once and for a while, for the station's own page alone. */
class SessionsTest {
    private static final String NODES = "/api/v1/nodes";
    private static final byte[] NOTHING = new byte[0];
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
    void aLinkOpensASessionThatReads() throws Exception {
        ApiClient.Answer opened = open(client, link(client));

        assertThat(opened.status()).isEqualTo(204);
        assertThat(opened.header("Set-Cookie"))
                .matches("steward-\\d+=[\\w-]{80,}; HttpOnly; SameSite=Strict; Path=/; Max-Age=43200");
        assertThat(opened.header("Set-Cookie"))
                .startsWith("steward-" + client.authority().replaceFirst(".*:", "") + "=");
        assertThat(client.send(with(session(), NODES).build()).status()).isEqualTo(200);
        assertThat(client.send(with(session(), NODES)
                                .method("HEAD", BodyPublishers.noBody())
                                .build())
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aLinkWorksOnce() throws Exception {
        String link = link(client);
        open(client, link);

        assertRefused(open(client, link), "this link was used before");
    }

    @Test
    void aLinkThatNobodyMadeIsRefused() throws Exception {
        assertRefused(open(client, "A".repeat(32)), "does not know this link");
        assertThat(open(client, "A".repeat(2000)).error()).isEqualTo("400 bad-request");
    }

    @Test
    void aTokenHasSoManyLinksAtATimeAndNoMore() throws Exception {
        var now = new AtomicReference<>(Instant.parse("2026-05-05T05:05:05Z"));
        try (var reader = new LedgerReader(station.folder);
                var timed = new Timed(reader, now)) {
            String first = link(timed.client);
            for (int i = 1; i < Sessions.MAX_LINKS_OF_TOKEN; i++) {
                link(timed.client);
            }
            assertThat(timed.client.post("/api/v1/page-links", new byte[0]).error())
                    .isEqualTo("429 too-many-links");
            assertThat(open(timed.client, first).status()).isEqualTo(204);
            now.set(now.get().plus(Sessions.LINK_LIFE));
            assertThat(link(timed.client)).isNotEmpty();
        }
    }

    @Test
    void linksAndSessionsEndInTime() throws Exception {
        var now = new AtomicReference<>(Instant.parse("2026-05-05T05:05:05Z"));
        try (var reader = new LedgerReader(station.folder);
                var timed = new Timed(reader, now)) {
            String late = link(timed.client);
            String good = link(timed.client);
            now.set(now.get().plus(Sessions.LINK_LIFE).minusSeconds(1));
            String cookie = cookie(open(timed.client, good));
            now.set(now.get().plusSeconds(1));
            assertRefused(open(timed.client, late), "this link is too old");

            now.set(now.get().plus(Sessions.SESSION_LIFE).minusSeconds(2));
            assertThat(timed.client
                            .send(with(timed.client, cookie, NODES).build())
                            .status())
                    .isEqualTo(200);
            now.set(now.get().plusSeconds(1));
            assertRefused(timed.client.send(with(timed.client, cookie, NODES).build()), "the session has ended");
        }
    }

    @Test
    void aTokenAndTheSessionsOfItsLinksEndWithIt() throws Exception {
        Instant begin = Instant.parse("2026-05-05T05:05:05Z");
        var now = new AtomicReference<>(begin);
        var token = new ApiToken(
                Documents.id(),
                "ci",
                ApiToken.hash("steward_x"),
                Role.ADMIN,
                Scope.ALL,
                begin,
                "local",
                begin.plusSeconds(3600));
        try (var reader = new LedgerReader(station.folder);
                var timed = new Timed(reader, now);
                ApiClient ci = timed.client.with("steward_x")) {
            timed.orders.live = new LiveTokens(List.of(token));
            String opened = cookie(open(ci, link(ci)));
            now.set(begin.plusSeconds(3599));
            assertThat(ci.get(NODES).status()).isEqualTo(200);
            assertThat(ci.send(with(ci, opened, NODES).build()).status()).isEqualTo(200);
            String link = link(ci);

            now.set(begin.plusSeconds(3600));
            assertRefused(ci.get(NODES), "the API token 'ci' has expired");
            assertRefused(ci.send(with(ci, opened, NODES).build()), "the session has ended");
            assertRefused(open(timed.client, link), "the token that has made this link is good no more");
            timed.orders.live = LiveTokens.NONE; // revoked, or forgotten
            now.set(begin);
            assertRefused(ci.get(NODES), "missing, wrong or revoked");
            assertRefused(ci.send(with(ci, opened, NODES).build()), "the session has ended");
        }
    }

    @Test
    void aStreamEndsWithItsSession() throws Exception {
        var now = new AtomicReference<>(Instant.parse("2026-05-05T05:05:05Z"));
        var feed = new Feed();
        try (var reader = new LedgerReader(station.folder);
                var timed = new Timed(reader, now, feed)) {
            String cookie = cookie(open(timed.client, link(timed.client)));
            try (var socket =
                    timed.client.connect("GET /api/v1/stream HTTP/1.1\nHost: %s\nCookie: %s\nConnection: close\n\n"
                            .formatted(timed.client.authority(), cookie))) {
                assertThat(socket.getInputStream().read()).isPositive();
                now.set(now.get().plus(Sessions.SESSION_LIFE));
                feed.publish();
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .endsWith(": still here\n\n");
            }
        }
    }

    @Test
    void aSessionOutlivesARestart() throws Exception {
        String cookie = session();
        station.restart();

        assertThat(client.send(with(cookie, NODES).build()).status()).isEqualTo(200);
    }

    @Test
    void aForgedCookieIsNoSession() throws Exception {
        String good = session();
        String name = good.substring(0, good.indexOf('=') + 1);
        byte[] bytes = Base64.getUrlDecoder().decode(good.substring(name.length()));
        try (ApiClient elsewhere = client.from("127.0.0.3")) {
            for (int at : List.of(0, 24, 31, 32, 39, 40, 56, bytes.length - 1)) { // random, both ends, token, MAC
                byte[] forged = bytes.clone();
                forged[at] ^= 1;
                String cookie = Base64.getUrlEncoder().withoutPadding().encodeToString(forged);
                assertRefused(
                        elsewhere.send(with(elsewhere, name + cookie, NODES).build()), "the session has ended");
            }
        }
        try (ApiClient elsewhere = client.from("127.0.0.4")) {
            for (String wrong :
                    List.of("", "x", "!", "A".repeat(86), "A".repeat(4000), good.substring(name.length()) + "A")) {
                assertThat(elsewhere
                                .send(with(elsewhere, name + wrong, NODES).build())
                                .error())
                        .as(wrong)
                        .isEqualTo("401 unauthorized");
            }
        }
        assertThat(read(good.replaceFirst("steward-", "steward-1")).error()).isEqualTo("401 unauthorized");
    }

    @Test
    void aSessionOfAnotherKeyIsNoneEvenForWhoHasTheToken() throws Exception {
        String token = Files.readString(station.folder.resolve("token")).strip();
        var tokens = new BearerTokens(token, () -> LiveTokens.NONE, Instant::now);
        var other = new Sessions(token.getBytes(StandardCharsets.UTF_8), tokens, Instant::now);
        CommandId local = tokens.bySecret(token).orElseThrow().id();
        String cookie = other.open(other.newLink(local).secret()).cookie();

        assertThat(read(session().replaceFirst("=.*", "=" + cookie)).error()).isEqualTo("401 unauthorized");
        assertThat(other.read(cookie)).isPresent();
    }

    @Test
    void anotherTokenInTheStationsFileEndsTheSessionsOfTheFormer() {
        var before = new BearerTokens("before", () -> LiveTokens.NONE, Instant::now);
        var after = new BearerTokens("after", () -> LiveTokens.NONE, Instant::now);
        CommandId local = before.bySecret("before").orElseThrow().id();

        assertThat(before.byId(local)).isPresent();
        assertThat(after.byId(local)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/commands", "/api/v1/commands/ffffffff/cancel", "/api/v1/page-links"})
    void aCookieAloneOrdersNothing(String path) throws Exception {
        ApiClient.Answer answer = client.send(
                with(session(), path).POST(BodyPublishers.ofByteArray(NOTHING)).build());

        assertThat(answer.error()).isEqualTo("403 forbidden");
        assertThat(answer.json().object("error").text("message")).contains("in X-CSRF-Token");
    }

    @ParameterizedTest
    @CsvSource({
        "Sec-Fetch-Site, same-site", // a page of another port
        "Sec-Fetch-Site, cross-site",
        "Origin, http://evil.example",
        "Origin, null",
        "Origin, http://localhost:1",
        "Origin, http://[::1]:PORT", // another host than the one asked, though one of the station's
    })
    void aCookieIsTakenFromTheOwnPageOnly(String header, String value) throws Exception {
        String port = client.authority().replaceFirst(".*:", "");
        HttpRequest request = with(session(), NODES)
                .header(header, value.replace("PORT", port))
                .build();

        assertThat(client.send(request).error()).isEqualTo("403 forbidden");
    }

    @Test
    void whatABrowserSaysForTheOwnPageIsTaken() throws Exception {
        for (String site : List.of("same-origin", "none")) {
            HttpRequest request = with(session(), NODES)
                    .header("Origin", "http://" + client.authority())
                    .header("Sec-Fetch-Site", site)
                    .build();
            assertThat(client.send(request).status()).isEqualTo(200);
        }
    }

    @Test
    void aForeignPageOpensNoSession() throws Exception {
        HttpRequest request = client.withoutToken(Access.SESSIONS)
                .header("Sec-Fetch-Site", "same-site")
                .POST(BodyPublishers.ofByteArray(Json.bytes(Map.of("link", link(client)))))
                .build();

        assertThat(client.send(request).error()).isEqualTo("403 forbidden");
    }

    @Test
    void aWrongTokenIsRefusedAlsoBesideASession() throws Exception {
        HttpRequest request =
                with(session(), NODES).header("Authorization", "Bearer wrong").build();

        assertThat(client.send(request).error()).isEqualTo("401 unauthorized");
    }

    /** The API over the station's ledger, with a clock that the test moves. */
    private static final class Timed implements AutoCloseable {
        final ApiClient client;
        private final NoOrders orders = new NoOrders();
        private final Api api;

        Timed(LedgerReader reader, AtomicReference<Instant> now) throws Exception {
            this(reader, now, new Feed());
        }

        Timed(LedgerReader reader, AtomicReference<Instant> now, Feed feed) throws Exception {
            int port = FreePort.next();
            api = new Api(
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
                            now::get),
                    orders,
                    reader,
                    feed,
                    new Presence(),
                    () -> new Health(
                            new Health.Broker("nats://none", false, Instant.EPOCH, "not tried yet"),
                            Optional.empty(),
                            Space.ENOUGH));
            client = new ApiClient(station.openApi, port, "secret");
        }

        @Override
        public void close() {
            client.close();
            api.close();
        }
    }

    private static final class NoOrders implements Orders {
        private volatile LiveTokens live = LiveTokens.NONE;

        @Override
        public Answer unfreeze(String via, NodeName node) {
            throw new AssertionError("nothing is frozen here");
        }

        @Override
        public Answer sign(String via, CommandId command, List<byte[]> documents) {
            throw new AssertionError("nothing is signed here");
        }

        @Override
        public Answer signHeld(String via, HeldId id, List<byte[]> documents) {
            throw new AssertionError("nothing is signed here");
        }

        @Override
        public Answer turnDown(String via, HeldId id, List<byte[]> documents) {
            throw new AssertionError("nothing is signed here");
        }

        @Override
        public Answer login(String via, String text) {
            return new Answer.Accepted(List.of());
        }

        @Override
        public void note(AuditAction action, Who who, String text) {} // what the audit log has is tested with a ledger

        @Override
        public Trust trust() {
            return new Trust(Signatures.ED25519, TestOperator.trust(), Optional.empty());
        }

        @Override
        public Answer operators(String via, List<byte[]> documents) {
            throw new AssertionError("no list is published here");
        }

        @Override
        public Answer order(String via, List<byte[]> documents) {
            throw new AssertionError("nothing is ordered here");
        }

        @Override
        public Answer cancel(String via, CommandId command, List<byte[]> documents) {
            throw new AssertionError("nothing is canceled here");
        }

        @Override
        public Answer token(String via, Token token) {
            throw new AssertionError("no token is made here");
        }

        @Override
        public Answer revokeToken(String via, CommandId id) {
            throw new AssertionError("no token is revoked here");
        }

        @Override
        public LiveTokens apiTokens() {
            return live;
        }

        @Override
        public Answer apiToken(String via, ApiToken token) {
            throw new AssertionError("no API token is made here");
        }

        @Override
        public Answer revokeApiToken(String via, CommandId id) {
            throw new AssertionError("no API token is revoked here");
        }

        @Override
        public Answer nodeRecords(String via, List<byte[]> documents) {
            throw new AssertionError("nobody is let in here");
        }
    }

    private static String link(ApiClient client) throws Exception {
        JsonObject link = client.post("/api/v1/page-links", NOTHING).json();
        return link.text("url").replaceFirst("^http://[^/]+/#link=", "");
    }

    private static ApiClient.Answer open(ApiClient client, String link) throws Exception {
        return client.send(client.withoutToken(Access.SESSIONS)
                .POST(BodyPublishers.ofByteArray(Json.bytes(Map.of("link", link))))
                .build());
    }

    private static String cookie(ApiClient.Answer opened) {
        return opened.header("Set-Cookie").replaceFirst(";.*", "");
    }

    private static String session() throws Exception {
        return cookie(open(client, link(client)));
    }

    private static HttpRequest.Builder with(String cookie, String path) {
        return with(client, cookie, path);
    }

    private static HttpRequest.Builder with(ApiClient client, String cookie, String path) {
        return client.withoutToken(path).header("Cookie", "other=1; " + cookie);
    }

    private static ApiClient.Answer read(String cookie) throws Exception {
        return client.send(with(cookie, NODES).build());
    }

    private static void assertRefused(ApiClient.Answer answer, String words) throws Exception {
        assertThat(answer.error()).isEqualTo("401 unauthorized");
        assertThat(answer.json().object("error").text("message")).contains(words);
    }
}
