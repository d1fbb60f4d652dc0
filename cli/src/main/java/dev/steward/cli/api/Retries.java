// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import java.time.Duration;

/** How often a request is sent, and how long to wait in between: twice as long each time. */
record Retries(int attempts, Duration firstPause) {
    static final Retries ORDERING = new Retries(5, Duration.ofMillis(500));

    Duration pauseAfter(int attempt) {
        return firstPause.multipliedBy(1L << Math.min(attempt - 1, 10));
    }
}
