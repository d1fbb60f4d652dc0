// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.signing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes the one encoding that OpenSSH's formats are made of: a number is 4 bytes, a string its length and its bytes
 * (RFC 4251). {@link SshReader} reads it.
 */
public final class SshBytes {
    private byte[] bytes = new byte[128];
    private int length;

    public SshBytes number(int value) {
        return raw(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
    }

    public SshBytes string(byte[] string) {
        return number(string.length).raw(string);
    }

    public SshBytes string(String text) {
        return string(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes as they are, without a length before them. */
    public SshBytes raw(byte... more) {
        if (bytes.length - length < more.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more.length));
        }
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
        return this;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, length);
    }
}
