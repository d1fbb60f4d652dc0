// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import dev.steward.message.RefusedException;

/**
 * The identity of a message: the session of the store that created it, and a counter that only rises within that
 * session. It outlives resends, restarts and renumbering; the number of a frame does not.
 */
public record MessageId(Session session, long counter) {
    /** Inverse of {@link #toString}. */
    public static MessageId parse(String text) throws RefusedException {
        int dash = text.indexOf('-');
        if (dash < 0) {
            throw new RefusedException("not a message id: session-counter");
        }
        return new MessageId(Session.parse(text.substring(0, dash)), positive("message id", text.substring(dash + 1)));
    }

    /** As it is written here, and in no other way: one id has one text. */
    static long positive(String what, String text) throws RefusedException {
        try {
            long value = Long.parseLong(text);
            if (value > 0 && Long.toString(value).equals(text)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // refused below, as any other wrong number
        }
        throw new RefusedException(what + " must be a positive integer");
    }

    @Override
    public String toString() {
        return session + "-" + counter;
    }
}
