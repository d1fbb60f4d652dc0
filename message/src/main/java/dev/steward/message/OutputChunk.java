// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

/**
 * A run of bytes of an output stream.
 *
 * @param offset of its first byte from the start of what the command wrote, bytes that were cut included
 * @param bytes not copied; nobody writes to them after the chunk is made
 */
public record OutputChunk(OutputStreamName stream, long offset, byte[] bytes) {
    public OutputChunk {
        if (offset < 0) {
            throw new IllegalArgumentException("offset " + offset);
        }
    }
}
