// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SafeTextTest {
    @Test
    void ordinaryTextIsLeftAlone() {
        assertThat(SafeText.lines("Grüße, 世界 🚢\n\tja\n")).isEqualTo("Grüße, 世界 🚢\n\tja\n");
    }

    @Test
    void whatATerminalWouldObeyIsShown() {
        assertThat(SafeText.lines("\033]0;owned\007")).isEqualTo("\\x1b]0;owned\\x07");
        assertThat(SafeText.lines("a\rb\bc\u007f\u009b")).isEqualTo("a\\rb\\x08c\\x7f\\x9b");
    }

    @Test
    void whatHidesOrReordersTextIsShown() {
        assertThat(SafeText.lines("a\u202eb\u2066c\u2028d")).isEqualTo("a\\u202eb\\u2066c\\u2028d");
    }

    @Test
    void halfACharacterIsShown() {
        assertThat(SafeText.lines("a\ud83d")).isEqualTo("a\\ud83d");
        assertThat(SafeText.lines("\udea2b")).isEqualTo("\\udea2b");
    }

    @Test
    void aLineStaysOneLine() {
        assertThat(SafeText.line("a\nb\tc")).isEqualTo("a\\nb\\tc");
    }
}
