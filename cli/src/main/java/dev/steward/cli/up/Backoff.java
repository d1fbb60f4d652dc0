// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import java.time.Duration;

/** How long to wait before a crashed child is started again: 1 s, doubled each time up to 30 s. */
final class Backoff {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    /** Who ran that long is healthy, and its next crash is a first one. */
    private static final Duration HEALTHY = Duration.ofMinutes(1);

    private Duration next = FIRST;

    Duration afterRunOf(Duration run) {
        if (run.compareTo(HEALTHY) >= 0) {
            next = FIRST;
        }
        Duration pause = next;
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
        return pause;
    }
}
