// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import dev.steward.cli.operator.Identity;
import dev.steward.cli.terminal.PrivateFile;
import dev.steward.message.Document;
import dev.steward.message.FleetId;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.OpenSshKey;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.Signer;
import dev.steward.message.signing.SigningException;
import dev.steward.message.trust.LocalTrust;
import dev.steward.message.trust.TrustFile;
import dev.steward.message.trust.TrustTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;

/** An operator who may do everything in a fleet of his own. */
public final class TestOperator {
    public static final FleetId FLEET = new FleetId("00112233445566778899aabbccddeeff");
    public static final Ed25519 KEY = Ed25519.generate();
    public static final Identity IDENTITY = new Identity(FLEET, "anna", KEY);

    private TestOperator() {}

    public static byte[] sign(Document document) {
        return sign(document, KEY);
    }

    public static byte[] sign(Document document, Signer signer) {
        try {
            return SignedDocument.sign(document, signer).encode();
        } catch (SigningException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What {@code steward operator init} leaves in a data folder. */
    static void install(Path dataFolder) throws IOException {
        Path folder = Files.createDirectories(dataFolder.resolve("operator"));
        PrivateFile.write(folder.resolve("key"), new OpenSshKey(KEY, "anna").text());
        var json = new LinkedHashMap<String, Object>();
        json.put("format", Limits.FORMAT);
        json.put("fleet", FLEET);
        json.put("name", "anna");
        json.put("key", KEY.key());
        json.put("source", "file");
        PrivateFile.write(folder.resolve("operator.json"), Json.text(json));
    }

    /** A trust file of which he is the one authority. */
    public static String trustFile() {
        return TrustTemplate.text(FLEET, "anna", KEY.key(), "full");
    }

    public static LocalTrust trust() {
        return trust(trustFile());
    }

    public static LocalTrust trust(String file) {
        try {
            return LocalTrust.of(TrustFile.parse("trust.yaml", file));
        } catch (RefusedException e) {
            throw new IllegalStateException(e);
        }
    }
}
