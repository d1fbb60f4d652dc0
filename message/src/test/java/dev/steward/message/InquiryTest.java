// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.link.Session;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InquiryTest {
    private static final Random RANDOM = new Random(1);
    private static final CommandId ID = CommandId.create(Instant.EPOCH, RANDOM);
    private static final Inquiry.Entry OPEN = new Inquiry.Entry(ID, 2, Optional.empty());
    private static final Inquiry.Entry ENDED = new Inquiry.Entry(ID, 1, Optional.of(ExecutionState.FAILED));

    private static Inquiry of(List<Inquiry.Entry> entries) {
        return new Inquiry(Session.create(RANDOM), 7, entries);
    }

    @Test
    void anInquiryReadsBackAsItWasWritten() throws Exception {
        Inquiry inquiry = of(List.of(OPEN, ENDED));

        assertThat(Inquiry.decode(inquiry.encode())).isEqualTo(inquiry);
    }

    @Test
    void theLargestInquiryFitsIntoAFrame() {
        assertThat(of(Collections.nCopies(Inquiry.MAX, ENDED)).encode()).hasSizeLessThan(Limits.FRAME_BYTES / 4);
    }

    @Test
    void whatIsNotAnInquiryIsRefused() {
        String good = new String(of(List.of(ENDED)).encode(), StandardCharsets.UTF_8);
        for (String bad : List.of(
                good.replace("failed", "running"),
                good.replace("\"attempt\":1", "\"attempt\":-1"),
                good.replace("\"conversation\":7", "\"conversation\":0"),
                good.replace("session", "other"),
                good.substring(0, good.length() / 2),
                new String(of(Collections.nCopies(Inquiry.MAX + 1, OPEN)).encode(), StandardCharsets.UTF_8))) {
            assertThatThrownBy(() -> Inquiry.decode(bad.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(RefusedException.class);
        }
    }
}
