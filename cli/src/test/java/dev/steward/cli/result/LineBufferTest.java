// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineBufferTest {
    private final LineBuffer buffer = new LineBuffer();
    private final List<String> lines = new ArrayList<>();

    @Test
    void piecesBecomeWholeLines() {
        add(1, 0, "one\ntw");
        assertThat(lines).containsExactly("one");
        add(1, 6, "o\n");
        assertThat(lines).containsExactly("one", "two");
    }

    @Test
    void aCharacterSplitBetweenPiecesIsWhole() {
        byte[] bytes = "ü\n".getBytes(StandardCharsets.UTF_8);
        buffer.add(1, 0, new byte[] {bytes[0]}, lines::add);
        buffer.add(1, 1, new byte[] {bytes[1], bytes[2]}, lines::add);
        assertThat(lines).containsExactly("ü");
    }

    @Test
    void aLastLineWithoutItsEndComesWithAFlush() {
        add(1, 0, "rest");
        assertThat(lines).isEmpty();
        buffer.flush(lines::add);
        buffer.flush(lines::add);
        assertThat(lines).containsExactly("rest");
    }

    @Test
    void whatWasCutOutIsCounted() {
        add(1, 0, "head\nhalf");
        add(1, 1009, "tail\n");
        assertThat(lines).containsExactly("head", "half", "(1000 bytes were cut out by the agent)", "tail");
    }

    @Test
    void whatComesAgainIsNotPrintedAgain() {
        add(1, 0, "one\ntwo\n");
        add(1, 0, "one\n");
        add(1, 4, "two\nthree\n");
        assertThat(lines).containsExactly("one", "two", "three");
    }

    @Test
    void anotherAttemptBeginsAnew() {
        add(1, 0, "one\nhal");
        add(2, 0, "one\n");
        assertThat(lines).containsExactly("one", "hal", "one");
    }

    @Test
    void anEndlessLineDoesNotFillTheMemory() {
        for (int i = 0; i < 10; i++) {
            add(1, i * 20_000L, "x".repeat(20_000));
        }
        assertThat(lines).hasSize(3).allSatisfy(line -> assertThat(line).hasSize(64 * 1024));
    }

    private void add(long attempt, long offset, String text) {
        buffer.add(attempt, offset, text.getBytes(StandardCharsets.UTF_8), lines::add);
    }
}
