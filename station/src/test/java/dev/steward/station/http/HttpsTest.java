// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.bus.BusSettings;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.station.Station;
import dev.steward.station.StationSettings;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A station over TLS, at all addresses of this machine: who gets in, and what its page is told. */
class HttpsTest {
    private static Path folder;
    private static Keytool keys;
    private static Path certificate;
    private static Station station;
    private static int port;

    @BeforeAll
    static void start(@TempDir Path temporary) throws Exception {
        folder = temporary;
        keys = new Keytool(folder.resolve("keys"));
        certificate = keys.server("server", "ip:127.0.0.1,dns:station.example");
        port = FreePort.next();
        Path data = Files.createDirectories(folder.resolve("station"));
        Files.writeString(data.resolve("trust.yaml"), TestOperator.trustFile());
        station = new Station(new StationSettings(
                NodeName.CENTRAL,
                BusSettings.of("nats://127.0.0.1:1", "central"),
                Optional.empty(),
                data,
                data.resolve("trust.yaml"),
                "0.0.0.0",
                port,
                Optional.of(new ServerTls(certificate, keys.key("server"), InstantSource.system())),
                data.resolve("station.json"),
                false,
                "1.2.3"));
    }

    @AfterAll
    static void stop() throws Exception {
        station.stop();
    }

    @Test
    void answersWhoeverKnowsTheAuthorityAndTellsWhereItIs() throws Exception {
        assertThat(get(keys, "127.0.0.1", "TLSv1.3").statusCode()).isEqualTo(200);
        var file = Json.object(Files.readAllBytes(folder.resolve("station/station.json")), 10_000);
        assertThat(file.text("url")).isEqualTo("https://127.0.0.1:" + port);
        assertThat(file.text("ca")).isEqualTo(certificate.toString());
    }

