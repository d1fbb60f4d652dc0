// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.RefusedException;
import dev.steward.message.signing.Ed25519;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NkeyTest {
    /** The pair that NATS's own documentation shows. */
    private static final String SEED = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";

    private static final String KEY = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";

    @Test
    void aSeedOfNatsHasTheKeyThatNatsSays() throws Exception {
        Ed25519 key = Nkey.USER.parseSeed(SEED);

        assertThat(Nkey.USER.text(key.key())).isEqualTo(KEY);
        assertThat(Nkey.USER.seed(key)).isEqualTo(SEED);
        assertThat(Nkey.USER.parse(KEY)).isEqualTo(key.key());
    }

    @ParameterizedTest
    @EnumSource
    void everyKindIsReadAsItWasWritten(Nkey kind) throws Exception {
        Ed25519 key = Ed25519.generate();
        String text = kind.text(key.key());

        assertThat(text).hasSize(56).startsWith(kind.name().substring(0, 1));
        assertThat(kind.seed(key)).hasSize(58).startsWith("S" + kind.name().charAt(0));
        assertThat(kind.parse(text)).isEqualTo(key.key());
        assertThat(kind.parseSeed(kind.seed(key)).key()).isEqualTo(key.key());
    }

    @Test
    void aKeyOfAnotherKindIsRefused() {
        assertThatThrownBy(() -> Nkey.ACCOUNT.parse(KEY))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("account");
        assertThatThrownBy(() -> Nkey.ACCOUNT.parseSeed(SEED)).isInstanceOf(RefusedException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "U",
                "not a key",
                "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF5",
                "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF",
                "udxu4rcsjnzoiqhznwxhxordprtgnjahahfrgzneejcpqtt2m7nlcnf4",
                "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4A",
            })
    void whatIsDamagedIsRefused(String text) {
        assertThatThrownBy(() -> Nkey.USER.parse(text)).isInstanceOf(RefusedException.class);
    }

    @Test
    void aDamagedSeedIsNotShownInTheRefusal() {
        String damaged = SEED.replace("Y4", "Y5").substring(0, 57) + "A";

        assertThatThrownBy(() -> Nkey.USER.parseSeed(damaged))
                .isInstanceOf(RefusedException.class)
                .message()
                .doesNotContain(damaged.substring(0, 10));
    }
}
