// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import dev.steward.message.signing.SigningException;
import dev.steward.message.signing.SshBytes;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/** One question and its answer, a connection each, by the ssh-agent's socket. Nothing takes longer than its limit. */
record AgentSocket(Path path) {
    /** As OpenSSH's own agent has it. */
    static final int MESSAGE_BYTES = 256 * 1024;

    byte[] ask(byte[] question, Duration limit) throws SigningException {
        long until = System.nanoTime() + limit.toNanos();
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                var selector = Selector.open()) {
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, 0);
            if (!channel.connect(UnixDomainSocketAddress.of(path))) {
                await(key, SelectionKey.OP_CONNECT, until, limit);
                channel.finishConnect();
            }
            ByteBuffer out = ByteBuffer.wrap(new SshBytes().string(question).toByteArray());
            while (out.hasRemaining()) {
                if (channel.write(out) == 0) {
                    await(key, SelectionKey.OP_WRITE, until, limit);
                }
            }
            int length = read(key, Integer.BYTES, until, limit).getInt();
            if (length < 1 || length > MESSAGE_BYTES) {
                throw new SigningException("%s answers with a message of %d bytes; at most %d are possible"
                        .formatted(this, Integer.toUnsignedLong(length), MESSAGE_BYTES));
            }
            return read(key, length, until, limit).array();
        } catch (IOException e) {
            throw new SigningException(
                    "%s can't be asked: %s\n  is it running? `eval $(ssh-agent)` starts one, `ssh-add FILE` loads a key"
                            .formatted(this, e.getMessage()));
        }
    }

    private ByteBuffer read(SelectionKey key, int bytes, long until, Duration limit)
            throws IOException, SigningException {
        ByteBuffer in = ByteBuffer.allocate(bytes);
        while (in.hasRemaining()) {
            int read = ((SocketChannel) key.channel()).read(in);
            if (read < 0) {
                throw new EOFException("it hangs up");
            }
            if (read == 0) {
                await(key, SelectionKey.OP_READ, until, limit);
            }
        }
        return in.flip();
    }

    private void await(SelectionKey key, int operation, long until, Duration limit)
            throws IOException, SigningException {
        long millis = Math.ceilDiv(until - System.nanoTime(), 1_000_000L);
        if (millis <= 0 || Thread.currentThread().isInterrupted()) {
            throw new SigningException("%s does not answer within %d s".formatted(this, limit.toSeconds()));
        }
        key.interestOps(operation);
        key.selector().select(millis);
        key.selector().selectedKeys().clear();
    }

    @Override
    public String toString() {
        return "the ssh-agent at " + path;
    }
}
