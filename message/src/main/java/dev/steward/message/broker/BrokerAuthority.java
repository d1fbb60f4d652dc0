// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.broker;

import dev.steward.message.RefusedException;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.KeyId;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Believes the certificates that one key has signed, and no others. That key signs for brokers alone, so the name in a
 * certificate says nothing more. Its times are not looked at: a unit without a clock of its own begins in 1970, and must
 * get in to be told better.
 *
 * @param key which the server shows at the end of its chain
 */
public record BrokerAuthority(KeyId key) implements X509TrustManager {
    private static final String FOR_SERVERS = "1.3.6.1.5.5.7.3.1";

    /** TLS to brokers that this key vouches for. */
    public SSLContext tls() {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(null, new TrustManager[] {this}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK of this version has TLS 1.3", e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        X509Certificate authority = authorityIn(chain);
        List<X509Certificate> path =
                Arrays.stream(chain).takeWhile(each -> !each.equals(authority)).toList();
        if (path.isEmpty() || !isForServers(path.getFirst())) {
            throw new CertificateException("the broker shows no certificate for servers");
        }
        try {
            var parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(latestBegin(path));
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
        } catch (GeneralSecurityException e) {
            throw new CertificateException("the broker's certificate does not hold: " + e.getMessage(), e);
        }
    }

    /** A time at which the whole path is good, if it ever is. */
    private static Date latestBegin(List<X509Certificate> path) {
        return path.stream()
                .map(X509Certificate::getNotBefore)
                .max(Date::compareTo)
                .orElseThrow();
    }

    private X509Certificate authorityIn(X509Certificate[] chain) throws CertificateException {
        for (X509Certificate each : chain) {
            if (fingerprint(each).filter(key::equals).isPresent()) {
                return each;
            }
        }
        throw new CertificateException(
                "the broker's certificate is not signed by %s, as it should be; is this the right broker?"
                        .formatted(key));
    }

    /** Of the certificate's key, where it is one of Ed25519. */
    public static Optional<KeyId> fingerprint(X509Certificate certificate) {
        try {
            return Optional.of(Ed25519.publicHalf(certificate.getPublicKey()).id());
        } catch (RefusedException e) {
            return Optional.empty();
        }
    }

    private static boolean isForServers(X509Certificate certificate) throws CertificateException {
        List<String> uses = certificate.getExtendedKeyUsage();
        return uses != null && uses.contains(FOR_SERVERS);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("nobody connects to a client");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
