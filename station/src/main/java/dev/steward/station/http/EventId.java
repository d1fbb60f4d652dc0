// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.RefusedException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an event in the live stream, {@code <era>-<seq>}: the number alone names another event once the ledger was
 * restored from an older copy. {@code 0} stands before the first event of any ledger.
 */
record EventId(String era, long seq) {
    static final EventId BEGINNING = new EventId("", 0);
    private static final Pattern VALID = Pattern.compile("(?:([0-9a-v]{13})-)?([0-9]{1,18})");

    /** A number without an era is from no ledger that this station could know. */
    static EventId parse(String text) throws RefusedException {
        Matcher matcher = VALID.matcher(text);
        if (!matcher.matches()) {
            throw new RefusedException("it is 0, or the id of an event of this stream");
        }
        String era = matcher.group(1);
        return new EventId(era == null ? "" : era, Long.parseLong(matcher.group(2)));
    }

    @Override
    public String toString() {
        return era.isEmpty() ? Long.toString(seq) : era + "-" + seq;
    }
}
