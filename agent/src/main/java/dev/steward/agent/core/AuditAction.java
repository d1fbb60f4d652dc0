// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.core;

import java.util.Locale;

/** What an entry of a node's audit log is about; the log has the name in lower case. */
enum AuditAction {
    /** The agent has started, with these rules. */
    START,
    /** A command was judged, and is done. */
    COMMAND,
    CANCEL,
    /** Something was not done, or not even understood. */
    REFUSED,
    /** A list of operators is in force. */
    OPERATORS,
    /** The trust file was read again, or can't be used. */
    TRUST,
    /** An authority has given this node other keys. */
    KEYS,
    /** The station hears two agents of this name. */
    FROZEN,
    UNFROZEN,
    /** How far the station's audit log had come, by its own word; or that it has gone back. */
    STATION;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
