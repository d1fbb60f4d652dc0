// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import dev.steward.message.RefusedException;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** The ordered parts of a link, each with its own numbers and window, most urgent first. */
public enum Lane {
    /** Commands, and cancels of what may still be on its way; a node with a full inbox closes it. */
    CONTROL("c"),
    /** What became of executions, and errors; to a node: questions and cancels about what it has recorded. */
    RESULTS("r"),
    /** Streamed output: an outcome never waits behind a gigabyte of it. */
    BULK("b");

    private final String token;

    Lane(String token) {
        this.token = token;
    }

    /** One letter, as in frames and stores. */
    public String token() {
        return token;
    }

    /** An unmodifiable copy that goes through the lanes in their order, the same in every run. */
    static <T> Map<Lane, T> inOrder(Map<Lane, T> values) {
        var copy = new EnumMap<Lane, T>(Lane.class);
        copy.putAll(values);
        return Collections.unmodifiableMap(copy);
    }

    public static Lane parse(String token) throws RefusedException {
        for (Lane lane : values()) {
            if (lane.token.equals(token)) {
                return lane;
            }
        }
        throw new RefusedException("'%s' is not a lane: c, r or b".formatted(token));
    }
}
