// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.bus.BusSettings;
import dev.steward.message.NodeName;
import org.junit.jupiter.api.Test;

class StationWatchTest {
    private static final long PATIENCE = StationWatch.PATIENCE.toMillis();

    private final StationWatch watch = new StationWatch(NodeName.CENTRAL, "nats://broker", 1_000);

    @Test
    void aSilentStationIsSaidOnceAndItsReturnOnce() {
        assertThat(watch.look(1_000 + PATIENCE - 1, true, false)).isEmpty();
        assertThat(watch.look(1_000 + PATIENCE, true, false).orElseThrow())
                .startsWith(
                        "the station central has not answered for 30s, though the broker nats://broker is connected");
        assertThat(watch.look(1_000 + 9 * PATIENCE, true, false)).isEmpty();

        assertThat(watch.look(1_000 + 10 * PATIENCE, true, true)).contains("the station central answers again");
        assertThat(watch.look(1_000 + 11 * PATIENCE, true, true)).isEmpty();
        assertThat(watch.look(1_000 + 12 * PATIENCE, false, false).orElseThrow())
                .contains("as the broker nats://broker is not reached");
    }

    @Test
    void aShortBreakIsNoNews() {
        for (long now = 1_000; now < 20 * PATIENCE; now += PATIENCE / 2) {
            assertThat(watch.look(now, true, now / (PATIENCE / 2) % 2 == 0)).isEmpty();
        }
    }

    @Test
    void aPasswordIsNotLogged() {
        assertThat(BusSettings.of("nats://me:secret@a:1,tls://you:other@b", "x").shownUrl())
                .isEqualTo("nats://a:1,tls://b");
    }
}
