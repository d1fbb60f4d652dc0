// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.certificate.Certificates;
import dev.steward.cli.certificate.Certificates.Certified;
import dev.steward.cli.certificate.ServerContext;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.message.json.Json;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whom the command line believes to be the station, over the JDK's own TLS. */
class SecuredStationTest extends CommandLineFixture {
    private final Certified vouching = Certificates.WEB.authority(Instant.now());
    private final Certified server =
            Certificates.WEB.server(vouching, List.of("localhost", "127.0.0.1"), Instant.now());
    private Station secured;
    private Path authority;

    @BeforeEach
    void startSecured() throws Exception {
        secured = station(server, vouching);
        authority = Files.writeString(data.resolve("ca.pem"), vouching.certificateText());
        environment.put("STEWARD_TOKEN", Station.TOKEN);
    }

    @AfterEach
    void stopSecured() {
        secured.close();
    }

    @Test
    void aStationIsBelievedByTheAuthorityInAFile() {
        assertThat(nodes(secured.url(), "--ca-file", authority.toString())).isZero();

        environment.put("STEWARD_CA_FILE", authority.toString());
        assertThat(nodes(secured.url())).isZero();
        assertThat(nodes(secured.url().replace("127.0.0.1", "localhost"))).isZero();
    }

    @Test
    void stationJsonNamesTheFile() throws Exception {
        environment.remove("STEWARD_TOKEN");
        var fields = Map.of("url", secured.url(), "pid", 1, "token", Station.TOKEN, "ca", authority.toString());
        Files.write(data.resolve("station.json"), Json.bytes(fields));

        assertThat(steward("nodes")).as(err()).isZero();
    }

    @Test
    void aCertificateOfItsOwnVouchesForItself() throws Exception {
        Path own = Files.writeString(data.resolve("own.pem"), server.certificateText());

        assertThat(nodes(secured.url(), "--ca-file", own.toString())).isZero();
    }

    @Test
    void whoeverIsVouchedForByNobodyHereIsToldNothing() throws Exception {
        assertThat(nodes(secured.url())).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err())
                .contains("nobody who is believed here vouches for the station at " + secured.url())
                .contains("the authorities that Java knows")
                .contains("--ca-file FILE, or in STEWARD_CA_FILE");

        Certified other = Certificates.WEB.authority(Instant.now());
        Path file = Files.writeString(data.resolve("other.pem"), other.certificateText());
        assertThat(nodes(secured.url(), "--ca-file", file.toString())).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("looked among " + file);
        assertThat(secured.requests("GET")).isEmpty();
    }

    @Test
    void aCertificateOfAnotherHostIsNotBelieved() throws Exception {
        try (Station elsewhere = station(
                Certificates.WEB.server(vouching, List.of("station.example", "10.9.8.7"), Instant.now()), vouching)) {
            assertThat(nodes(elsewhere.url(), "--ca-file", authority.toString()))
                    .isEqualTo(ExitCode.CREDENTIAL);
            assertThat(err()).contains("is of another host");
            assertThat(nodes(elsewhere.url().replace("127.0.0.1", "localhost"), "--ca-file", authority.toString()))
                    .isEqualTo(ExitCode.CREDENTIAL);
            assertThat(err()).contains("is of another host");
            assertThat(elsewhere.requests("GET")).isEmpty();
        }
    }

    @Test
    void aCertificateThatHasEndedIsNotBelieved() throws Exception {
        Instant before = Instant.now().minus(Duration.ofDays(800));
        try (Station late = station(Certificates.WEB.server(vouching, List.of("127.0.0.1"), before), vouching)) {
            assertThat(nodes(late.url(), "--ca-file", authority.toString())).isEqualTo(ExitCode.CREDENTIAL);
            assertThat(err()).contains("is not good now").contains("NotAfter");
        }
    }

    @Test
    void theWrongSchemeIsNamed() throws Exception {
        try (var plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> served = executor.submit(
                    () -> { // as the station's own server does at once
                        try (Socket accepted = plain.accept()) {
                            accepted.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
                            return accepted.getInputStream().read();
                        }
                    });
            String host = "127.0.0.1:" + plain.getLocalPort();
            assertThat(nodes("https://" + host, "--ca-file", authority.toString()))
                    .isEqualTo(ExitCode.CREDENTIAL);
            assertThat(err()).contains("does not speak TLS").contains("its URL is http://" + host);
            served.get();
        }

        assertThat(nodes(secured.url().replace("https:", "http:"))).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(err()).contains("if it speaks TLS, its URL is " + secured.url());
    }

    @Test
    void aConnectionThatBreaksBeforeTheCertificateIsShownIsJustOneThatBreaks() throws Exception {
        try (var closing = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> served = executor.submit(() -> {
                try (Socket accepted = closing.accept()) {
                    return accepted.getInputStream().readNBytes(100); // of its greeting
                }
            });
            assertThat(nodes("https://127.0.0.1:" + closing.getLocalPort(), "--ca-file", authority.toString()))
                    .isEqualTo(ExitCode.UNREACHABLE);
            assertThat(err()).contains("can't be reached");
            served.get();
        }
    }

    @Test
    void aFileThatHoldsNoCertificateIsNamed() throws Exception {
        Path nonsense = Files.writeString(data.resolve("nonsense.pem"), "-----BEGIN CERTIFICATE-----\nx\n");
        Path empty = Files.writeString(data.resolve("empty.pem"), "");
        for (Path wrong : List.of(nonsense, empty, data.resolve("none.pem"), data)) {
            assertThat(nodes(secured.url(), "--ca-file", wrong.toString())).isEqualTo(ExitCode.CREDENTIAL);
            assertThat(err()).contains(wrong.toString());
        }
    }

    private int nodes(String url, String... more) {
        err.reset();
        var words = new ArrayList<String>(List.of("nodes", "--station-url", url));
        words.addAll(List.of(more));
        return steward(words.toArray(String[]::new));
    }

    private static Station station(Certified shown, Certified above) throws Exception {
        return new Station(ServerContext.of(shown, above)).on("GET /api/v1/nodes", 200, Station.nodes());
    }
}
