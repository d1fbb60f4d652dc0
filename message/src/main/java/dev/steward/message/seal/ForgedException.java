// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.seal;

import java.util.Locale;

/** A message that is not from whom it says, or nobody's here. It uses up nothing and is not answered. */
public final class ForgedException extends Exception {
    private static final long serialVersionUID = 1;

    /** What is wrong with it. */
    public enum Kind {
        /** It does not say which node has sent it. */
        NO_SENDER,
        /** It says a name that is none of a node of this station, or not this node's station. */
        UNKNOWN_SENDER,
        /** Its sender was a node once. */
        REVOKED_SENDER,
        NO_MAC,
        WRONG_MAC,
        /** Its MAC holds, and its body can't be decrypted: whoever sent it has lost its mind or its memory. */
        UNREADABLE,
        /** It asks for admission, and is none that could be read. */
        BAD_REQUEST;

        /** For people: "wrong mac". */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    private final Kind kind;

    ForgedException(Kind kind) {
        super(kind.toString(), null, false, false); // a flood of them should not pay for stack traces
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
