// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.broker;

import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.cli.terminal.PrivateFile;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.broker.BrokerKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
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
    static final String SERVER_KEY = "server.key";
    static final String SERVER_CERTIFICATE = "server.pem";

    private static final String AUTHORITY_KEY = "ca.key";
    private static final String AUTHORITY = "ca.pem";
    private static final String HOSTS = "server.hosts";
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
            Certificates.Certified authority = authority(now);
            BrokerKeys ofStation = stationKeys(station, authority, now);
            if (!Files.exists(folder.resolve(SERVER_CERTIFICATE)) || !hosts.equals(hosts())) {
                Certificates.Certified server = Certificates.server(authority, hosts, now);
                Files.deleteIfExists(folder.resolve(HOSTS)); // whatever ends this here, the next time makes both again
                PrivateFile.write(folder.resolve(SERVER_KEY), server.keyText());
                PrivateFile.write(
                        folder.resolve(SERVER_CERTIFICATE), server.certificateText() + authority.certificateText());
                PrivateFile.write(folder.resolve(HOSTS), String.join("\n", hosts) + "\n");
            }
            return ofStation;
        } catch (IOException e) {
            throw Failure.failed("the broker's folder %s can't be used: %s".formatted(folder, FileTrouble.text(e)));
        }
    }

    /** With other keys no node would get in any more, and none would believe this broker. */
    private void checkWhole() throws Failure {
        boolean used = Files.exists(folder.resolve(SERVER_CERTIFICATE)) || Files.exists(keys);
        List<Path> missing = Stream.of(folder.resolve(AUTHORITY_KEY), folder.resolve(AUTHORITY), keys)
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

    private List<String> hosts() throws IOException {
        Path file = folder.resolve(HOSTS);
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private Certificates.Certified authority(Instant now) throws IOException, Failure {
        Path key = folder.resolve(AUTHORITY_KEY);
        Path certificate = folder.resolve(AUTHORITY);
        if (Files.exists(key) && Files.exists(certificate)) {
            try {
                return Certificates.read(read(key), read(certificate));
            } catch (GeneralSecurityException e) {
                throw Failure.credential("%s or %s is damaged: %s\n  restore both from a backup"
                        .formatted(key, certificate, e.getMessage()));
            }
        }
        Certificates.Certified made = Certificates.authority(now);
        PrivateFile.write(certificate, made.certificateText());
        PrivateFile.write(key, made.keyText());
        return made;
    }

    private BrokerKeys stationKeys(NodeName station, Certificates.Certified authority, Instant now)
            throws IOException, Failure {
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
