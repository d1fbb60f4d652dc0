// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import java.util.Locale;

/** All that the doctor may find. Ids are promised: scripts go by them, so none is ever renamed. */
public enum Weakness {
    FILE_LOOSE(Level.CRITICAL),
    FILE_FOREIGN(Level.CRITICAL),
    FOLDER_LOOSE(Level.WARNING),
    FOLDER_UNREADABLE(Level.WARNING),

    TRUST_UNUSABLE(Level.CRITICAL),
    TRUST_ANYTHING_FOR_EVERYONE(Level.WARNING),
    TRUST_ONE_AUTHORITY(Level.WARNING),
    TRUST_ONE_SIGNATURE(Level.NOTE),

    OPERATOR_UNUSABLE(Level.CRITICAL),
    OPERATOR_KEY_PLAIN(Level.NOTE),
    OPERATOR_KEY_OLD(Level.NOTE),
    NODE_KEY_OLD(Level.NOTE),

    BROKER_WITHOUT_TLS(Level.CRITICAL),
    API_WITHOUT_TLS(Level.CRITICAL),

    STATION_UNREACHABLE(Level.CRITICAL),
    BROKER_DISCONNECTED(Level.CRITICAL),
    LEDGER_FAILING(Level.CRITICAL),
    DISK_LOW(Level.CRITICAL),

    STATION_WITHOUT_TRUST(Level.CRITICAL),
    OPERATORS_ONE_AUTHORITY(Level.WARNING),
    OPERATOR_EXPIRED(Level.WARNING),
    OPERATOR_EXPIRES_SOON(Level.WARNING),
    OPERATOR_WITHOUT_EXPIRY(Level.NOTE),

    NODE_FROZEN(Level.CRITICAL),
    NODE_SILENT(Level.WARNING),
    NODE_NOT_LET_IN(Level.NOTE),
    NODE_ROTATING(Level.NOTE),

    TOKEN_OPEN(Level.WARNING),
    ENROLMENT_PENDING(Level.NOTE);

    private final Level level;

    Weakness(Level level) {
        this.level = level;
    }

    public Level level() {
        return level;
    }

    /** In kebab-case. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
