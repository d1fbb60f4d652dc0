// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import dev.steward.message.Limits;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What is passed on of one output stream, within a bounded memory: its head as it comes, in chunks; its tail at the
 * end; what lies between is only counted. Not thread-safe; time is handed in.
 */
final class OutputCapture {
    /** How long the first byte of a chunk waits for more. */
    static final long FLUSH_NANOS = Duration.ofMillis(200).toNanos();

    private static final int READY_CHUNKS = 8;

    private final OutputStreamName stream;
    private final List<OutputChunk> ready = new ArrayList<>();
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream(512);
    private byte[] tail = {};
    private long pendingSince;
    private long written;

    OutputCapture(OutputStreamName stream) {
        this.stream = stream;
    }

    /** Takes what the command wrote, however much; {@code bytes} is copied. */
    void add(byte[] bytes, int length, long nanos) {
        int at = 0;
        while (at < length && written < Limits.OUTPUT_HEAD_BYTES) {
            if (pending.size() == 0) {
                pendingSince = nanos;
            }
            int part = (int) Math.min(
                    Math.min(length - at, Limits.OUTPUT_CHUNK_BYTES - pending.size()),
                    Limits.OUTPUT_HEAD_BYTES - written);
            pending.write(bytes, at, part);
            at += part;
            written += part;
            if (pending.size() == Limits.OUTPUT_CHUNK_BYTES || written == Limits.OUTPUT_HEAD_BYTES) {
                completeChunk();
            }
        }
        keepTail(bytes, at, length);
    }

    /** Whether the head goes out as fast as it comes in; where not, reading should wait. */
    boolean hasRoom() {
        return ready.size() < READY_CHUNKS;
    }

    /** Chunks to pass on now, in order: those that are full, and the last where its first byte has waited long enough. */
    List<OutputChunk> takeDue(long nanos) {
        if (pending.size() > 0 && nanos - pendingSince >= FLUSH_NANOS) {
            completeChunk();
        }
        List<OutputChunk> due = List.copyOf(ready);
        ready.clear();
        return due;
    }

    /** After the end: all that is kept and was not taken, in order. */
    List<OutputChunk> takeRest() {
        if (pending.size() > 0) {
            completeChunk();
        }
        int kept = tailBytes();
        for (long offset = written - kept; offset < written; ) {
            int length = (int) Math.min(Limits.OUTPUT_CHUNK_BYTES, written - offset);
            byte[] bytes = new byte[length];
            int from = tailIndex(offset);
            int first = Math.min(length, tail.length - from);
            System.arraycopy(tail, from, bytes, 0, first);
            System.arraycopy(tail, 0, bytes, first, length - first);
            ready.add(new OutputChunk(stream, offset, bytes));
            offset += length;
        }
        List<OutputChunk> rest = List.copyOf(ready);
        ready.clear();
        return rest;
    }

    /** How much the command wrote. */
    long writtenBytes() {
        return written;
    }

    /** How much of it is passed on, sooner or later. */
    long keptBytes() {
        return Math.min(written, Limits.OUTPUT_HEAD_BYTES) + tailBytes();
    }

    private void completeChunk() {
        ready.add(new OutputChunk(stream, written - pending.size(), pending.toByteArray()));
        pending.reset();
    }

    /** The tail is a ring: the byte at an offset of the stream has one place in it. */
    private void keepTail(byte[] bytes, int from, int to) {
        if (from == to) {
            return;
        }
        if (tail.length == 0) {
            tail = new byte[Limits.OUTPUT_TAIL_BYTES];
        }
        int skipped = Math.max(0, to - from - tail.length);
        written += skipped;
        for (int at = from + skipped; at < to; ) {
            int index = tailIndex(written);
            int part = Math.min(to - at, tail.length - index);
            System.arraycopy(bytes, at, tail, index, part);
            at += part;
            written += part;
        }
    }

    private int tailBytes() {
        return Math.clamp(written - Limits.OUTPUT_HEAD_BYTES, 0, Limits.OUTPUT_TAIL_BYTES);
    }

    private int tailIndex(long offset) {
        return (int) ((offset - Limits.OUTPUT_HEAD_BYTES) % tail.length);
    }
}
