// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.FleetId;
import dev.steward.message.OperatorList;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.Signer;
import dev.steward.message.signing.SigningException;
import dev.steward.message.signing.VerificationKey;
import dev.steward.message.trust.LocalTrust;
import dev.steward.message.trust.TrustFile;
import dev.steward.message.trust.TrustTemplate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/** An operator who may do everything in a fleet of his own. */
final class TestOperator {
    static final FleetId FLEET = new FleetId("00112233445566778899aabbccddeeff");
    static final Ed25519 KEY = Ed25519.generate();

    private TestOperator() {}

    static byte[] sign(Document document) {
        return sign(document, KEY);
    }

    static byte[] sign(Document document, Signer signer) {
        try {
            return SignedDocument.sign(document, signer).encode();
        } catch (SigningException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A list of operators with no other than these. */
    static OperatorList list(long number, OperatorList.Operator... operators) {
        Instant now = Instant.parse("2026-01-31T12:00:00Z");
        return new OperatorList(
                CommandId.create(now, new Random(number)), FLEET, KEY.key().id(), now, number, List.of(operators));
    }

    /** A trust file of which he is the one authority. */
    static String trustFile() {
        return TrustTemplate.text(FLEET, "anna", KEY.key(), "full");
    }

    /** One that names others besides him, of whom so many must sign. */
    static String trustFile(int signatures, Map<String, VerificationKey> others) {
        String names = others.entrySet().stream()
                .map(each -> "\n  %s: %s".formatted(each.getKey(), each.getValue()))
                .collect(Collectors.joining());
        return "authoritySignatures: %d\n".formatted(signatures) + trustFile().replace("\nrules:", names + "\nrules:");
    }

    static LocalTrust trust() {
        return trust(trustFile());
    }

    static LocalTrust trust(String file) {
        try {
            return LocalTrust.of(TrustFile.parse("trust.yaml", file));
        } catch (RefusedException e) {
            throw new IllegalStateException(e);
        }
    }
}
