// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.steward.cli.certificate.Certificates.Certified;
import dev.steward.cli.terminal.Failure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateFolderTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final List<String> HOSTS = List.of("10.0.0.1", "station.example", "fd00::1");

    @TempDir
    private Path root;

    private CertificateFolder files;
    private Certified authority;

    @BeforeEach
    void makeOne() throws Exception {
        files = new CertificateFolder(root, Certificates.WEB);
        authority = files.authority(NOW);
        files.ensureServer(authority, HOSTS, NOW);
    }

    @Test
    void bothAreMadeOnceForTheirOwnerAlone() throws Exception {
        assertThat(files.authority(NOW).certificate()).isEqualTo(authority.certificate());
        assertThat(files.ensureServer(authority, List.of("station.example", "fd00:0::1", "10.0.0.1"), NOW))
                .isFalse();
        try (var all = Files.list(root)) {
            assertThat(all)
                    .hasSize(4)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    @Test
    void aServersIsRenewedWhenLessThanAThirdOfItsTimeIsLeft() throws Exception {
        assertThat(files.ensureServer(authority, HOSTS, NOW.plus(Duration.ofDays(260))))
                .isFalse();
        assertThat(files.ensureServer(authority, HOSTS, NOW.plus(Duration.ofDays(270))))
                .isTrue();
        assertThat(files.ensureServer(authority, HOSTS, NOW.plus(Duration.ofDays(520))))
                .isFalse();
        assertThat(files.authority(NOW.plus(Duration.ofDays(520))).certificate())
                .isEqualTo(authority.certificate());
    }

    @Test
    void otherHostsWantAnother() throws Exception {
        assertThat(files.ensureServer(authority, List.of("10.0.0.1"), NOW)).isTrue();
        assertThat(files.ensureServer(authority, HOSTS, NOW)).isTrue();
    }

    @Test
    void soDoesAnotherAuthority() throws Exception {
        assertThat(files.ensureServer(Certificates.WEB.authority(NOW), HOSTS, NOW))
                .isTrue();
    }

    @Test
    void anAuthorityThatOthersMayKnowIsNotReplacedWhereAHalfOfItIsMissing() throws Exception {
        for (Path half : List.of(files.authorityKey(), files.authorityCertificate())) {
            String kept = Files.readString(half);
            Files.delete(half);
            assertThatExceptionOfType(Failure.class)
                    .isThrownBy(() -> files.authority(NOW))
                    .withMessageContaining(half.toString())
                    .withMessageContaining("copy it back");
            Files.writeString(half, kept);
        }
        assertThat(files.authority(NOW).certificate()).isEqualTo(authority.certificate());
    }

    @Test
    void halvesOfTwoPairsAreMadeAnew() throws Exception {
        String key = Files.readString(files.serverKey());
        files.ensureServer(authority, List.of("10.0.0.1"), NOW);
        Files.writeString(files.serverKey(), key); // as if it had ended between the two

        assertThat(files.ensureServer(authority, List.of("10.0.0.1"), NOW)).isTrue();
        assertThat(files.ensureServer(authority, List.of("10.0.0.1"), NOW)).isFalse();
    }

    @Test
    void aDamagedAuthorityIsNamed() throws Exception {
        Files.writeString(files.authorityKey(), "nonsense");

        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> files.authority(NOW))
                .withMessageContaining(files.authorityKey().toString())
                .withMessageContaining("is damaged");
    }
}
