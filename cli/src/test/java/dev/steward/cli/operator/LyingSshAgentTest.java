// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.SigningException;
import dev.steward.message.signing.SshBytes;
import dev.steward.message.signing.VerificationKey;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What speaks at the socket of an ssh-agent may be anything. */
@Timeout(60)
class LyingSshAgentTest {
    @TempDir
    Path folder;

    private final Ed25519 key = Ed25519.generate();
    private final byte[] text = {1, 2, 3};
    private ServerSocketChannel server;

    @BeforeEach
    void listen() throws Exception {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(folder.resolve("agent")));
    }

    @AfterEach
    void close() throws Exception {
        server.close();
    }

    @Test
    void oneThatSaysNothingIsNotWaitedForBeyondTheLimit() {
        answer(new byte[0], false);
        assertThatThrownBy(agent(Duration.ofMillis(200))::keys)
                .isInstanceOf(SigningException.class)
                .hasMessageContaining("does not answer within");
    }

    @Test
    void oneThatStopsInTheMiddleIsNotWaitedForEither() {
        byte[] whole = message(signature(key, text));
        answer(Arrays.copyOf(whole, whole.length - 1), false);
        assertThatThrownBy(() -> agent(Duration.ofMillis(200)).signer(key.key()).sign(text))
                .hasMessageContaining("does not answer within");
    }

    /** Nobody accepts; the queue of those who wait for it is full. */
    @Test
    void oneThatAcceptsNobodyIsNotWaitedFor() throws Exception {
        try (var full = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            Path socket = folder.resolve("full");
            full.bind(UnixDomainSocketAddress.of(socket), 1);
            var agent = new SshAgent(socket, Duration.ofMillis(200), Duration.ofMillis(200));
            for (int i = 0; i < 10; i++) {
                assertThatThrownBy(agent::keys).isInstanceOf(SigningException.class);
            }
        }
    }

    @Test
    void lengthsThatLieAreRefusedBeforeAnythingOfThatSizeIsMade() throws Exception {
        for (int length : new int[] {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, AgentSocket.MESSAGE_BYTES + 1}) {
            answer(ByteBuffer.allocate(4).putInt(length).array(), true);
            assertThatThrownBy(agent()::keys)
                    .isInstanceOf(SigningException.class)
                    .hasMessageContaining("at most 262144");
        }
    }

    @Test
    void oneThatHangsUpOrRefusesIsSaidSo() throws Exception {
        answer(new byte[0], true);
        assertThatThrownBy(agent()::keys).hasMessageContaining("hangs up");
        answer(message(new byte[] {5}), true);
        assertThatThrownBy(agent()::keys).hasMessageContaining("does not list its keys");
        answer(message(new byte[] {5}), true);
        assertThatThrownBy(() -> agent().signer(key.key()).sign(text)).hasMessageContaining("does not sign with");
    }

    @Test
    void everyListThatBreaksOffOrCountsWrongIsRefused() throws Exception {
        byte[] list = new SshBytes()
                .raw((byte) 12)
                .number(1)
                .string(key.key().blob())
                .string("ann")
                .toByteArray();
        answer(message(list), true);
        assertThat(agent().keys()).containsExactly(new SshAgent.Held(key.key(), "ann"));

        for (int length = 1; length < list.length; length++) {
            answer(message(Arrays.copyOf(list, length)), true);
            assertThatThrownBy(agent()::keys).isInstanceOf(SigningException.class);
        }
        for (int count : new int[] {0, 2, -1, Integer.MAX_VALUE}) {
            byte[] lying = list.clone();
            ByteBuffer.wrap(lying).putInt(1, count);
            answer(message(lying), true);
            assertThatThrownBy(agent()::keys).isInstanceOf(SigningException.class);
        }
    }

    @Test
    void aSignatureThatDoesNotHoldIsNotPassedOn() throws Exception {
        answer(message(signature(Ed25519.generate(), text)), true);
        assertThatThrownBy(() -> agent().signer(key.key()).sign(text)).hasMessageContaining("does not hold");
        answer(message(signature(key, new byte[] {9})), true);
        assertThatThrownBy(() -> agent().signer(key.key()).sign(text)).hasMessageContaining("does not hold");

        byte[] right = signature(key, text);
        for (int length = 1; length < right.length; length++) {
            answer(message(Arrays.copyOf(right, length)), true);
            assertThatThrownBy(() -> agent().signer(key.key()).sign(text)).isInstanceOf(SigningException.class);
        }
        answer(message(right), true);
        assertThat(agent().signer(key.key()).sign(text)).isEqualTo(key.sign(text));
    }

    private SshAgent agent() {
        return agent(Duration.ofSeconds(20));
    }

    private SshAgent agent(Duration limit) {
        return new SshAgent(folder.resolve("agent"), limit, limit);
    }

    private static byte[] signature(Ed25519 by, byte[] text) {
        byte[] inner = new SshBytes()
                .string(VerificationKey.TYPE)
                .string(by.sign(text))
                .toByteArray();
        return new SshBytes().raw((byte) 14).string(inner).toByteArray();
    }

    private static byte[] message(byte[] bytes) {
        return new SshBytes().string(bytes).toByteArray();
    }

    /** Answers the next question with these bytes. */
    private void answer(byte[] bytes, boolean thenHangUp) {
        Thread.startVirtualThread(() -> {
            try {
                SocketChannel channel = server.accept();
                ByteBuffer length = ByteBuffer.allocate(4);
                while (length.hasRemaining() && channel.read(length) >= 0) {
                    // the whole length
                }
                ByteBuffer question = ByteBuffer.allocate(length.getInt(0));
                while (question.hasRemaining() && channel.read(question) >= 0) {
                    // the whole question
                }
                ByteBuffer out = ByteBuffer.wrap(bytes);
                while (out.hasRemaining()) {
                    channel.write(out);
                }
                if (thenHangUp) {
                    channel.close();
                } else {
                    channel.read(ByteBuffer.allocate(1)); // until the other side hangs up
                    channel.close();
                }
            } catch (java.io.IOException e) {
                // the test is over
            }
        });
    }
}
