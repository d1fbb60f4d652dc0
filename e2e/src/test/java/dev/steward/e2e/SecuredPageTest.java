// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Cookie;
import dev.steward.message.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** API and page beyond loopback, as {@code up} serves them: for the command line and a real browser that know its authority. */
class SecuredPageTest {
    private static final int PATIENCE_MS = 40_000;

    @TempDir
    Path folder;

    @TempDir
    Path elsewhere;

    private final int port = Machine.freePort();
    private Optional<Process> up = Optional.empty();

    @BeforeEach
    void start() throws Exception {
        Process process = Machine.steward(List.of(
                        "up",
                        "--data",
                        folder.toString(),
                        "--nodes",
                        "ship1",
                        "--http",
                        "0.0.0.0:" + port,
                        "--http-name",
                        "station.example",
                        "--broker-port",
                        Integer.toString(Machine.freePort())))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("up.log").toFile())
                .start();
        up = Optional.of(process);
        Await.until("up is ready", Duration.ofMinutes(1), () -> {
            assertThat(process.isAlive()).as(upLog()).isTrue();
            return upLog().contains("Ctrl-C");
        });
    }

    @AfterEach
    void stop() throws Exception {
        if (up.isPresent()) {
            up.get().destroy();
            if (!up.get().waitFor(30, TimeUnit.SECONDS)) {
                Machine.kill(up.get());
            }
        }
    }

    @Test
    void theCommandLineAndABrowserAreServedWhereTheyKnowTheAuthority() throws Exception {
        Path authority = folder.resolve("http/ca.pem");
        assertThat(upLog())
                .contains("https://127.0.0.1:%d/#link=".formatted(port))
                .contains("https://station.example:%d".formatted(port))
                .contains(authority.toString());
        Machine.Result run = steward(folder, Map.of(), "run", "--on", "ship1", "--", "echo", "over TLS");
        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).contains("over TLS"); // live, by the stream of events

        String token = Json.object(Files.readAllBytes(folder.resolve("station.json")), 10_000)
                .text("token");
        Map<String, String> known = Map.of("STEWARD_TOKEN", token, "STEWARD_STATION_URL", "https://localhost:" + port);
        assertThat(steward(elsewhere, known, "nodes").exit()).isEqualTo(4);
        Machine.Result nodes = steward(elsewhere, known, "nodes", "--ca-file", authority.toString());
        assertThat(nodes.out()).as(nodes.err()).contains("ship1  reachable");

        try (var browser = new Browser(List.of("--ignore-certificate-errors-spki-list=" + keyHash(authority)))) {
            Page page = browser.page(1280, 900);
            page.setDefaultTimeout(PATIENCE_MS);
            page.navigate(steward(folder, Map.of(), "page").out().strip());
            assertThat(page.locator("main")).containsText("ship1");
            assertThat(page.context().cookies()).singleElement().satisfies(SecuredPageTest::isOfThisHostAlone);
            assertThat(page.evaluate("isSecureContext")).isEqualTo(true); // else there were no keys
            assertThat(browser.complaints()).isEmpty();
        }
    }

    private static void isOfThisHostAlone(Cookie cookie) {
        assertThat(cookie.name).startsWith("__Host-");
        assertThat(cookie.secure).isTrue();
        assertThat(cookie.httpOnly).isTrue();
    }

    /** By which a browser is told of an authority for as long as it runs. */
    private static String keyHash(Path certificate) throws Exception {
        try (var in = Files.newInputStream(certificate)) {
            byte[] key = CertificateFactory.getInstance("X.509")
                    .generateCertificate(in)
                    .getPublicKey()
                    .getEncoded();
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
        }
    }

    private static Machine.Result steward(Path data, Map<String, String> environment, String... arguments)
            throws Exception {
        var variables = new HashMap<>(environment);
        variables.put("STEWARD_DATA", data.toString());
        return Machine.cli(variables, arguments);
    }

    private String upLog() throws Exception {
        return Files.readString(folder.resolve("up.log"));
    }
}
