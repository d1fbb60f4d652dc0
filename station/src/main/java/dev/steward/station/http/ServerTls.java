// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.RefusedException;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/**
 * The station's side of TLS. Files that are replaced are taken by the next connection; while they don't fit together, as
 * between the two moves of a renewal, what was read before goes on.
 */
public final class ServerTls extends X509ExtendedKeyManager {
    /** TLS 1.3 alone: every browser and JDK that the page and the command line run in has it. */
    private static final String PROTOCOL = "TLSv1.3";

    private static final System.Logger LOG = System.getLogger(ServerTls.class.getName());

    private record Stamp(FileTime certificate, FileTime key) {}

    /** An alias names one version of the files, as JSSE asks for chain and key one after the other. */
    private record Version(String alias, PemFiles pem, Stamp stamp) {}

    private final Path certificate;
    private final Path key;
    private final InstantSource clock;
    private volatile Version current;
    private volatile Version previous;
    private Stamp looked;

    /** @throws RefusedException where the files can't be used; the text says why, and what to do */
    public ServerTls(Path certificate, Path key, InstantSource clock) throws RefusedException {
        this.certificate = certificate.toAbsolutePath();
        this.key = key.toAbsolutePath();
        this.clock = clock;
        PemFiles pem = PemFiles.read(this.certificate, this.key, Date.from(clock.instant()));
        this.looked = stamp();
        this.current = new Version("1", pem, looked);
        this.previous = current;
        if (hosts().isEmpty()) {
            throw new RefusedException("--http-certificate: %s names no host (subjectAltName); nobody could check it"
                    .formatted(certificate));
        }
    }

    public Path certificate() {
        return certificate;
    }

    public Path key() {
        return key;
    }

    /** Whether others than its owner and group may read the key. */
    public boolean isLoose() {
        try {
            return Files.getPosixFilePermissions(key).stream()
                    .anyMatch(Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.GROUP_WRITE)::contains);
        } catch (IOException | UnsupportedOperationException e) {
            return false; // it was read all the same
        }
    }

    /** Names and addresses of the certificate, as they stand in a URL. */
    public List<String> hosts() {
        try {
            @Nullable Collection<List<?>> names = current.pem.chain()[0].getSubjectAlternativeNames();
            return names == null
                    ? List.of()
                    : names.stream()
                            .map(name -> name.get(1).toString())
                            .map(name -> name.contains(":") ? "[" + name + "]" : name)
                            .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    /** By which host the station is found that listens at {@code host}. */
    public String hostFor(String host) {
        List<String> hosts = hosts();
        return List.of(host, "127.0.0.1", "localhost").stream()
                .filter(hosts::contains)
                .findFirst()
                .orElse(hosts.getFirst());
    }

    ServerConnector connector(Server server, HttpConfiguration http, String host, int port) {
        var secure = new HttpConfiguration(http);
        secure.addCustomizer(new SecureRequestCustomizer(false)); // hosts are checked by Access
        var factory = new SslContextFactory.Server();
        factory.setSslContext(context());
        factory.setIncludeProtocols(PROTOCOL);
        var connector = new ServerConnector(server, factory, new HttpConnectionFactory(secure));
        connector.setHost(host);
        connector.setPort(port);
        return connector;
    }

    private SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance(PROTOCOL);
            context.init(new KeyManager[] {this}, null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK of this version has TLS 1.3", e);
        }
    }

    private synchronized Version newest() {
        try {
            Stamp found = stamp();
            if (!found.equals(looked)) {
                looked = found;
                PemFiles pem = PemFiles.read(certificate, key, Date.from(clock.instant()));
                previous = current;
                current = new Version(Long.toString(Long.parseLong(previous.alias) + 1), pem, found);
                LOG.log(System.Logger.Level.INFO, "took the new certificate in {0}", certificate);
            }
        } catch (RefusedException e) {
            LOG.log(System.Logger.Level.WARNING, "goes on with the certificate from before: {0}", e.getMessage());
        }
        return current;
    }

    private Stamp stamp() throws RefusedException {
        try {
            return new Stamp(Files.getLastModifiedTime(certificate), Files.getLastModifiedTime(key));
        } catch (IOException e) {
            throw new RefusedException("%s or %s can't be looked at: %s".formatted(certificate, key, e));
        }
    }

    private PemFiles version(String alias) {
        Version newest = current;
        return (newest.alias.equals(alias) ? newest : previous).pem;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        Version newest = newest();
        return newest.pem.chain()[0].getPublicKey().getAlgorithm().equals(keyType) ? newest.alias : null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return version(alias).chain().clone();
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return version(alias).key();
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null; // asked for by nobody who chooses by engine
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }
}
