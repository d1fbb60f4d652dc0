// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.Limits;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputCaptureTest {
    private static final int HEAD = Limits.OUTPUT_HEAD_BYTES;
    private static final int TAIL = Limits.OUTPUT_TAIL_BYTES;
    private static final int CHUNK = Limits.OUTPUT_CHUNK_BYTES;

    private final OutputCapture capture = new OutputCapture(OutputStreamName.STDERR);

    @Test
    void keepsAShortOutputForTheEnd() {
        capture.add(new byte[] {1, 2, 3}, 2, 0);

        assertThat(capture.takeDue(OutputCapture.FLUSH_NANOS - 1)).isEmpty();
        List<OutputChunk> rest = capture.takeRest();
        assertThat(rest).hasSize(1);
        assertThat(rest.getFirst().stream()).isEqualTo(OutputStreamName.STDERR);
        assertThat(rest.getFirst().bytes()).containsExactly(1, 2);
    }

    @Test
    void flushesWhereTheFirstByteHasWaitedLongEnough() {
        capture.add(new byte[] {1}, 1, 100);
        capture.add(new byte[] {2}, 1, 100 + OutputCapture.FLUSH_NANOS - 1);
        List<OutputChunk> due = capture.takeDue(100 + OutputCapture.FLUSH_NANOS);
        capture.add(new byte[] {3}, 1, 100 + OutputCapture.FLUSH_NANOS);

        assertThat(due).hasSize(1);
        assertThat(due.getFirst().bytes()).containsExactly(1, 2);
        assertThat(capture.takeDue(100 + OutputCapture.FLUSH_NANOS)).isEmpty();
        assertThat(capture.takeRest().getFirst().offset()).isEqualTo(2);
    }

    @Test
    void hasNoRoomUntilFullChunksAreTaken() {
        capture.add(new byte[8 * CHUNK], 8 * CHUNK - 1, 0);
        assertThat(capture.hasRoom()).isTrue();
        capture.add(new byte[1], 1, 0);
        assertThat(capture.hasRoom()).isFalse();

        assertThat(capture.takeDue(0))
                .hasSize(8)
                .allSatisfy(chunk -> assertThat(chunk.bytes()).hasSize(CHUNK));
        assertThat(capture.hasRoom()).isTrue();
    }

    @Test
    void alwaysHasRoomPastTheHead() {
        capture.add(new byte[HEAD], HEAD, 0);
        capture.takeDue(0);
        capture.add(new byte[10 * HEAD], 10 * HEAD, 0);

        assertThat(capture.hasRoom()).isTrue();
        assertThat(capture.takeDue(Long.MAX_VALUE)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, CHUNK, HEAD - 1, HEAD, HEAD + 1, HEAD + TAIL - 1, HEAD + TAIL, HEAD + TAIL + 1, 900_001})
    void passesOnHeadAndTailAtTheirTrueOffsets(int size) {
        for (int step : new int[] {7, 4096, 65_536, 1_000_000}) {
            assertPassesOnHeadAndTail(size, step);
        }
    }

    private static void assertPassesOnHeadAndTail(int size, int step) {
        byte[] written = new byte[size];
        new Random(size).nextBytes(written);
        var capture = new OutputCapture(OutputStreamName.STDOUT);
        var chunks = new ArrayList<OutputChunk>();
        for (int at = 0; at < size; at += step) {
            int length = Math.min(step, size - at);
            capture.add(Arrays.copyOfRange(written, at, at + length), length, at);
            chunks.addAll(capture.takeDue(at));
        }
        chunks.addAll(capture.takeRest());

        int kept = Math.min(size, HEAD) + Math.min(TAIL, Math.max(0, size - HEAD));
        assertThat(capture.writtenBytes()).isEqualTo(size);
        assertThat(capture.keptBytes()).isEqualTo(kept);
        assertThat(chunks.stream().mapToInt(chunk -> chunk.bytes().length).sum())
                .isEqualTo(kept);
        long next = 0;
        for (OutputChunk chunk : chunks) {
            assertThat(chunk.bytes().length).isBetween(1, CHUNK);
            assertThat(chunk.offset()).isIn(next, (long) Math.max(HEAD, size - TAIL));
            assertThat(chunk.bytes())
                    .isEqualTo(Arrays.copyOfRange(
                            written, (int) chunk.offset(), (int) chunk.offset() + chunk.bytes().length));
            next = chunk.offset() + chunk.bytes().length;
        }
        assertThat(next).isEqualTo(size);
    }
}
