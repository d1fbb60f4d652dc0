// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.order;

import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.text.Durations;
import java.time.Duration;

/** A duration that an operator gives, within what a command may have. */
public final class DurationOption {
    private DurationOption() {}

    public static Duration parse(String text) throws RefusedException {
        Duration duration = Durations.parse(text);
        if (duration.isZero() || duration.compareTo(Limits.MAX_TIMEOUT) > 0) {
            throw new RefusedException(
                    "'%s' must be more than 0 and at most %s".formatted(text, Durations.text(Limits.MAX_TIMEOUT)));
        }
        return duration;
    }
}
