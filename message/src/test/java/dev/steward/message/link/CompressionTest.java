// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
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
        WireMessage packed = Compression.pack(plain);

        assertThat(packed.body().length).isLessThan(plain.body().length / 20);
        assertThat(packed.headers()).containsEntry("z", "d").containsEntry("v", "1");
        assertThat(Compression.unpack(packed).body()).isEqualTo(plain.body());
    }

    @Test
    void whatIsSmallOrDoesNotGetSmallerTravelsAsItIs() throws Exception {
        byte[] noise = new byte[32 * 1024];
        new Random(1).nextBytes(noise);
        for (WireMessage plain : new WireMessage[] {message("x".repeat(511)), message(""), message(noise)}) {
            assertThat(Compression.pack(plain)).isSameAs(plain);
            assertThat(Compression.unpack(plain)).isSameAs(plain);
        }
    }

    @Test
    void theLargestBodyComesThroughAndOneByteMoreIsRefused() throws Exception {
        assertThat(Compression.unpack(Compression.pack(message(new byte[Limits.FRAME_BYTES])))
                        .body())
                .hasSize(Limits.FRAME_BYTES);

        WireMessage larger = Compression.pack(message(new byte[Limits.FRAME_BYTES + 1]));
        assertThat(larger.body()).hasSizeLessThan(1_000);
        refused(larger, "unpacks to more than 524288 bytes");
    }

    @Test
    void aDamagedBodyIsRefused() {
        WireMessage packed = Compression.pack(message("abcdefgh".repeat(500)));
        byte[] body = packed.body();
        byte[] damaged = body.clone();
        damaged[0] = 0x07; // a block type that there is none of

        refused(with(packed, Arrays.copyOf(body, body.length - 3)), "ends too early");
        refused(with(packed, Arrays.copyOf(body, body.length + 3)), "followed by 3 bytes");
        refused(with(packed, new byte[0]), "ends too early");
        refused(with(packed, damaged), "damaged");
        refused(new WireMessage(SUBJECT, Map.of("z", "q"), body), "compression 'q'");
    }

    private static void refused(WireMessage message, String why) {
        assertThatThrownBy(() -> Compression.unpack(message))
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
