// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import java.util.Locale;

/** How bad it is, the worst first. */
public enum Level {
    /** Somebody may have, or may do, what is not his; or nothing works. */
    CRITICAL,
    /** One mistake or one lost key away from that. */
    WARNING,
    /** A stronger way is there, or something wants a look. */
    NOTE;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
