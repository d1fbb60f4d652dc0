// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.Ack;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.FleetId;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.Target;
import dev.steward.message.WireMessage;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.SignedDocument;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class CompressionTest {
    private static final Ed25519 OPERATOR = Ed25519.generate();
    private static final Ed25519 NODE = Ed25519.generate();

    private static final String SUBJECT = "ship1.command.shellcommand.operatingsystem";

    @Test
    void textTravelsPackedAndComesOutAsItWas() throws Exception {
        WireMessage plain = message("a line of a log, like many others\n".repeat(1_000));
        WireMessage packed = pack(plain);

        assertThat(packed.body().length).isLessThan(plain.body().length / 20);
        assertThat(packed.headers()).containsEntry("z", "d2").containsEntry("v", "1");
        assertThat(unpack(packed)).isEqualTo(plain.body());
    }

    @Test
    void whatIsSmallOrDoesNotGetSmallerTravelsAsItIs() throws Exception {
        byte[] noise = new byte[32 * 1024];
        new Random(1).nextBytes(noise);
        for (WireMessage plain : new WireMessage[] {message("x".repeat(31)), message(""), message(noise)}) {
            assertThat(pack(plain)).isSameAs(plain);
            assertThat(unpack(plain)).isSameAs(plain.body());
        }
    }

    @Test
    void theDocumentAndTheWordsOfACommandShrinkToLessThanHalf() throws Exception {
        Instant time = Instant.parse("2026-11-23T05:23:03.573Z");
        CommandId id = CommandId.parse("019f9c21-7f3a-7c81-9b41-2f4cd8a17e33");
        var document = new Document.Command(
                id,
                FleetId.parse("3f0c2d7be1a94586b0d1c2e3f4a59687"),
                1,
                1,
                OPERATOR.key().id(),
                time,
                List.of(new Target(new NodeName("ship1"), NODE.key().id())),
                "shellcommand",
                "operatingsystem",
                JsonObject.of(Map.of("command", List.of("uname", "-a"))),
                time.plusSeconds(86_400),
                Optional.of(Duration.ofMinutes(1)),
                false,
                false);
        var outcome = new Outcome(
                ExecutionState.SUCCEEDED,
                1,
                OptionalInt.of(0),
                Optional.empty(),
                Optional.of(time),
                time.plusMillis(4),
                Optional.of(Duration.ofMillis(4)),
                3,
                0,
                3,
                List.of(new OutputChunk(OutputStreamName.STDOUT, 0, "hi\n".getBytes(StandardCharsets.UTF_8))));

        byte[] signed = SignedDocument.sign(document, OPERATOR).encode(); // of which some 110 bytes are random
        assertThat(packedSize(signed)).isLessThan(signed.length * 9 / 20);
        byte[] finished = new Ack.Finished(id, outcome).encode();
        assertThat(packedSize(finished)).isLessThan(finished.length / 3);
        byte[] started = new Ack.Started(id, 1, time).encode();
        assertThat(packedSize(started)).isLessThan(started.length * 5 / 9);
    }

    @Test
    void theDictionaryOfThisNameNeverChanges() {
        var crc = new CRC32();
        crc.update(Dictionary.BYTES);

        assertThat(crc.getValue()).as("another dictionary is another method").isEqualTo(3403285580L);
    }

    @Test
    void theLargestBodyComesThroughAndOneByteMoreIsRefused() throws Exception {
        assertThat(unpack(pack(message(new byte[Limits.FRAME_BYTES])))).hasSize(Limits.FRAME_BYTES);

        WireMessage larger = pack(message(new byte[Limits.FRAME_BYTES + 1]));
        assertThat(larger.body()).hasSizeLessThan(1_000);
        refused(larger, "unpacks to more than 524288 bytes");
    }

    @Test
    void aDamagedBodyIsRefused() {
        WireMessage packed = pack(message("abcdefgh".repeat(500)));
        byte[] body = packed.body();
        byte[] damaged = body.clone();
        damaged[0] = 0x07; // a block type that there is none of

        refused(with(packed, Arrays.copyOf(body, body.length - 3)), "ends too early");
        refused(with(packed, Arrays.copyOf(body, body.length + 3)), "followed by 3 bytes");
        refused(with(packed, new byte[0]), "ends too early");
        refused(with(packed, damaged), "damaged");
        refused(new WireMessage(SUBJECT, Map.of("z", "q"), body), "compression 'q'");
        refused(new WireMessage(SUBJECT, Map.of("z", "d"), body), "compression 'd'; this build reads 'd2'");
    }

    @Test
    void aBodyThatGoesToManyIsPackedOnce() throws Exception {
        byte[] body = "the same document for each of them\n".repeat(100).getBytes(StandardCharsets.UTF_8);
        var encoder = new FrameEncoder();
        WireMessage first = encoder.encode(frame(1, body));
        WireMessage second = encoder.encode(frame(2, body));
        WireMessage other = encoder.encode(frame(3, "short".getBytes(StandardCharsets.UTF_8)));

        assertThat(second.body()).isSameAs(first.body()).hasSizeLessThan(body.length / 10);
        assertThat(second.headers()).containsEntry("n", "2").containsEntry("z", "d2");
        assertThat(other.headers()).doesNotContainKey("z");
        assertThat(((Frame.Data) FrameCodec.decode(second)).body()).isEqualTo(body);
        assertThat(FrameCodec.decode(second).heldBytes()).isGreaterThan(body.length);
    }

    private static Frame frame(long number, byte[] body) throws RefusedException {
        var session = new Session("0123456789abc");
        var envelope = new Frame.Envelope(NodeName.CENTRAL, new NodeName("ship1"), 1, session, 1);
        return new Frame.Data(
                envelope, session, Lane.CONTROL, number, new MessageId(session, number), Subject.parse(SUBJECT), body);
    }

    private static WireMessage pack(WireMessage message) {
        return Compression.packed(message.body())
                .map(packed -> Compression.with(message, packed))
                .orElse(message);
    }

    private static int packedSize(byte[] body) throws RefusedException {
        WireMessage packed = pack(new WireMessage(SUBJECT, Map.of(), body));
        assertThat(unpack(packed)).isEqualTo(body);
        return packed.body().length;
    }

    private static byte[] unpack(WireMessage message) throws RefusedException {
        return Compression.unpack(message, Limits.FRAME_BYTES);
    }

    private static void refused(WireMessage message, String why) {
        assertThatThrownBy(() -> unpack(message))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining(why);
    }

    private static WireMessage with(WireMessage message, byte[] body) {
        return new WireMessage(SUBJECT, message.headers(), body);
    }

    private static WireMessage message(String text) {
        return message(text.getBytes(StandardCharsets.UTF_8));
    }

    private static WireMessage message(byte[] body) {
        return new WireMessage(SUBJECT, Map.of("v", "1"), body);
    }
}
