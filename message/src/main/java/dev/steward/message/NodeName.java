// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import java.util.regex.Pattern;

/**
 * The unique name of a node: letters, digits, {@code -} and {@code _}, beginning with a letter or digit, at most
 * {@value Limits#NODE_NAME_CHARS} characters, case-sensitive. It is a token of NATS subjects, so it holds no dot, and
 * a part of file paths, so it holds no slash.
 */
public record NodeName(String value) implements Comparable<NodeName> {
    private static final Pattern VALID =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0," + (Limits.NODE_NAME_CHARS - 1) + "}");

    /** The default name of the station, which is a node too. */
    public static final NodeName CENTRAL = new NodeName("central");

    /** Among targets it means all nodes, so no node is called so. */
    public static final String ALL = "all";

    /** @throws IllegalArgumentException where {@code value} is not a name; use {@link #parse} for input. */
    public NodeName {
        if (!VALID.matcher(value).matches()) {
            throw new IllegalArgumentException(invalid(value));
        }
    }

    public static NodeName parse(String value) throws RefusedException {
        if (!VALID.matcher(value).matches()) {
            throw new RefusedException(invalid(value));
        }
        return new NodeName(value);
    }

    private static String invalid(String value) {
        return "'%s' is not a node name: 1 to %d letters, digits, '-' or '_', beginning with a letter or digit"
                .formatted(value.length() > 80 ? value.substring(0, 80) + "…" : value, Limits.NODE_NAME_CHARS);
    }

    @Override
    public int compareTo(NodeName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
