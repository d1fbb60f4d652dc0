// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.RefusedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Date;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A certificate with its chain, and its key, as they lie in files of PEM. */
record PemFiles(X509Certificate[] chain, PrivateKey key) {
    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final long MAX_BYTES = 256 * 1024;

    /** @throws RefusedException where they are not a pair that can be used at {@code now}; the text says why */
    static PemFiles read(Path certificate, Path key, Date now) throws RefusedException {
        X509Certificate[] chain = chain(certificate);
        try {
            chain[0].checkValidity(now);
        } catch (CertificateExpiredException e) {
            throw new RefusedException("--http-certificate: %s has expired on %s; put a new one there"
                    .formatted(certificate, chain[0].getNotAfter().toInstant()));
        } catch (CertificateNotYetValidException e) {
            throw new RefusedException("--http-certificate: %s is good from %s on only; is the clock right?"
                    .formatted(certificate, chain[0].getNotBefore().toInstant()));
        }
        PublicKey publicKey = chain[0].getPublicKey();
        PrivateKey privateKey = key(key, publicKey, certificate);
        return new PemFiles(chain, privateKey);
    }

    private static X509Certificate[] chain(Path file) throws RefusedException {
        byte[] bytes = bytes("--http-certificate", file);
        try {
            X509Certificate[] chain =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(bytes))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toArray(X509Certificate[]::new);
            if (chain.length > 0) {
                return chain;
            }
        } catch (GeneralSecurityException e) {
            // the same words as for a file without any
        }
        throw new RefusedException(
                "--http-certificate: %s holds no certificate in PEM; it must hold the station's first, then those of its chain"
                        .formatted(file));
    }

    private static PrivateKey key(Path file, PublicKey publicKey, Path certificate) throws RefusedException {
        Matcher pem =
                PKCS8.matcher(new String(bytes("--http-key", file), java.nio.charset.StandardCharsets.ISO_8859_1));
        if (!pem.find()) {
            throw new RefusedException(
                    "--http-key: %s holds no key in PEM as PKCS #8 without a passphrase; `openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW` makes one"
                            .formatted(file));
        }
        var unfit = new RefusedException(
                "--http-key: %s is not the key of the certificate in %s".formatted(file, certificate));
        try {
            PrivateKey key = KeyFactory.getInstance(publicKey.getAlgorithm())
                    .generatePrivate(
                            new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1))));
            if (isPair(key, publicKey)) {
                return key;
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw unfit; // a key of another kind
        }
        throw unfit;
    }

    private static boolean isPair(PrivateKey key, PublicKey publicKey) throws GeneralSecurityException {
        String algorithm = switch (publicKey.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> publicKey.getAlgorithm();
        };
        byte[] probe = {1};
        Signature signing = Signature.getInstance(algorithm);
        signing.initSign(key);
        signing.update(probe);
        byte[] signature = signing.sign();
        Signature check = Signature.getInstance(algorithm);
        check.initVerify(publicKey);
        check.update(probe);
        return check.verify(signature);
    }

    private static byte[] bytes(String option, Path file) throws RefusedException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new RefusedException("%s: %s is larger than %d bytes".formatted(option, file, MAX_BYTES));
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new RefusedException("%s: there is no %s".formatted(option, file));
        } catch (IOException e) {
            throw new RefusedException("%s: %s can't be read: %s".formatted(option, file, e));
        }
    }
}
