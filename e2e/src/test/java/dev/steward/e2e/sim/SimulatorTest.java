// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Nothing lost, nothing run twice, in every seed. {@code -Dsteward.seeds} says how many; {@code scripts/simulate SEED}
 * shows all steps of one.
 */
class SimulatorTest {
    /** So many seeds reach every fault and every rare branch. */
    private static final long USUAL = 2_000;

    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS) // as many seeds as are asked for
    void everySeedKeepsEveryPromise() throws Exception {
        long seeds = Long.getLong("steward.seeds", USUAL);
        Simulate.Result result = Simulate.seeds(1, seeds, false);
        System.out.println(result.summary());

        assertThat(result.failed().map(Simulate.Failure::text)).isEmpty();
        assertThat(result.seeds()).isEqualTo(seeds);
        if (seeds >= USUAL) {
            assertThat(result.neverReached()).isEmpty();
        }
    }

    @Test
    void theSameSeedTakesTheSameSteps() {
        for (long seed = 1; seed <= 10; seed++) {
            assertThat(steps(seed)).isNotEmpty().isEqualTo(steps(seed));
        }
    }

    private static List<String> steps(long seed) {
        var lines = new ArrayList<String>();
        new World(seed, Optional.of(lines::add)).run();
        return lines;
    }
}
