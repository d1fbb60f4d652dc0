// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import dev.steward.message.WireMessage;
import java.util.Arrays;
import java.util.Optional;

/** Frames to bus messages, one after the other. A body that goes to many nodes is compressed once. Not thread-safe. */
public final class FrameEncoder {
    private byte[] last = new byte[0];
    private Optional<byte[]> lastPacked = Optional.empty();

    public WireMessage encode(Frame frame) {
        WireMessage plain = FrameCodec.plain(frame);
        if (!Arrays.equals(plain.body(), last)) {
            last = plain.body();
            lastPacked = Compression.packed(last);
        }
        return lastPacked.map(packed -> Compression.with(plain, packed)).orElse(plain);
    }
}
