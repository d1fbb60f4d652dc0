// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.RefusedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextTest {
    private static final Options OPTIONS = new Options(List.of(
            new Options.Option("name", "NAME", "a name"),
            new Options.Option("label", "K=V", "a label"),
            new Options.Option("verbose", "", "say more")));

    @ParameterizedTest
    @CsvSource({"500ms,PT0.5S", "60s,PT1M", "1h30m,PT1H30M", "7d,PT168H"})
    void durationsAreReadAsPeopleWriteThem(String text, Duration duration) throws Exception {
        assertThat(Durations.parse(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "60", "s", "1 h", "-1s", "1h x", "1.5h", "99999999999s"})
    void otherTextsAreNoDurations(String text) {
        assertThatThrownBy(() -> Durations.parse(text)).isInstanceOf(RefusedException.class);
    }

    @ParameterizedTest
    @CsvSource({"PT0.25S,250ms", "PT42S,42s", "PT3M20S,3m20s", "PT5H,5h", "PT52H,2d4h"})
    void durationsAreWrittenInAtMostTwoUnits(Duration duration, String text) {
        assertThat(Durations.text(duration)).isEqualTo(text);
    }

    @Test
    void optionsAreReadWithAndWithoutEqualsSign() throws Exception {
        assertThat(OPTIONS.parse(List.of("--name=x", "--label", "a=b", "--label", "c=d", "--verbose")))
                .isEqualTo(Map.of("name", List.of("x"), "label", List.of("a=b", "c=d"), "verbose", List.of("true")));
    }

    @Test
    void aMistypedOptionIsRefusedWithTheOneThatWasMeant() {
        assertThatThrownBy(() -> OPTIONS.parse(List.of("--nmae", "x")))
                .hasMessage("unknown option '--nmae'; did you mean '--name'?");
        assertThatThrownBy(() -> OPTIONS.parse(List.of("--name"))).hasMessageContaining("needs a value");
        assertThatThrownBy(() -> OPTIONS.parse(List.of("stray"))).hasMessageContaining("unexpected");
        assertThatThrownBy(() -> OPTIONS.parse(List.of("--verbose=yes"))).hasMessageContaining("takes no value");
    }
}
