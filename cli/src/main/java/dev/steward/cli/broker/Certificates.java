// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.broker;

import dev.steward.message.broker.BrokerAuthority;
import dev.steward.message.broker.BrokerKeys;
import dev.steward.message.signing.KeyId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;

/**
 * X.509 certificates with Ed25519 keys for brokers alone, and PEM. They have no end: whom to believe is a matter of the
 * authority's key, by which the nodes know it.
 */
final class Certificates {
    private static final String ALGORITHM = "Ed25519";
    private static final int SERIAL_BITS = 127;
    private static final Duration FOR_CLOCKS_THAT_ARE_LATE = Duration.ofDays(1);

    /** The time that stands for "no end" in RFC 5280. */
    private static final Instant NO_END = BrokerKeys.FOR_EVER;

    private static final Pattern NAME = Pattern.compile(
            "(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*");
    private static final Pattern DIGITS = Pattern.compile("[0-9.]+");

    /** A key and the certificate of it. */
    record Certified(PrivateKey key, X509Certificate certificate) {
        KeyId fingerprint() {
            return BrokerAuthority.fingerprint(certificate).orElseThrow();
        }

        String keyText() {
            return pem(key);
        }

        String certificateText() {
            return pem(certificate);
        }

        /** Whether the key is that of the certificate. */
        boolean isPair() throws GeneralSecurityException {
            byte[] probe = {1};
            Signature signing = Signature.getInstance(ALGORITHM);
            signing.initSign(key);
            signing.update(probe);
            byte[] signature = signing.sign();
            Signature check = Signature.getInstance(ALGORITHM);
            check.initVerify(certificate.getPublicKey());
            check.update(probe);
            return check.verify(signature);
        }
    }

    private Certificates() {}

    /** Whether a certificate can name it: an address, or a name that looks like none. */
    static boolean isHost(String text) {
        return IPAddress.isValid(text)
                || (NAME.matcher(text).matches() && !DIGITS.matcher(text).matches());
    }

    static Certified authority(Instant now) {
        KeyPair pair = pair();
        X500Name name = named("steward broker authority");
        X509v3CertificateBuilder builder = builder(name, name, pair, now);
        return certify(builder, new BasicConstraints(0), new KeyUsage(KeyUsage.keyCertSign), pair, pair.getPrivate());
    }

    /** @param hosts names and addresses by which the server is found, one at least */
    static Certified server(Certified authority, List<String> hosts, Instant now) {
        KeyPair pair = pair();
        X500Name issuer = X500Name.getInstance(
                authority.certificate().getSubjectX500Principal().getEncoded());
        X509v3CertificateBuilder builder = builder(issuer, named(hosts.getFirst()), pair, now);
        GeneralName[] names = hosts.stream()
                .map(host ->
                        new GeneralName(IPAddress.isValid(host) ? GeneralName.iPAddress : GeneralName.dNSName, host))
                .toArray(GeneralName[]::new);
        try {
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
        } catch (CertIOException e) {
            throw new IllegalStateException("a certificate can't be written to memory", e);
        }
        return certify(
                builder, new BasicConstraints(false), new KeyUsage(KeyUsage.digitalSignature), pair, authority.key());
    }

    /**
     * Reads what {@link Certified} writes.
     *
     * @throws GeneralSecurityException where one of the texts is not that
     */
    static Certified read(String key, String certificate) throws GeneralSecurityException {
        PrivateKey read;
        try (var pem = new PEMParser(new StringReader(key))) {
            if (!(pem.readObject() instanceof PrivateKeyInfo info)) {
                throw new GeneralSecurityException("the key is no private key in PEM");
            }
            read = new JcaPEMKeyConverter().getPrivateKey(info);
        } catch (IOException e) {
            throw new GeneralSecurityException(e.getMessage(), e);
        }
        var one = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(certificate.getBytes(StandardCharsets.US_ASCII)));
        if (BrokerAuthority.fingerprint(one).isEmpty()) {
            throw new GeneralSecurityException("the certificate is not one of Ed25519");
        }
        var both = new Certified(read, one);
        if (!both.isPair()) {
            throw new GeneralSecurityException("the key is not that of the certificate");
        }
        return both;
    }

    private static KeyPair pair() {
        try {
            return KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK of this version has " + ALGORITHM, e);
        }
    }

    private static X500Name named(String name) {
        return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, name).build();
    }

    private static X509v3CertificateBuilder builder(X500Name issuer, X500Name subject, KeyPair pair, Instant now) {
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(SERIAL_BITS, new SecureRandom()).add(BigInteger.ONE),
                Date.from(now.minus(FOR_CLOCKS_THAT_ARE_LATE)),
                Date.from(NO_END),
                subject,
                pair.getPublic());
    }

    private static Certified certify(
            X509v3CertificateBuilder builder,
            BasicConstraints constraints,
            KeyUsage usage,
            KeyPair pair,
            PrivateKey signer) {
        try {
            builder.addExtension(Extension.basicConstraints, true, constraints);
            builder.addExtension(Extension.keyUsage, true, usage);
            var signing = new JcaContentSignerBuilder(ALGORITHM).build(signer);
            return new Certified(
                    pair.getPrivate(), new JcaX509CertificateConverter().getCertificate(builder.build(signing)));
        } catch (CertIOException | OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException("the JDK's own Ed25519 signs certificates", e);
        }
    }

    private static String pem(Object object) {
        var text = new StringWriter();
        try (var pem = new JcaPEMWriter(text)) {
            pem.writeObject(object instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : object);
        } catch (IOException e) {
            throw new IllegalStateException("writing PEM to memory", e);
        }
        return text.toString();
    }
}
