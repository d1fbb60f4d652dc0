// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.Signer;
import dev.steward.message.signing.SigningException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against OpenSSH's own agent. */
@Timeout(120)
class SshAgentTest {
    @TempDir
    Path folder;

    private final Ed25519 key = Ed25519.generate();

    @Test
    void itListsItsEd25519KeysWithTheirComments() throws Exception {
        try (var real = new RealSshAgent(folder)) {
            Ed25519 second = Ed25519.generate();
            real.add(key, "ann at her desk");
            real.run(Map.of(), "ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", "ecdsa");
            real.run(Map.of(), "ssh-add", "-q", "ecdsa");
            real.add(second, "her other one");

            assertThat(real.agent().keys())
                    .containsExactlyInAnyOrder(
                            new SshAgent.Held(key.key(), "ann at her desk"),
                            new SshAgent.Held(second.key(), "her other one"));
            assertThat(real.run(Map.of(), "ssh-add", "-l"))
                    .contains(key.key().id().value());
        }
    }

    @Test
    void itSignsHundredsOfTextsAsTheKeyItselfWould() throws Exception {
        try (var real = new RealSshAgent(folder)) {
            real.add(key, "ann");
            Signer signer = real.agent().signer(key.key());
            for (int i = 0; i < 500; i++) {
                byte[] text = ("order " + i).getBytes(StandardCharsets.UTF_8);
                byte[] signature = signer.sign(text);
                assertThat(Signatures.ED25519.isValid(key.key(), text, signature))
                        .isTrue();
                assertThat(signature).isEqualTo(key.sign(text)); // Ed25519 has one signature for a text
            }
        }
    }

    @Test
    void aKeyThatItDoesNotHoldAndALockedAgentAreSaidSo() throws Exception {
        try (var real = new RealSshAgent(folder)) {
            Signer signer = real.agent().signer(key.key());
            assertThatThrownBy(() -> signer.sign(new byte[1]))
                    .isInstanceOf(SigningException.class)
                    .hasMessageContaining("does not sign with " + key.key().id())
                    .hasMessageContaining("ssh-add -l");

            real.add(key, "ann");
            assertThat(signer.sign(new byte[1])).hasSize(Signatures.BYTES);
            Path askpass = Files.createFile(
                    folder.resolve("askpass"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.writeString(askpass, "#!/bin/sh\necho secret\n");
            real.run(
                    Map.of("SSH_ASKPASS", askpass.toString(), "SSH_ASKPASS_REQUIRE", "force", "DISPLAY", ":0"),
                    "ssh-add",
                    "-x");
            assertThat(real.agent().keys()).isEmpty();
            assertThatThrownBy(() -> signer.sign(new byte[1])).hasMessageContaining("may be locked");
        }
    }

    @Test
    void anAgentThatHasEndedOrNeverWasIsSaidSo() throws Exception {
        SshAgent ended;
        try (var real = new RealSshAgent(folder)) {
            ended = real.agent();
        }
        assertThatThrownBy(ended::keys)
                .isInstanceOf(SigningException.class)
                .hasMessageContaining("can't be asked")
                .hasMessageContaining("ssh-add FILE");
        for (Path wrong : new Path[] {folder.resolve("none"), folder, folder.resolve("x".repeat(200))}) {
            assertThatThrownBy(() -> new SshAgent(wrong, Duration.ofSeconds(5), Duration.ofSeconds(5)).keys())
                    .isInstanceOf(SigningException.class)
                    .hasMessageContaining("can't be asked");
        }
    }
}
