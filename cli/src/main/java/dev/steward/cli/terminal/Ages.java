// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.terminal;

import dev.steward.message.text.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** How long ago something was, for people. */
public final class Ages {
    private Ages() {}

    /** {@code 3m20s}; a time ahead of this machine's clock, as another clock may say it, is {@code 0s}. */
    public static String text(Instant now, Instant time) {
        Duration age = Duration.between(time, now);
        return age.compareTo(Duration.ofSeconds(1)) < 0 ? "0s" : Durations.text(age);
    }

    public static String lastHeard(Instant now, Optional<Instant> time) {
        return time.map(value -> "last heard %s ago".formatted(text(now, value)))
                .orElse("never heard");
    }
}
