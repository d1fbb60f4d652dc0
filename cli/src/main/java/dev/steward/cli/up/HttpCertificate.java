// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import dev.steward.cli.certificate.CertificateFolder;
import dev.steward.cli.certificate.Certificates;
import dev.steward.cli.certificate.Certificates.Certified;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.cli.terminal.PrivateFile;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** With what the station serves its API beyond loopback: made at the first start, and anew before it ends. */
final class HttpCertificate {
    private static final Duration LOOK_EVERY = Duration.ofHours(1);

    private final CertificateFolder files;
    private final List<String> hosts;
    private final InstantSource clock;
    private final Consumer<String> say;
    private Instant lookNext = Instant.MIN;

    /** @param hosts names and addresses by which the station is found */
    HttpCertificate(Path folder, List<String> hosts, InstantSource clock, Consumer<String> say) {
        this.files = new CertificateFolder(folder, Certificates.WEB);
        this.hosts = List.copyOf(hosts);
        this.clock = clock;
        this.say = say;
    }

    /** By what a station that listens at {@code address} is found, and by the names given for it. */
    static List<String> hosts(String address, List<String> names) {
        var hosts = new LinkedHashSet<String>();
        if (address.equals(Broker.EVERYWHERE)) {
            hosts.addAll(ofThisMachine());
        } else {
            hosts.add(address);
        }
        hosts.addAll(names);
        return new ArrayList<>(hosts);
    }

    private static Set<String> ofThisMachine() {
        var hosts = new LinkedHashSet<String>(List.of(Broker.LOOPBACK, "localhost"));
        try {
            NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(Inet4Address.class::isInstance)
                    .map(InetAddress::getHostAddress)
                    .sorted()
                    .forEach(hosts::add);
            String name = InetAddress.getLocalHost().getHostName();
            if (Certificates.isHost(name)) {
                hosts.add(name);
            }
        } catch (SocketException | UnknownHostException e) {
            // what is not found so is named by hand
        }
        return hosts;
    }

    CertificateFolder files() {
        return files;
    }

    List<String> hosts() {
        return hosts;
    }

    void ensure() throws Failure {
        try {
            PrivateFile.createFolder(files.folder());
            Instant now = clock.instant();
            Certified authority = files.authority(now);
            if (files.ensureServer(authority, hosts, now)) {
                say.accept("made a certificate for %s in %s".formatted(String.join(", ", hosts), files.folder()));
            }
            lookNext = now.plus(LOOK_EVERY);
        } catch (IOException e) {
            throw Failure.failed("the certificate of the API can't be made in %s: %s"
                    .formatted(files.folder(), FileTrouble.text(e)));
        }
    }

    /** To be called now and then. The station takes the new one without a restart. */
    void renew() {
        if (clock.instant().isBefore(lookNext)) {
            return;
        }
        try {
            ensure();
        } catch (Failure e) {
            lookNext = clock.instant().plus(LOOK_EVERY);
            say.accept(e.text());
        }
    }

    /** As `openssl x509 -fingerprint -sha256` and browsers show it. */
    String authorityFingerprint() throws Failure {
        try {
            byte[] certificate = files.authority(clock.instant()).certificate().getEncoded();
            return HexFormat.ofDelimiter(":")
                    .withUpperCase()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate));
        } catch (IOException e) {
            throw Failure.failed("%s: %s".formatted(files.authorityCertificate(), FileTrouble.text(e)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
