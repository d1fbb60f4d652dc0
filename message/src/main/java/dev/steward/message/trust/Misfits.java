// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import java.util.ArrayList;
import java.util.List;

/**
 * Why a rule does not fit a request; with no reason, it does.
 *
 * @param fittingWords words of the command that fit, to tell which rule came nearest
 */
record Misfits(List<String> reasons, int fittingWords) {
    Misfits {
        reasons = List.copyOf(reasons);
    }

    Misfits with(List<String> more) {
        var all = new ArrayList<>(more);
        all.addAll(reasons);
        return new Misfits(all, fittingWords);
    }

    boolean isNearerThan(Misfits other) {
        return fittingWords != other.fittingWords
                ? fittingWords > other.fittingWords
                : reasons.size() < other.reasons.size();
    }
}
