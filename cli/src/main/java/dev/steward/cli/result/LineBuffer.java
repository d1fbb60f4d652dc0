// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.result;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Makes whole lines of the pieces in which output comes, so that lines of several nodes never mix. */
final class LineBuffer {
    /** A longer line is passed on in parts. */
    private static final int LINE_BYTES = 64 * 1024;

    private final ByteArrayOutputStream rest = new ByteArrayOutputStream();
    private long attempt;
    private long expectedOffset;

    /** Passes on what the piece completes; a gap, which is output that the agent cut out, becomes a line. */
    void add(long attempt, long offset, byte[] bytes, Consumer<String> line) {
        if (attempt != this.attempt) {
            flush(line);
            this.attempt = attempt;
            expectedOffset = 0;
        }
        if (offset > expectedOffset) {
            flush(line);
            line.accept("(%d bytes were cut out by the agent)".formatted(offset - expectedOffset));
            expectedOffset = offset;
        }
        // What was printed already is left out.
        int from = (int) Math.min(bytes.length, expectedOffset - offset);
        expectedOffset += bytes.length - from;
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                take(line);
            } else {
                rest.write(bytes[i]);
                if (rest.size() >= LINE_BYTES) {
                    take(line);
                }
            }
        }
    }

    /** Passes on a last line that has no end. */
    void flush(Consumer<String> line) {
        if (rest.size() > 0) {
            take(line);
        }
    }

    private void take(Consumer<String> line) {
        line.accept(rest.toString(StandardCharsets.UTF_8));
        rest.reset();
    }
}
