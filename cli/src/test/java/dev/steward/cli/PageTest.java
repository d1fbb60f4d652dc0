// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.terminal.ExitCode;
import org.junit.jupiter.api.Test;

class PageTest extends CommandLineFixture {
    private static final String LINK =
            "{\"url\":\"http://127.0.0.1:8470/#link=abc\",\"expiresAt\":\"2026-01-31T12:08:00.000Z\"}";

    @Test
    void theLinkAloneIsOnStdoutSoThatItCanBeHandedOn() {
        station.on("POST /api/v1/page-links", 201, LINK);

        assertThat(steward("page")).isZero();
        assertThat(out()).isEqualTo("http://127.0.0.1:8470/#link=abc\n");
        assertThat(err()).isEmpty();
    }

    @Test
    void asJsonItHasItsEnd() {
        station.on("POST /api/v1/page-links", 201, LINK);

        assertThat(steward("page", "--json")).isZero();
        assertThat(out()).isEqualTo(LINK + "\n");
    }

    @Test
    void aStationThatCannotAnswerIsSaidSo() {
        station.on("POST /api/v1/page-links", 500, "{\"error\":{\"code\":\"internal\",\"message\":\"broken\"}}");

        assertThat(steward("page")).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(err()).contains("broken");
    }
}
