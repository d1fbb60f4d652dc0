// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import dev.steward.message.Limits;

/**
 * What the patterns of a trust file may cost for one request, at the worst and counted beforehand, so that no request
 * holds up the loop that judges it.
 */
final class Steps {
    private static final int NONE = -1;

    private int left = Limits.PATTERN_STEPS;

    /** Whether there were as many left; once there were not, there are none. */
    boolean take(int steps) {
        left = steps <= left ? left - steps : NONE;
        return left != NONE;
    }

    boolean isSpent() {
        return left == NONE;
    }
}
