// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.RefusedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenSshKeyTest {
    @TempDir
    Path folder;

    private SshKeygen sshKeygen;

    @BeforeEach
    void here() {
        sshKeygen = new SshKeygen(folder);
    }

    @Test
    void aKeyThatSshKeygenMakesIsReadWithItsCommentAndFingerprint() throws Exception {
        sshKeygen.run("-q", "-t", "ed25519", "-N", "", "-C", "ann at her desk", "-f", "key");

        OpenSshKey read = OpenSshKey.read(Files.readAllBytes(folder.resolve("key")), "key");

        assertThat(read.comment()).isEqualTo("ann at her desk");
        assertThat(read.key().key()).isEqualTo(VerificationKey.parse(Files.readString(folder.resolve("key.pub"))));
        assertThat(sshKeygen.run("-l", "-f", "key.pub"))
                .contains(" " + read.key().key().id() + " ");
    }

    @Test
    void sshKeygenReadsAKeyThatIsWrittenHere() throws Exception {
        for (String comment : new String[] {"", "a", "four", "a longer one, ümlaut", "x".repeat(300)}) {
            Ed25519 key = Ed25519.generate();
            String text = new OpenSshKey(key, comment).text();
            Path file = sshKeygen.keyFile("k" + comment.length(), text);

            assertThat(sshKeygen.run("-y", "-f", file.toString()).strip())
                    .isEqualTo((key.key() + " " + comment).strip());
            assertThat(sshKeygen.run("-l", "-f", file.toString()))
                    .contains(key.key().id() + " ");
            OpenSshKey again = OpenSshKey.read(text.getBytes(StandardCharsets.UTF_8), "k");
            assertThat(again.key().seed()).isEqualTo(key.seed());
            assertThat(again.comment()).isEqualTo(comment);
        }
    }

    @Test
    void aKeyUnderAPassphraseIsForTheAgent() throws Exception {
        sshKeygen.run("-q", "-t", "ed25519", "-N", "secret", "-f", "key");

        assertThatThrownBy(() -> OpenSshKey.read(Files.readAllBytes(folder.resolve("key")), "/home/ann/key"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("passphrase")
                .hasMessageContaining("ssh-add /home/ann/key")
                .hasMessageContaining("--ssh-agent");
    }

    @Test
    void otherKeysAndOtherFilesAreNamedAsWhatTheyAre() throws Exception {
        sshKeygen.run("-q", "-t", "ecdsa", "-N", "", "-f", "ecdsa");
        sshKeygen.run("-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", "rsa");
        sshKeygen.run("-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-f", "pem");

        refused(Files.readAllBytes(folder.resolve("ecdsa")), "the type 'ecdsa-sha2-nistp256'");
        refused(Files.readAllBytes(folder.resolve("rsa")), "the type 'ssh-rsa'");
        refused(Files.readAllBytes(folder.resolve("pem")), "must begin with -----BEGIN OPENSSH PRIVATE KEY-----");
        refused(Files.readAllBytes(folder.resolve("rsa.pub")), "is a public key");
        refused(new byte[0], "must begin with");
        refused(new byte[OpenSshKey.FILE_BYTES + 1], "at most 16384");
    }

    @Test
    void everyTruncatedFileIsRefused() throws Exception {
        byte[] file = bytes(new OpenSshKey(Ed25519.generate(), "ann").text());
        byte[] blob = blob(file);

        for (int length = 0; length < file.length - 1; length++) { // the last byte is a line end
            refused(Arrays.copyOf(file, length), "k");
        }
        for (int length = 0; length < blob.length; length++) {
            refused(wrapped(Arrays.copyOf(blob, length)), "k");
        }
        refused(wrapped(Arrays.copyOf(blob, blob.length + 1)), "1 bytes too many");
    }

    /** Nothing protects the comment; whatever else is not as it was, is noticed, or says the same in another way. */
    @Test
    void everyChangedByteIsRefusedOrChangesNothingOfTheKey() throws Exception {
        Ed25519 key = Ed25519.generate();
        byte[] file = bytes(new OpenSshKey(key, "ann").text());
        byte[] blob = blob(file);

        assertThat(whereTheKeyIsStillRead(file, key, bytes -> bytes)).isLessThan(20); // "ann" and line ends
        // The comment is 3 bytes; and it may end where padding begins or later, which takes its length.
        assertThat(whereTheKeyIsStillRead(blob, key, OpenSshKeyTest::wrapped)).isBetween(3, 4);
    }

    @Test
    void lengthsThatLieMakeNoLargeArrays() {
        byte[] blob = blob(bytes(new OpenSshKey(Ed25519.generate(), "ann").text()));
        for (int at = 0; at + 4 <= blob.length; at++) {
            for (int lie : new int[] {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 1 << 30}) {
                byte[] lying = blob.clone();
                java.nio.ByteBuffer.wrap(lying).putInt(at, lie);
                try {
                    OpenSshKey.read(wrapped(lying), "k");
                } catch (RefusedException e) {
                    assertThat(e.getMessage()).contains("k");
                }
            }
        }
    }

    private interface Wrapping {
        byte[] of(byte[] bytes);
    }

    /** At how many places a changed byte is passed over; anywhere else each change is refused. */
    private static int whereTheKeyIsStillRead(byte[] bytes, Ed25519 key, Wrapping wrapping) {
        int places = 0;
        for (int at = 0; at < bytes.length; at++) {
            boolean read = false;
            for (int flip : new int[] {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
                byte[] changed = bytes.clone();
                changed[at] ^= (byte) flip;
                try {
                    assertThat(OpenSshKey.read(wrapping.of(changed), "k").key().seed())
                            .isEqualTo(key.seed());
                    read = true;
                } catch (RefusedException e) {
                    // as it should
                }
            }
            places += read ? 1 : 0;
        }
        return places;
    }

    private static void refused(byte[] file, String why) {
        assertThatThrownBy(() -> OpenSshKey.read(file, "k"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining(why);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] blob(byte[] file) {
        return Base64.getDecoder()
                .decode(new String(file, StandardCharsets.US_ASCII).replaceAll("-----.*-----|\n", ""));
    }

    private static byte[] wrapped(byte[] blob) {
        return bytes("-----BEGIN OPENSSH PRIVATE KEY-----\n%s\n-----END OPENSSH PRIVATE KEY-----\n"
                .formatted(Base64.getEncoder().encodeToString(blob)));
    }
}
