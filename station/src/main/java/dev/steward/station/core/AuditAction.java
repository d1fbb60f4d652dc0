// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import java.util.Locale;

/** What an entry of the audit log is about; the log has the name in lower case. */
public enum AuditAction {
    /** The station begins to serve; its entries before are of an earlier start. */
    START,
    STOP,
    ORDER,
    /** An order, a list of operators or a record of a node waits for more signatures. */
    HELD,
    /** Somebody else has signed what is held. */
    APPROVED,
    /** A list or a record that was held waits no more: its time is over, or another took its place. */
    DROPPED,
    /** Somebody who could have signed such a document has said no. */
    TURNED_DOWN,
    CANCEL,
    /** A list of operators is in force. */
    OPERATORS,
    /** The station's own trust file was read again. */
    TRUST,
    /** A machine asks to become a node. */
    ASKED,
    /** An authority lets a machine in, gives it other keys, or revokes it. */
    NODE,
    TOKEN,
    /** A bearer token of the API was made or revoked. */
    API_TOKEN,
    /** Two agents of one name were heard. */
    FROZEN,
    UNFROZEN,
    /** The audit log that a node keeps itself is shorter than it was, or another one. */
    WENT_BACK,
    /** A link for the page was made, or used. */
    LOGIN,
    /** Somebody was refused: by the API, at a link, or by a node. */
    REFUSED;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
