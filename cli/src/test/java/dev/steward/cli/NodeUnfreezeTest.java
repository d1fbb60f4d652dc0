// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.terminal.ExitCode;
import org.junit.jupiter.api.Test;

class NodeUnfreezeTest extends CommandLineFixture {
    private static final String UNFREEZE = "POST /api/v1/nodes/ship1/unfreeze";

    @Test
    void theNodeGoesOn() {
        station.on(UNFREEZE, exchange -> exchange.sendResponseHeaders(204, -1));

        assertThat(steward("node", "unfreeze", "ship1")).isZero();

        assertThat(station.requests(UNFREEZE)).hasSize(1);
        assertThat(err()).startsWith("ship1 is not frozen any more");
    }

    @Test
    void whatTheStationRefusesIsSaidInItsWords() {
        station.on(UNFREEZE, 409, "{\"error\":{\"code\":\"conflict\",\"message\":\"node ship1 is not frozen\"}}");

        assertThat(steward("node", "unfreeze", "ship1")).isEqualTo(ExitCode.USAGE);

        assertThat(err()).contains("node ship1 is not frozen");
    }
}
