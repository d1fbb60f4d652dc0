// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.RefusedException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a caller of the API may do; each role may also what those before it may. */
public enum Role {
    /** Reads. */
    VIEWER,
    /** Hands in orders and cancels, which operators have signed. */
    OPERATOR,
    /** Decides who takes part: lists of operators, records of nodes, tokens for new machines, frozen nodes. */
    APPROVER,
    /** Makes and revokes API tokens. */
    ADMIN;

    public boolean includes(Role other) {
        return compareTo(other) >= 0;
    }

    public static Role parse(String text) throws RefusedException {
        for (Role role : values()) {
            if (role.toString().equals(text)) {
                return role;
            }
        }
        throw new RefusedException("the role must be one of "
                + Arrays.stream(values()).map(Role::toString).collect(Collectors.joining(", ")));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
