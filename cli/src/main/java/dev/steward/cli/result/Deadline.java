// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.result;

import java.time.Duration;
import java.util.Optional;

/** When waiting ends, by the monotonic clock; {@link #NEVER} waits without limit. */
public final class Deadline {
    public static final Deadline NEVER = new Deadline(Optional.empty());

    private static final Duration LONG = Duration.ofDays(1);

    private final Optional<Long> atNanos;

    private Deadline(Optional<Long> atNanos) {
        this.atNanos = atNanos;
    }

    public static Deadline in(Duration duration) {
        return new Deadline(Optional.of(System.nanoTime() + duration.toNanos()));
    }

    public boolean hasPassed() {
        return atNanos.isPresent() && atNanos.get() - System.nanoTime() <= 0;
    }

    /** What is left, but no more than {@code most}; never negative. */
    public Duration atMost(Duration most) {
        Duration left = atNanos.map(at -> Duration.ofNanos(Math.max(0, at - System.nanoTime())))
                .orElse(LONG);
        return left.compareTo(most) < 0 ? left : most;
    }
}
