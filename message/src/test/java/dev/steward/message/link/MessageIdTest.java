// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.RefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageIdTest {
    @Test
    void readsBackWhatItWrites() throws Exception {
        var id = new MessageId(new Session("0123456789abc"), Long.MAX_VALUE);

        assertThat(MessageId.parse(id.toString())).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"07", "+7", "-7", "0", "", "\u0667", "7 ", "9223372036854775808"})
    void oneIdHasOneText(String counter) {
        assertThatThrownBy(() -> MessageId.parse("0123456789abc-" + counter)).isInstanceOf(RefusedException.class);
    }
}
