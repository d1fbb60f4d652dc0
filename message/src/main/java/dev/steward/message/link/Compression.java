// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import dev.steward.message.RefusedException;
import dev.steward.message.WireMessage;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Bodies on the wire, packed with raw DEFLATE (RFC 1951) and a preset dictionary where that makes them clearly smaller:
 * header {@code z: d2}.
 */
final class Compression {
    private static final String HEADER = "z";
    private static final String DEFLATE = "d2";

    /** Below this a body is not worth the work. */
    private static final int LEAST_BYTES = 32;

    private static final int FIRST_ROOM_BYTES = 512;

    private Compression() {}

    static WireMessage with(WireMessage message, byte[] packed) {
        var headers = new LinkedHashMap<>(message.headers());
        headers.put(HEADER, DEFLATE);
        return new WireMessage(message.subject(), headers, packed);
    }

    /** The packed body; empty where packing does not pay. */
    static Optional<byte[]> packed(byte[] body) {
        if (body.length < LEAST_BYTES) {
            return Optional.empty();
        }
        byte[] packed = new byte[body.length - body.length / 8]; // what saves less than an eighth stays as it is
        int length;
        try (var deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true)) {
            deflater.setDictionary(Dictionary.BYTES);
            deflater.setInput(body);
            deflater.finish();
            length = deflater.deflate(packed);
            if (!deflater.finished()) {
                return Optional.empty();
            }
        }
        return Optional.of(Arrays.copyOf(packed, length));
    }

    /** @throws RefusedException where the body is not what its header says, or unpacks to more than {@code limit} */
    static byte[] unpack(WireMessage message, int limit) throws RefusedException {
        String method = message.headers().get(HEADER);
        if (method == null) {
            return message.body();
        }
        if (!method.equals(DEFLATE)) {
            throw new RefusedException("compression '%s'; this build reads '%s'".formatted(method, DEFLATE));
        }
        byte[] room = new byte[(int) Math.min(limit, 4L * message.body().length + FIRST_ROOM_BYTES)];
        try (var inflater = new Inflater(true)) {
            inflater.setDictionary(Dictionary.BYTES);
            inflater.setInput(message.body());
            int length = inflater.inflate(room);
            while (!inflater.finished() && length == room.length && length < limit) {
                room = Arrays.copyOf(room, Math.min(limit, 2 * length));
                length += inflater.inflate(room, length, room.length - length);
            }
            if (!inflater.finished()) {
                String why = length == room.length ? "unpacks to more than %d bytes" : "ends too early, after %d bytes";
                throw new RefusedException("the compressed body " + why.formatted(length));
            }
            if (inflater.getRemaining() > 0) {
                throw new RefusedException(
                        "the compressed body is followed by %d bytes".formatted(inflater.getRemaining()));
            }
            return Arrays.copyOf(room, length);
        } catch (DataFormatException e) {
            throw new RefusedException("the compressed body is damaged: " + e.getMessage());
        }
    }
}
