// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AckTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00.123Z");
    private static final CommandId ID = CommandId.create(NOW, new Random(1));

    static Stream<Ack> acksWithoutOutput() {
        return Stream.of(
                new Ack.Started(ID, 2, NOW),
                new Ack.Waiting(ID),
                new Ack.Unsure(ID),
                new Ack.Unknown(ID),
                new Ack.CancelRefused(ID, "it has ended"),
                new Ack.Finished(ID, Outcome.notStarted(ExecutionState.EXPIRED, "too late", NOW)));
    }

    @ParameterizedTest
    @MethodSource("acksWithoutOutput")
    void anAckReadsBackAsItWasWritten(Ack ack) throws Exception {
        assertThat(Ack.decode(ack.encode())).isEqualTo(ack);
    }

    @Test
    void outputTravelsAsTheBytesItIs() throws Exception {
        byte[] out = {0, '\n', (byte) 0xff, '"', '{'};
        byte[] err = "warning\n".getBytes(StandardCharsets.UTF_8);
        var outcome = new Outcome(
                ExecutionState.FAILED,
                1,
                OptionalInt.of(3),
                Optional.empty(),
                Optional.of(NOW),
                NOW,
                Optional.of(Duration.ofMillis(12)),
                1000,
                8,
                13,
                List.of(
                        new OutputChunk(OutputStreamName.STDOUT, 995, out),
                        new OutputChunk(OutputStreamName.STDERR, 0, err)));

        Outcome read = ((Ack.Finished) Ack.decode(new Ack.Finished(ID, outcome).encode())).outcome();

        assertThat(read.output().getFirst().bytes()).isEqualTo(out);
        assertThat(read.output().getFirst().offset()).isEqualTo(995);
        assertThat(read.output().getLast().bytes()).isEqualTo(err);
        assertThat(read.exitCode()).hasValue(3);
        assertThat(read.truncatedBytes()).isEqualTo(995);
    }

    @Test
    void anAckThatIsCutShortIsRefused() {
        byte[] whole = new Ack.Output(ID, 1, new OutputChunk(OutputStreamName.STDOUT, 0, new byte[100])).encode();

        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> Ack.decode(cut)).isInstanceOf(RefusedException.class);
        }
    }

    @Test
    void outputAndStartsNameTheirStart() {
        for (Ack ack : List.of(
                new Ack.Started(ID, 1, Instant.EPOCH),
                new Ack.Output(ID, 1, new OutputChunk(OutputStreamName.STDOUT, 0, new byte[] {1})))) {
            byte[] none = new String(ack.encode(), StandardCharsets.ISO_8859_1)
                    .replace("\"attempt\":1", "\"attempt\":0")
                    .getBytes(StandardCharsets.ISO_8859_1);
            assertThatThrownBy(() -> Ack.decode(none))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("attempt");
        }
    }
}
