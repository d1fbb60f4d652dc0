// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page's files: those on the list and nothing else, with headers that let the browser run nothing else. */
class PageTest {
    private static final Path SOURCES = Path.of("src/main/resources/dev/steward/station/page");
    private static RunningStation station;
    private static HttpClient http;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        station = new RunningStation(folder);
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() throws Exception {
        http.close();
        station.close();
    }

    @Test
    void everyFileIsServedAsItIsWithTheStrictHeaders() throws Exception {
        for (String path : paths()) {
            HttpResponse<byte[]> answer = get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(Files.readAllBytes(source(path)));
            assertThat(header(answer, "Content-Security-Policy"))
                    .startsWith("default-src 'none'; script-src 'self' 'sha256-")
                    .doesNotContain("unsafe");
            assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(header(answer, "Referrer-Policy")).isEqualTo("no-referrer");
            assertThat(header(answer, "Cross-Origin-Opener-Policy")).isEqualTo("same-origin");
            assertThat(header(answer, "Cross-Origin-Resource-Policy")).isEqualTo("same-origin");
            assertThat(header(answer, "Cache-Control")).isEqualTo("no-cache");
        }
        assertThat(header(get("/"), "Content-Type")).isEqualTo("text/html;charset=utf-8");
        assertThat(header(get("/page/app.js"), "Content-Type")).startsWith("text/javascript");
        assertThat(header(get("/page/vendor/htm.mjs"), "Content-Type")).startsWith("text/javascript");
    }

    @Test
    void thePolicyAllowsTheImportMapAndNoOtherInlineScript() throws Exception {
        HttpResponse<byte[]> answer = get("/");
        String html = new String(answer.body(), StandardCharsets.UTF_8);
        var inline = Pattern.compile("<script(?![^>]* src=)[^>]*>(.*?)</script>", Pattern.DOTALL)
                .matcher(html);

        assertThat(inline.find()).isTrue();
        byte[] hash =
                MessageDigest.getInstance("SHA-256").digest(inline.group(1).getBytes(StandardCharsets.UTF_8));
        assertThat(header(answer, "Content-Security-Policy"))
                .contains("script-src 'self' 'sha256-" + Base64.getEncoder().encodeToString(hash) + "';");
        assertThat(inline.find()).isFalse();
        assertThat(html).doesNotContain("style=").doesNotContain("<style").doesNotContainPattern(" on\\w+=");
    }

    @Test
    void aFileThatTheBrowserHasIsNotSentAgain() throws Exception {
        String etag = header(get("/page/app.js"), "ETag");
        HttpResponse<byte[]> again =
                send(station.client.withoutToken("/page/app.js").header("If-None-Match", etag));

        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
    }

    @Test
    void headIsAnsweredLikeGet() throws Exception {
        for (String path : paths()) {
            HttpResponse<byte[]> head =
                    send(station.client.withoutToken(path).method("HEAD", HttpRequest.BodyPublishers.noBody()));
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(header(head, "ETag")).isEqualTo(header(get(path), "ETag"));
        }
        assertThat(send(station.client.withoutToken("/").method("POST", HttpRequest.BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(405);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/index.html",
                "/page/",
                "/page/index.html",
                "/page/nope.js",
                "/page/vendor/",
                "/page/vendor/SHA256SUMS",
                "/page/../http/openapi.yaml",
                "/page/%2e%2e/http/openapi.yaml",
                "/page/..%2fhttp%2fopenapi.yaml",
                "/page/vendor/../app.js/../../http/openapi.yaml",
                "/page//app.js/..",
                "/page/app.js%00.css",
                "/page/..;/http/openapi.yaml",
                "/..%5c..%5cstation.json",
                "//etc/passwd",
            })
    void nothingElseIsServed(String path) throws Exception {
        String answer = station.client.raw(
                "GET " + path + " HTTP/1.1\nConnection: close\n" + station.client.credentials() + "\n");

        assertThat(answer).containsPattern("^HTTP/1.1 40[04] ").contains("{\"error\":{\"code\":");
        assertThat(answer).doesNotContain("openapi: 3");
    }

    @Test
    void aForeignHostGetsNoPage() throws Exception {
        assertThat(station.client.raw("GET / HTTP/1.1\nHost: evil.example\nConnection: close\n\n"))
                .startsWith("HTTP/1.1 403 ");
    }

    @Test
    void answersOfTheApiCanBeNoPage() throws Exception {
        ApiClient.Answer answer = station.client.get("/api/v1/nodes");

        assertThat(answer.header("Content-Security-Policy"))
                .isEqualTo("default-src 'none'; frame-ancestors 'none'; sandbox");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    }

    @Test
    void everyFileOfThePageIsOnTheList() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> SOURCES.relativize(file).toString())
                            .filter(name -> !name.matches("index.html|vendor/(README.md|SHA256SUMS|LICENSE-.*)")))
                    .containsExactlyInAnyOrderElementsOf(Page.FILES);
        }
    }

    @Test
    void theVendoredModulesAreThoseOfTheirSums() throws Exception {
        var sums = new ArrayList<String>();
        try (Stream<Path> files = Files.list(SOURCES.resolve("vendor"))) {
            for (Path file : files.filter(each -> each.toString().matches(".*\\.mjs|.*/LICENSE-.*"))
                    .toList()) {
                byte[] sum = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
                sums.add(HexFormat.of().formatHex(sum) + "  " + file.getFileName());
            }
        }

        assertThat(sums).hasSizeGreaterThan(5);
        assertThat(Files.readAllLines(SOURCES.resolve("vendor/SHA256SUMS"))).containsExactlyInAnyOrderElementsOf(sums);
    }

    private static List<String> paths() {
        var paths = new ArrayList<>(List.of("/"));
        Page.FILES.forEach(name -> paths.add("/page/" + name));
        return paths;
    }

    private static Path source(String path) {
        return SOURCES.resolve(path.equals("/") ? "index.html" : path.substring("/page/".length()));
    }

    private static HttpResponse<byte[]> get(String path) throws Exception {
        return send(station.client.withoutToken(path));
    }

    private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }
}
