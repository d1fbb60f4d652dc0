// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Whose certificates count for a station that is reached over TLS: those of one file, instead of those that Java knows. */
public final class Authorities {
    private static final long MAX_BYTES = 1024 * 1024;

    private final Path file;
    private final SSLSocketFactory sockets;

    private Authorities(Path file, SSLSocketFactory sockets) {
        this.file = file;
        this.sockets = sockets;
    }

    /** @throws Failure where the file holds no certificate in PEM */
    public static Authorities read(Path file) throws Failure {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw Failure.credential("the authorities' file %s is larger than %d bytes".formatted(file, MAX_BYTES));
            }
            return new Authorities(file, sockets(certificates(file)));
        } catch (IOException e) {
            throw Failure.credential("the authorities' file %s can't be read: %s".formatted(file, FileTrouble.text(e)));
        } catch (GeneralSecurityException e) {
            throw none(file);
        }
    }

    private static Failure none(Path file) {
        return Failure.credential(
                "%s holds no certificate in PEM; it must hold that of the authority which vouches for the station"
                        .formatted(file));
    }

    private static Collection<? extends Certificate> certificates(Path file)
            throws IOException, GeneralSecurityException, Failure {
        Collection<? extends Certificate> found = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
        if (found.isEmpty()) {
            throw none(file);
        }
        return found;
    }

    private static SSLSocketFactory sockets(Collection<? extends Certificate> certificates)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        for (Certificate certificate : certificates) {
            store.setCertificateEntry(Integer.toString(number++), certificate);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context.getSocketFactory();
    }

    SSLSocketFactory sockets() {
        return sockets;
    }

    /** Why whoever answers may not be the station, and what to do; empty where the connection just broke. */
    static Optional<String> refusal(URI station, SSLException trouble, Optional<Authorities> authorities) {
        String url = station.toString();
        String message = String.valueOf(trouble.getMessage());
        Optional<? extends CertificateException> time = cause(trouble, CertificateExpiredException.class);
        if (time.isEmpty()) {
            time = cause(trouble, CertificateNotYetValidException.class);
        }
        if (time.isPresent()) {
            return Optional.of(
                    "the certificate of the station at %s is not good now: %s\n  is the clock right, here and there? else it wants a new one"
                            .formatted(url, time.get().getMessage()));
        }
        Optional<? extends GeneralSecurityException> path = cause(trouble, CertPathBuilderException.class);
        if (path.isEmpty()) {
            path = cause(trouble, CertPathValidatorException.class);
        }
        if (path.isPresent()) {
            return Optional.of(
                    "nobody who is believed here vouches for the station at %s (looked among %s: %s)\n  give the certificate of its authority with --ca-file FILE, or in STEWARD_CA_FILE"
                            .formatted(
                                    url,
                                    authorities
                                            .map(each -> each.file.toString())
                                            .orElse("the authorities that Java knows"),
                                    path.get().getMessage()));
        }
        Optional<CertificateException> names = cause(trouble, CertificateException.class);
        if (names.isPresent() && message.contains("subject alternative")) {
            return Optional.of(
                    "the certificate of the station at %s is of another host: %s\n  use a name or address that it has, or have one made that names this one"
                            .formatted(url, message));
        }
        if (message.startsWith("Unsupported or unrecognized SSL message")) {
            return Optional.of("what answers at %s does not speak TLS\n  if that is the station, its URL is http://%s"
                    .formatted(url, station.getRawAuthority()));
        }
        return Optional.empty();
    }

    private static <T extends Throwable> Optional<T> cause(Throwable trouble, Class<T> kind) {
        @Nullable Throwable each = trouble;
        for (int depth = 0; each != null && depth < 10; depth++) {
            if (kind.isInstance(each)) {
                return Optional.of(kind.cast(each));
            }
            each = each.getCause();
        }
        return Optional.empty();
    }
}
