// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.cli.certificate.Certificates.Certified;
import dev.steward.message.broker.BrokerAuthority;
import dev.steward.message.signing.KeyId;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

/** Which servers are believed to be the broker, over real TLS. */
class CertificatesTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final List<String> HOSTS = List.of("127.0.0.1", "broker.example.com", "::1");

    private final Certified authority = Certificates.BROKER.authority(NOW);
    private final Certified server = Certificates.BROKER.server(authority, HOSTS, NOW);
    private final Certified otherAuthority = Certificates.BROKER.authority(NOW);

    @Test
    void theServerOfTheAuthorityIsBelieved() throws Exception {
        assertThat(hello(server, authority, authority.fingerprint())).isEqualTo('x');
    }

    @Test
    void itIsAlsoWhereTheClockIsWrong() throws Exception {
        Instant later = NOW.plusSeconds(3_000_000_000L); // as if this machine's clock stood years before
        Certified late = Certificates.BROKER.authority(later);
        assertThat(hello(Certificates.BROKER.server(late, HOSTS, later), late, late.fingerprint()))
                .isEqualTo('x');
    }

    @Test
    void aServerOfAnotherAuthorityIsNot() {
        assertRefused(Certificates.BROKER.server(otherAuthority, HOSTS, NOW), otherAuthority);
    }

    @Test
    void aServerThatOnlyShowsTheAuthoritysCertificateIsNot() {
        assertRefused(Certificates.BROKER.server(otherAuthority, HOSTS, NOW), authority);
    }

    @Test
    void anAuthoritySignedByTheServersKeyIsNone() {
        Certified below = Certificates.BROKER.server(server, HOSTS, NOW); // a server can't vouch for another
        assertRefused(below, server, authority);
    }

    @Test
    void theAuthorityItselfIsNoServer() {
        assertRefused(authority);
    }

    @Test
    void itIsReadAsItWasWritten() throws Exception {
        Certified read = Certificates.BROKER.read(authority.keyText(), authority.certificateText());

        assertThat(read.fingerprint()).isEqualTo(authority.fingerprint());
        assertThat(read.keyText()).isEqualTo(authority.keyText());
        Certified under = Certificates.BROKER.server(read, HOSTS, NOW);
        assertThat(hello(under, read, authority.fingerprint())).isEqualTo('x');
    }

    @Test
    void aServersCertificateNamesItsHosts() throws Exception {
        assertThat(server.certificate().getSubjectAlternativeNames().stream()
                        .map(name -> name.get(1).toString()))
                .containsExactly("127.0.0.1", "broker.example.com", "0:0:0:0:0:0:0:1");
    }

    @Test
    void whatIsNeitherANameNorAnAddressIsNoHost() {
        assertThat(List.of("a", "broker.example.com", "x-1", "10.0.0.1", "fe80::1", "1a"))
                .allMatch(Certificates::isHost);
        assertThat(List.of("", "-", "a..b", "1.2", "999.1.1.1", "a b", "a:b", "a/b", ".a", "a."))
                .noneMatch(Certificates::isHost);
    }

    private void assertRefused(Certified shown, Certified... chain) {
        assertThatThrownBy(() -> hello(shown, authority.fingerprint(), chain)).isInstanceOf(SSLException.class);
    }

    private static int hello(Certified shown, Certified above, KeyId trusted) throws Exception {
        return hello(shown, trusted, above);
    }

    /** What a client reads of a server that sends one byte. */
    private static int hello(Certified shown, KeyId trusted, Certified... above) throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor();
                var listening = (SSLServerSocket) ServerContext.of(shown, above)
                        .getServerSocketFactory()
                        .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Callable<Void> serve = () -> {
                try (var accepted = listening.accept()) {
                    accepted.getOutputStream().write('x');
                } catch (SSLException e) {
                    // the client has refused
                }
                return null;
            };
            Future<Void> served = executor.submit(serve);
            try (var socket = (SSLSocket) new BrokerAuthority(trusted)
                    .tls()
                    .getSocketFactory()
                    .createSocket(InetAddress.getLoopbackAddress(), listening.getLocalPort())) {
                return socket.getInputStream().read();
            } finally {
                served.cancel(true);
            }
        }
    }
}