    /** They say nothing, so that they cost whoever makes them next to nothing. */
    @Test
    void whoeverHoldsConnectionsOpenTakesNoMoreThanThereAreForTheApi() throws Exception {
        var idle = new ArrayList<Socket>();
        try {
            for (int i = 0; i < Limits.API_CONNECTIONS + 10; i++) {
                idle.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            HttpRequest waiting = request("https://127.0.0.1:" + port + "/api/v1/version")
                    .timeout(Duration.ofSeconds(3))
                    .build();
            assertThatThrownBy(() -> client(keys, "TLSv1.3").send(waiting, BodyHandlers.ofString()))
                    .isInstanceOf(HttpTimeoutException.class);
        } finally {
            for (Socket each : idle) {
                each.close();
            }
        }
        assertThat(get(keys, "127.0.0.1", "TLSv1.3").statusCode()).isEqualTo(200);
    }

    @Test
    void anotherAuthorityAnotherHostAndOlderTlsGetNothing(@TempDir Path other) throws Exception {
        var strangers = new Keytool(other);
        assertThatThrownBy(() -> get(strangers, "127.0.0.1", "TLSv1.3")).isInstanceOf(SSLHandshakeException.class);
        assertThatThrownBy(() -> get(keys, "127.0.0.2", "TLSv1.3")).hasMessageContaining("127.0.0.2");
        assertThatThrownBy(() -> get(keys, "127.0.0.1", "TLSv1.2")).isInstanceOf(SSLHandshakeException.class);
        assertThatThrownBy(() -> get(keys, "127.0.0.1", "TLSv1.1")).isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void theCookieOfASessionGoesOverTlsAlone() throws Exception {
        String url = "https://127.0.0.1:" + port;
        HttpClient client = client(keys, "TLSv1.3");
        String link = Json.object(
                        client.send(
                                        request(url + "/api/v1/page-links")
                                                .POST(BodyPublishers.noBody())
                                                .build(),
                                        BodyHandlers.ofByteArray())
                                .body(),
                        10_000)
                .text("url");
        assertThat(link).startsWith(url + "/#link=");
        String body = Json.text(Map.of("link", link.substring(link.indexOf('=') + 1)));
        HttpRequest.Builder open = HttpRequest.newBuilder(URI.create(url + "/api/v1/sessions"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        assertThat(client.send(
                                open.copy()
                                        .header("Origin", "http://127.0.0.1:" + port)
                                        .build(),
                                BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(403); // a plain page of the same name is another page
        var answer = client.send(open.header("Origin", url).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(204);
        String cookie = answer.headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(cookie)
                .startsWith("__Host-steward-" + port + "=")
                .contains("Path=/")
                .endsWith("; Secure");
        assertThat(cookie).doesNotContain("Domain");
        HttpRequest nodes = HttpRequest.newBuilder(URI.create(url + "/api/v1/nodes"))
                .header("Cookie", cookie.substring(0, cookie.indexOf(';')))
                .build();
        assertThat(client.send(nodes, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }

    @Test
    void aCertificateThatIsReplacedIsTakenWithoutARestart(@TempDir Path own) throws Exception {
        Path file = Files.copy(certificate, own.resolve("c.pem"));
        Path key = Files.copy(keys.key("server"), own.resolve("c.key"));
        var tls = new ServerTls(file, key, InstantSource.system());
        X509Certificate before = shown(tls);
        Path next = keys.server("next", "ip:127.0.0.1");
        replace(next, file);
        assertThat(shown(tls)).isEqualTo(before); // its key is not there yet
        replace(keys.key("next"), key);
        assertThat(shown(tls).getSubjectX500Principal().getName()).isEqualTo("CN=next");
    }

    @Test
    void filesThatCannotBeUsedAreRefusedWithWordsThatSayWhy() throws Exception {
        Path key = keys.key("server");
        Path old = keys.server("old", "ip:127.0.0.1", "-startdate", "-3d", "-validity", "1");
        keys.server("rsa", "ip:127.0.0.1", "-keyalg", "RSA");
        assertRefused(old, keys.key("old"), "has expired on");
        assertRefused(certificate, keys.key("old"), "is not the key of the certificate");
        assertRefused(certificate, keys.key("rsa"), "is not the key of the certificate");
        assertRefused(folder.resolve("none"), key, "--http-certificate: there is no");
        assertRefused(certificate, folder.resolve("none"), "--http-key: there is no");
        assertRefused(certificate, folder, "can't be read");
        assertRefused(key, key, "holds no certificate");
        assertRefused(certificate, certificate, "openssl pkcs8");
    }

    @Test
    void tellsOfAKeyThatOthersMayRead() throws Exception {
        Path key = keys.key("server");
        Files.setPosixFilePermissions(key, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(new ServerTls(certificate, key, InstantSource.system()).isLoose())
                .isTrue();
        Files.setPosixFilePermissions(key, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r-----"));
        assertThat(new ServerTls(certificate, key, InstantSource.system()).isLoose())
                .isFalse();
    }

    private static void assertRefused(Path certificate, Path key, String why) {
        assertThatThrownBy(() -> new ServerTls(certificate, key, InstantSource.system()))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining(why);
    }

    private static X509Certificate shown(ServerTls tls) throws Exception {
        String alias =
                tls.chooseEngineServerAlias("EC", null, SSLContext.getDefault().createSSLEngine());
        return tls.getCertificateChain(String.valueOf(alias))[0];
    }

    private static void replace(Path from, Path to) throws Exception {
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        Files.setLastModifiedTime(
                to, FileTime.from(Instant.now().plusSeconds(5))); // not within one tick of the file system
    }

    private static HttpResponse<String> get(Keytool known, String host, String protocol) throws Exception {
        return client(known, protocol)
                .send(
                        request("https://%s:%d/api/v1/version".formatted(host, port))
                                .build(),
                        BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(String url) throws Exception {
        return HttpRequest.newBuilder(URI.create(url))
                .header(
                        "Authorization",
                        "Bearer "
                                + Files.readString(folder.resolve("station/token"))
                                        .strip());
    }

    private static HttpClient client(Keytool known, String protocol) throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(known.authority());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        var parameters = new SSLParameters();
        parameters.setProtocols(new String[] {protocol});
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(context)
                .sslParameters(parameters)
                .build();
    }
}
