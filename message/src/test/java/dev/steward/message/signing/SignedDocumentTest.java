// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.FleetId;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.Target;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignedDocumentTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00.123Z");

    @TempDir
    Path folder;

    private final Ed25519 ann = Ed25519.generate();
    private final Ed25519 bob = Ed25519.generate();
    private final Document document = new Document.Cancel(
            CommandId.create(NOW, new Random(1)),
            FleetId.of(new byte[FleetId.BYTES]),
            ann.key().id(),
            NOW,
            List.of(new Target(new NodeName("ship1"), bob.key().id())),
            CommandId.create(NOW, new Random(2)));

    @Test
    void aSignedDocumentReadsBackAsItWasWritten() throws Exception {
        SignedDocument signed = SignedDocument.sign(document, ann);

        SignedDocument read = SignedDocument.decode(signed.encode());

        assertThat(read.read()).isEqualTo(document);
        assertThat(read.document()).isEqualTo(document.encode());
        assertThat(read.encode()).isEqualTo(signed.encode());
        assertThat(read.isSignedBy(ann.key(), Signatures.ED25519)).isTrue();
        assertThat(read.isSignedBy(bob.key(), Signatures.ED25519)).isFalse();
    }

    @Test
    void severalSignEachTheSameBytes() throws Exception {
        var both = new ArrayList<>(SignedDocument.sign(document, ann).signatures());
        both.addAll(SignedDocument.sign(document, bob).signatures());

        SignedDocument read = SignedDocument.decode(new SignedDocument(document.encode(), both).encode());

        assertThat(read.isSignedBy(ann.key(), Signatures.ED25519)).isTrue();
        assertThat(read.isSignedBy(bob.key(), Signatures.ED25519)).isTrue();
    }

    @Test
    void everyFlippedBitIsNoticed() throws Exception {
        byte[] whole = SignedDocument.sign(document, ann).encode();
        for (int bit = 0; bit < 8 * whole.length; bit++) {
            byte[] tampered = whole.clone();
            tampered[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(holds(tampered)).as("bit %d", bit).isFalse();
        }
        for (int length = 0; length < whole.length; length++) {
            assertThat(holds(Arrays.copyOf(whole, length))).isFalse();
        }
        assertThat(holds(Arrays.copyOf(whole, whole.length + 1))).isFalse();
        assertThat(holds(whole)).isTrue();
    }

    private boolean holds(byte[] bytes) {
        try {
            return SignedDocument.decode(bytes).isSignedBy(ann.key(), Signatures.ED25519);
        } catch (RefusedException e) {
            return false;
        }
    }

    @Test
    void aSignatureCountsOnlyForTheKeyThatItNames() throws Exception {
        byte[] byBob =
                SignedDocument.sign(document, bob).signatures().getFirst().bytes();
        var posing = new SignedDocument(
                document.encode(),
                List.of(new SignedDocument.Signature(ann.key().id(), byBob)));

        assertThat(posing.isSignedBy(ann.key(), Signatures.ED25519)).isFalse();
        assertThat(posing.isSignedBy(bob.key(), Signatures.ED25519)).isFalse();
    }

    @Test
    void aSignatureOfTheBareDocumentIsNone() throws Exception {
        byte[] bytes = document.encode();
        var bare = new SignedDocument(
                bytes, List.of(new SignedDocument.Signature(ann.key().id(), ann.sign(bytes))));

        assertThat(bare.isSignedBy(ann.key(), Signatures.ED25519)).isFalse();
    }

    @Test
    void whatIsNotSignedOrSignedOddlyIsRefused() throws Exception {
        SignedDocument signed = SignedDocument.sign(document, ann);
        String text = new String(signed.encode(), StandardCharsets.UTF_8);
        String signature = text.replaceFirst("(?s).*\"signature\":\"([^\"]*)\".*", "$1");
        String head = text.substring(0, text.indexOf('\n'));

        refused(new String(document.encode(), StandardCharsets.UTF_8), "is not signed");
        refused("{\"signatures\":[]}\n{}", "is not signed");
        refused("{\"signatures\":{}}\n{}", "list");
        refused(text.replace("{\"signatures\"", "{\"more\":1,\"signatures\""), "unknown field");
        refused(text.replace(signature, signature + "=="), "without padding");
        refused(text.replace(signature, signature.substring(1)), "without padding");
        refused(text.replace(signature, "ü" + signature.substring(1)), "without padding");
        refused(
                head.replace("]}", "," + head.substring(head.indexOf("[") + 1)) + text.substring(head.length()),
                "has signed twice");
        refused(text + " ".repeat(Limits.SIGNED_DOCUMENT_BYTES), "larger than the limit");
        refused(
                "{\"signatures\":[" + "{},".repeat(Limits.SIGNATURES) + "{}]}\n{}",
                "at most %d".formatted(Limits.SIGNATURES));
    }

    private static void refused(String text, String why) {
        assertThatThrownBy(() -> SignedDocument.decode(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining(why);
    }

    @Test
    void aDocumentOfTheLargestSizeWithAllItsSignaturesFits() throws Exception {
        byte[] one = SignedDocument.sign(document, ann).encode();
        int signature = one.length - document.encode().length;

        assertThat(signature * Limits.SIGNATURES).isLessThan(Limits.SIGNED_DOCUMENT_BYTES - Limits.DOCUMENT_BYTES);
    }

    @Test
    void sshKeygenAcceptsOurSignature() throws Exception {
        var sshKeygen = new SshKeygen(folder);
        byte[] signature =
                SignedDocument.sign(document, ann).signatures().getFirst().bytes();
        var blob = new SshBytes()
                .raw("SSHSIG".getBytes(StandardCharsets.US_ASCII))
                .number(1)
                .string(ann.key().blob())
                .string(SignedDocument.NAMESPACE)
                .string("")
                .string("sha512")
                .string(new SshBytes()
                        .string(VerificationKey.TYPE)
                        .string(signature)
                        .toByteArray());
        Files.writeString(
                folder.resolve("sig"),
                "-----BEGIN SSH SIGNATURE-----\n%s\n-----END SSH SIGNATURE-----\n"
                        .formatted(Base64.getMimeEncoder(68, new byte[] {'\n'}).encodeToString(blob.toByteArray())));
        Files.writeString(folder.resolve("allowed"), "ann " + ann.key() + "\n");

        assertThat(sshKeygen.run(
                        document.encode(),
                        "-Y",
                        "verify",
                        "-f",
                        "allowed",
                        "-I",
                        "ann",
                        "-n",
                        SignedDocument.NAMESPACE,
                        "-s",
                        "sig"))
                .contains("Good \"document@steward.dev\" signature for ann with ED25519 key "
                        + ann.key().id());
    }

    @Test
    void aSignatureBySshKeygenIsAccepted() throws Exception {
        var sshKeygen = new SshKeygen(folder);
        sshKeygen.keyFile("key", new OpenSshKey(ann, "").text());
        Files.write(folder.resolve("document"), document.encode());
        sshKeygen.run("-Y", "sign", "-f", "key", "-n", SignedDocument.NAMESPACE, "document");
        String armour = Files.readString(folder.resolve("document.sig"));

        var reader = new SshReader(Base64.getDecoder().decode(armour.replaceAll("-----.*-----|\n", "")), "signature");
        assertThat(reader.raw(6)).isEqualTo("SSHSIG".getBytes(StandardCharsets.US_ASCII));
        assertThat(reader.number()).isEqualTo(1);
        assertThat(reader.string()).isEqualTo(ann.key().blob());
        assertThat(List.of(reader.text(), reader.text(), reader.text()))
                .containsExactly(SignedDocument.NAMESPACE, "", "sha512");
        var signature = new SshReader(reader.string(), "signature");
        reader.end();
        assertThat(signature.text()).isEqualTo(VerificationKey.TYPE);

        var signed = new SignedDocument(
                document.encode(),
                List.of(new SignedDocument.Signature(ann.key().id(), signature.string())));
        assertThat(SignedDocument.decode(signed.encode()).isSignedBy(ann.key(), Signatures.ED25519))
                .isTrue();
    }
}
