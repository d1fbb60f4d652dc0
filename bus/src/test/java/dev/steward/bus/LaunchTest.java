// SPDX-License-Identifier: Apache-2.0
package dev.steward.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class LaunchTest {
    @Test
    void theLogHasOurOwnLinesAndOnlyTheWarningsOfTheWebServer() {
        Launch.logOneLineARecord();

        assertThat(Logger.getLogger("dev.steward.station.Station").isLoggable(Level.INFO))
                .isTrue();
        for (String name : new String[] {"io.javalin.Javalin", "org.eclipse.jetty.server.Server"}) {
            assertThat(Logger.getLogger(name).isLoggable(Level.INFO)).isFalse();
            assertThat(Logger.getLogger(name).isLoggable(Level.WARNING)).isTrue();
        }
    }
}
