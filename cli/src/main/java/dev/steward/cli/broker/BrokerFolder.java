// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.broker;

import dev.steward.cli.certificate.CertificateFolder;
import dev.steward.cli.certificate.Certificates;
import dev.steward.cli.certificate.Certificates.Certified;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.cli.terminal.PrivateFile;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.broker.BrokerKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A broker's keys and certificates, made once: {@code ca.key} and {@code ca.pem} of the authority that its nodes know,
 * {@code server.key} and {@code server.pem} of the server, and the keys that the station needs.
 *
 * @param folder of the broker
 * @param keys where those of the station lie
 */
public record BrokerFolder(Path folder, Path keys) {
    private static final int MAX_BYTES = 64 * 1024;

    /** Makes what is missing; the server's certificate always where other hosts are named than it has. */
    public BrokerKeys ensure(NodeName station, List<String> hosts, Instant now) throws Failure {
        for (String host : hosts) {
            if (!Certificates.isHost(host)) {
                throw Failure.usage("--host: '%s' is not the name or address of a machine".formatted(host));
            }
        }
        try {
            PrivateFile.createFolder(folder);
            checkWhole();
            Certified authority = files().authority(now);
            BrokerKeys ofStation = stationKeys(station, authority, now);
            files().ensureServer(authority, hosts, now);
            return ofStation;
        } catch (IOException e) {
            throw Failure.failed("the broker's folder %s can't be used: %s".formatted(folder, FileTrouble.text(e)));
        }
    }

    private CertificateFolder files() {
        return new CertificateFolder(folder, Certificates.BROKER);
    }

    /** With other keys no node would get in any more, and none would believe this broker. */
    private void checkWhole() throws Failure {
        boolean used = Files.exists(files().serverCertificate()) || Files.exists(keys);
        List<Path> missing = Stream.of(files().authorityKey(), files().authorityCertificate(), keys)
                .filter(file -> !Files.exists(file))
                .toList();
        if (used && !missing.isEmpty()) {
            throw Failure.credential(
                    "this broker's keys are missing here: %s\n  copy them back from where they were put (%s lies in the station's data folder too), or choose an empty folder for another broker"
                            .formatted(
                                    missing.stream().map(Path::toString).collect(Collectors.joining(", ")),
                                    BrokerKeys.FILE));
        }
    }

    private BrokerKeys stationKeys(NodeName station, Certified authority, Instant now) throws IOException, Failure {
        if (!Files.exists(keys)) {
            BrokerKeys made = BrokerKeys.generate(now, station, authority.fingerprint());
            PrivateFile.write(keys, made.text());
            return made;
        }
        try {
            BrokerKeys read = BrokerKeys.parse(read(keys), keys.toString());
            if (!read.authority().equals(authority.fingerprint())
                    || !read.station().equals(station)) {
                throw Failure.credential(
                        "%s is of the station %s and of brokers known by %s; here it is %s, and ca.pem has %s"
                                .formatted(keys, read.station(), read.authority(), station, authority.fingerprint()));
            }
            return read;
        } catch (RefusedException e) {
            throw Failure.credential("%s\n  restore it from a backup".formatted(e.getMessage()));
        }
    }

    private static String read(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException("%s is larger than %d bytes".formatted(file, MAX_BYTES));
        }
        return Files.readString(file);
    }
}
