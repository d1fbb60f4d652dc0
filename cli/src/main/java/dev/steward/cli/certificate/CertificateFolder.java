// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.certificate;

import dev.steward.cli.certificate.Certificates.Certified;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An authority's key and certificate, made once, and those of the one server that it vouches for, made again where they are
 * to name other hosts, or in time before they end. Readable by their owner alone.
 */
public record CertificateFolder(Path folder, Certificates kind) {
    private static final int MAX_BYTES = 64 * 1024;

    public Path authorityKey() {
        return folder.resolve("ca.key");
    }

    public Path authorityCertificate() {
        return folder.resolve("ca.pem");
    }

    public Path serverKey() {
        return folder.resolve("server.key");
    }

    /** The server's, and behind it the authority's. */
    public Path serverCertificate() {
        return folder.resolve("server.pem");
    }

    /**
     * The authority that is there, or a new one.
     *
     * @throws Failure where its files are damaged, or one is missing of an authority that may be known to others by now
     */
    public Certified authority(Instant now) throws IOException, Failure {
        Path key = authorityKey();
        Path certificate = authorityCertificate();
        if (Files.exists(serverCertificate()) && !(Files.exists(key) && Files.exists(certificate))) {
            throw Failure.credential(
                    "%s or %s is missing, by which others know what is served here\n  copy it back from where it was put, or remove the folder for another authority"
                            .formatted(key, certificate));
        }
        if (Files.exists(key) && Files.exists(certificate)) {
            try {
                return kind.read(read(key), read(certificate));
            } catch (GeneralSecurityException e) {
                throw Failure.credential("%s or %s is damaged: %s\n  restore both from a backup"
                        .formatted(key, certificate, e.getMessage()));
            }
        }
        Certified made = kind.authority(now);
        PrivateFile.write(certificate, made.certificateText());
        PrivateFile.write(key, made.keyText());
        return made;
    }

    /**
     * Makes the server's where there is no good one.
     *
     * @param hosts names and addresses by which it is found, one at least
     * @return whether that was so
     */
    public boolean ensureServer(Certified authority, List<String> hosts, Instant now) throws IOException {
        boolean good = present()
                .filter(server -> server.isSignedBy(authority))
                .filter(server -> server.hosts()
                        .equals(hosts.stream().map(Certificates::written).collect(Collectors.toSet())))
                .filter(server -> !server.isOld(now))
                .isPresent();
        if (!good) {
            Certified server = kind.server(authority, hosts, now);
            // Whatever ends this between the two: they are no pair, and both are made again.
            PrivateFile.write(serverKey(), server.keyText());
            PrivateFile.write(serverCertificate(), server.certificateText() + authority.certificateText());
        }
        return !good;
    }

    private Optional<Certified> present() throws IOException {
        if (!Files.exists(serverKey()) || !Files.exists(serverCertificate())) {
            return Optional.empty();
        }
        try {
            return Optional.of(kind.read(read(serverKey()), read(serverCertificate())));
        } catch (GeneralSecurityException e) {
            return Optional.empty(); // no pair
        }
    }

    private static String read(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException("%s is larger than %d bytes".formatted(file, MAX_BYTES));
        }
        return Files.readString(file);
    }
}
