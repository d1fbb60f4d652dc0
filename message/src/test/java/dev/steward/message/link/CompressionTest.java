// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.WireMessage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CompressionTest {
    private static final String SUBJECT = "ship1.command.shellcommand.operatingsystem";

    @Test
    void textTravelsPackedAndComesOutAsItWas() throws Exception {
        WireMessage plain = message("a line of a log, like many others\n".repeat(1_000));
        WireMessage packed = pack(plain);

        assertThat(packed.body().length).isLessThan(plain.body().length / 20);
        assertThat(packed.headers()).containsEntry("z", "d").containsEntry("v", "1");
        assertThat(unpack(packed)).isEqualTo(plain.body());
    }

    @Test
    void whatIsSmallOrDoesNotGetSmallerTravelsAsItIs() throws Exception {
        byte[] noise = new byte[32 * 1024];
        new Random(1).nextBytes(noise);
        for (WireMessage plain : new WireMessage[] {message("x".repeat(511)), message(""), message(noise)}) {
            assertThat(pack(plain)).isSameAs(plain);
            assertThat(unpack(plain)).isSameAs(plain.body());
        }
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
    }

    @Test
    void aBodyThatGoesToManyIsPackedOnce() throws Exception {
        byte[] body = "the same document for each of them\n".repeat(100).getBytes(StandardCharsets.UTF_8);
        var encoder = new FrameEncoder();
        WireMessage first = encoder.encode(frame(1, body));
        WireMessage second = encoder.encode(frame(2, body));
        WireMessage other = encoder.encode(frame(3, "short".getBytes(StandardCharsets.UTF_8)));

        assertThat(second.body()).isSameAs(first.body()).hasSizeLessThan(body.length / 10);
        assertThat(second.headers()).containsEntry("n", "2").containsEntry("z", "d");
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
