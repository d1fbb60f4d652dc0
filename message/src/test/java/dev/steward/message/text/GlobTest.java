// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    @ParameterizedTest
    @CsvSource({
        "ship*, ship1, true",
        "ship*, ship, true",
        "ship*, aship1, false",
        "ship?, ship1, true",
        "ship?, ship, false",
        "ship?, ship12, false",
        "*1, ship1, true",
        "*1, ship12, false",
        "s*i*1, ship1, true",
        "*a*b*, xaxbx, true",
        "*ab, aab, true",
        "*, ship1, true",
        "**, ship1, true",
        "ship1, ship1, true",
        "ship1, ship12, false",
        "ship1, Ship1, false",
        "s.*, ship, false",
    })
    void theWholeNameMustFit(String pattern, String name, boolean fits) {
        assertThat(Glob.matches(pattern, name)).isEqualTo(fits);
    }

    @Test
    void aPatternOfManyStarsTakesNoLongerThanOthers() {
        assertThat(Glob.matches("*a".repeat(30) + "*b", "a".repeat(63))).isFalse();
    }

    @Test
    void nothingFitsNothing() {
        assertThat(Glob.matches("", "")).isTrue();
        assertThat(Glob.matches("*", "")).isTrue();
        assertThat(Glob.matches("?", "")).isFalse();
    }
}
