// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The methods that an agent knows. */
public final class Methods {
    private static final String SHELL = "shellcommand";
    private static final String KEYS = "keys";
    private static final String AUDIT = "audit";

    private final Map<String, Method> byName;

    /**
     * @param keys what makes the node's keys
     * @param audit what puts out its audit log
     */
    public Methods(Method keys, Method audit) {
        this.byName = Map.of(SHELL, new ShellCommand(), KEYS, keys, AUDIT, audit);
    }

    /** All of them; names are case-sensitive. */
    public static Set<String> names() {
        return new TreeSet<>(Set.of(SHELL, KEYS, AUDIT));
    }

    /** The method of that name, whatever the domain. */
    public Optional<Method> named(String method) {
        return Optional.ofNullable(byName.get(method));
    }
}
