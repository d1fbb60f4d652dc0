// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpCertificateTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-31T12:00:00Z"));
    private final List<String> said = new ArrayList<>();

    @TempDir
    private Path folder;

    @Test
    void anUpThatRunsForLongRenewsItInTime() throws Exception {
        var certificate = new HttpCertificate(folder.resolve("http"), List.of("10.0.0.1"), now::get, said::add);
        certificate.ensure();
        String first = Files.readString(certificate.files().serverCertificate());
        String fingerprint = certificate.authorityFingerprint();
        for (int day = 0; day < 250; day++) {
            now.updateAndGet(each -> each.plus(Duration.ofDays(1)));
            certificate.renew();
        }
        assertThat(certificate.files().serverCertificate()).hasContent(first);

        now.updateAndGet(each -> each.plus(Duration.ofDays(20)));
        certificate.renew();
        assertThat(Files.readString(certificate.files().serverCertificate())).isNotEqualTo(first);
        assertThat(certificate.authorityFingerprint()).isEqualTo(fingerprint).matches("([0-9A-F]{2}:){31}[0-9A-F]{2}");
        assertThat(said).hasSize(2).allMatch(line -> line.contains("made a certificate for 10.0.0.1"));
    }

    @Test
    void aFolderThatCantBeWrittenIsToldOfOnceAnHourAndEndsNothing() throws Exception {
        var certificate = new HttpCertificate(folder.resolve("http"), List.of("10.0.0.1"), now::get, said::add);
        certificate.ensure();
        Files.writeString(certificate.files().authorityKey(), "nonsense");
        said.clear();

        for (int minute = 0; minute < 150; minute++) {
            now.updateAndGet(each -> each.plus(Duration.ofMinutes(1)));
            certificate.renew();
        }
        assertThat(said).hasSize(2).allMatch(line -> line.contains("is damaged"));
    }

    @Test
    void aStationAtAllAddressesIsFoundByEachOfThem() {
        assertThat(HttpCertificate.hosts("0.0.0.0", List.of("station.example", "localhost")))
                .startsWith("127.0.0.1", "localhost")
                .contains("station.example")
                .doesNotContain("0.0.0.0")
                .doesNotHaveDuplicates();
        assertThat(HttpCertificate.hosts("10.0.0.1", List.of("station.example")))
                .containsExactly("10.0.0.1", "station.example");
    }
}
