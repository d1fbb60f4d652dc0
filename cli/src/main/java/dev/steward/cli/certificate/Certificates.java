// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.certificate;

import dev.steward.message.broker.BrokerAuthority;
import dev.steward.message.broker.BrokerKeys;
import dev.steward.message.signing.KeyId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;
import org.jspecify.annotations.Nullable;

/** How X.509 certificates of one kind are made; and PEM. */
public final class Certificates {
    /** They have no end: whom to believe is a matter of the authority's key, by which the nodes know it. */
    public static final Certificates BROKER =
            new Certificates("steward broker authority", "Ed25519", "Ed25519", Optional.empty(), Optional.empty());

    /**
     * For whatever speaks HTTPS. Browsers take no Ed25519, and none of a server for longer than 825 days; an authority is
     * given to them by hand, so that it has to last.
     */
    public static final Certificates WEB = new Certificates(
            "steward authority",
            "EC",
            "SHA256withECDSA",
            Optional.of(Duration.ofDays(3650)),
            Optional.of(Duration.ofDays(397)));

    private static final int P256_BITS = 256;
    private static final int SERIAL_BITS = 127;
    private static final Duration FOR_CLOCKS_THAT_ARE_LATE = Duration.ofDays(1);

    /** The time that stands for "no end" in RFC 5280. */
    private static final Instant NO_END = BrokerKeys.FOR_EVER;

    private static final Pattern NAME = Pattern.compile(
            "(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*");
    private static final Pattern DIGITS = Pattern.compile("[0-9.]+");

    /** A key and the certificate of it. */
    public record Certified(PrivateKey key, X509Certificate certificate) {
        /** Of an authority of brokers. */
        public KeyId fingerprint() {
            return BrokerAuthority.fingerprint(certificate).orElseThrow();
        }

        public String keyText() {
            return pem(key);
        }

        public String certificateText() {
            return pem(certificate);
        }

        /** Names and addresses of a server, each written in one way. */
        Set<String> hosts() {
            try {
                @Nullable Collection<List<?>> names = certificate.getSubjectAlternativeNames();
                return names == null
                        ? Set.of()
                        : names.stream()
                                .map(name -> written(name.get(1).toString()))
                                .collect(Collectors.toSet());
            } catch (CertificateParsingException e) {
                return Set.of();
            }
        }

        /** Whether less than a third of its time is left. */
        boolean isOld(Instant now) {
            Instant begin = certificate.getNotBefore().toInstant();
            Instant end = certificate.getNotAfter().toInstant();
            return now.isAfter(end.minus(Duration.between(begin, end).dividedBy(3)));
        }

        boolean isSignedBy(Certified authority) {
            try {
                certificate.verify(authority.certificate.getPublicKey());
                return true;
            } catch (GeneralSecurityException e) {
                return false;
            }
        }
    }

    private final String authorityName;
    private final String keyAlgorithm;
    private final String signatureAlgorithm;
    private final Optional<Duration> authorityLife;
    private final Optional<Duration> serverLife;

    private Certificates(
            String authorityName,
            String keyAlgorithm,
            String signatureAlgorithm,
            Optional<Duration> authorityLife,
            Optional<Duration> serverLife) {
        this.authorityName = authorityName;
        this.keyAlgorithm = keyAlgorithm;
        this.signatureAlgorithm = signatureAlgorithm;
        this.authorityLife = authorityLife;
        this.serverLife = serverLife;
    }

    /** Whether a certificate can name it: an address, or a name that looks like none. */
    public static boolean isHost(String text) {
        return IPAddress.isValid(text)
                || (NAME.matcher(text).matches() && !DIGITS.matcher(text).matches());
    }

    /** An authority that vouches for itself. */
    public Certified authority(Instant now) {
        KeyPair pair = pair();
        X500Name name = named(authorityName);
        X509v3CertificateBuilder builder = builder(name, name, pair, now, authorityLife);
        return certify(builder, new BasicConstraints(0), new KeyUsage(KeyUsage.keyCertSign), pair, pair);
    }

    /** @param hosts names and addresses by which the server is found, one at least */
    public Certified server(Certified authority, List<String> hosts, Instant now) {
        KeyPair pair = pair();
        X500Name issuer = X500Name.getInstance(
                authority.certificate().getSubjectX500Principal().getEncoded());
        X509v3CertificateBuilder builder = builder(issuer, named(hosts.getFirst()), pair, now, serverLife);
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
        var issuing = new KeyPair(authority.certificate().getPublicKey(), authority.key());
        return certify(builder, new BasicConstraints(false), new KeyUsage(KeyUsage.digitalSignature), pair, issuing);
    }

    /**
     * Reads what {@link Certified} writes.
     *
     * @throws GeneralSecurityException where one of the texts is not that
     */
    public Certified read(String key, String certificate) throws GeneralSecurityException {
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
        if (!isPair(read, one)) {
            throw new GeneralSecurityException("the key is not that of the certificate");
        }
        return new Certified(read, one);
    }

    private boolean isPair(PrivateKey key, X509Certificate certificate) throws GeneralSecurityException {
        byte[] probe = {1};
        Signature signing = Signature.getInstance(signatureAlgorithm);
        signing.initSign(key);
        signing.update(probe);
        byte[] signature = signing.sign();
        Signature check = Signature.getInstance(signatureAlgorithm);
        check.initVerify(certificate.getPublicKey());
        check.update(probe);
        return check.verify(signature);
    }

    /** As a certificate tells of it, whichever way it was written. */
    static String written(String host) {
        return host.contains(":") && IPAddress.isValid(host)
                ? InetAddress.ofLiteral(host).getHostAddress()
                : host;
    }

    private KeyPair pair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(keyAlgorithm);
            if (keyAlgorithm.equals("EC")) {
                generator.initialize(P256_BITS);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK of this version has " + keyAlgorithm, e);
        }
    }

    private static X500Name named(String name) {
        return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, name).build();
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, KeyPair pair, Instant now, Optional<Duration> life) {
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(SERIAL_BITS, new SecureRandom()).add(BigInteger.ONE),
                Date.from(now.minus(FOR_CLOCKS_THAT_ARE_LATE)),
                Date.from(life.map(now::plus).orElse(NO_END)),
                subject,
                pair.getPublic());
    }

    private Certified certify(
            X509v3CertificateBuilder builder,
            BasicConstraints constraints,
            KeyUsage usage,
            KeyPair pair,
            KeyPair issuing) {
        try {
            builder.addExtension(Extension.basicConstraints, true, constraints);
            builder.addExtension(Extension.keyUsage, true, usage);
            var identifiers = new JcaX509ExtensionUtils();
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(pair.getPublic()));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    identifiers.createAuthorityKeyIdentifier(issuing.getPublic()));
            var signing = new JcaContentSignerBuilder(signatureAlgorithm).build(issuing.getPrivate());
            return new Certified(
                    pair.getPrivate(), new JcaX509CertificateConverter().getCertificate(builder.build(signing)));
        } catch (CertIOException | OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException("the JDK's own algorithms sign certificates", e);
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
