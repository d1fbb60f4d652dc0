// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import dev.steward.message.Limits;
import java.util.regex.Pattern;

/** What a trust file says about a request. */
public sealed interface Verdict {
    /** @param by the rule, with file and line */
    record Allowed(String by) implements Verdict {}

    /** @param reason one line of at most {@link Limits#REASON_CHARS} characters, fit for a log and for a terminal */
    record Refused(String reason) implements Verdict {
        private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

        public Refused {
            reason = INVISIBLE.matcher(reason).replaceAll("?");
            if (reason.length() > Limits.REASON_CHARS) {
                reason = reason.substring(0, Limits.REASON_CHARS - 1) + "…";
            }
        }
    }
}
