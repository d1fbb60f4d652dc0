// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.signing;

import dev.steward.message.RefusedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads what {@link SshBytes} writes; a length beyond the end is refused before anything of that size is made. */
public final class SshReader {
    private final ByteBuffer bytes;
    private final String what;

    /** @param what for messages: "the key file" */
    public SshReader(byte[] bytes, String what) {
        this.bytes = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
        this.what = what;
    }

    public int number() throws RefusedException {
        if (bytes.remaining() < Integer.BYTES) {
            throw endsEarly();
        }
        return bytes.getInt();
    }

    public byte[] string() throws RefusedException {
        int length = number();
        if (length < 0) { // of more than 2 GiB
            throw endsEarly();
        }
        return raw(length);
    }

    /** A string that is a name or a comment; for people, so that what is no UTF-8 is replaced. */
    public String text() throws RefusedException {
        return new String(string(), StandardCharsets.UTF_8);
    }

    /** Bytes that have no length before them. */
    public byte[] raw(int length) throws RefusedException {
        if (length > bytes.remaining()) {
            throw endsEarly();
        }
        byte[] raw = new byte[length];
        bytes.get(raw);
        return raw;
    }

    public byte[] rest() {
        byte[] rest = new byte[bytes.remaining()];
        bytes.get(rest);
        return rest;
    }

    /** @throws RefusedException where something is left */
    public void end() throws RefusedException {
        if (bytes.hasRemaining()) {
            throw new RefusedException("%s is damaged: %d bytes too many".formatted(what, bytes.remaining()));
        }
    }

    private RefusedException endsEarly() {
        return new RefusedException(what + " is damaged: it ends in the middle");
    }
}
