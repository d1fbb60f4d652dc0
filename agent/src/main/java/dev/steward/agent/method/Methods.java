// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The methods that an agent knows. */
public final class Methods {
    private static final Map<String, Method> BY_NAME = Map.of("shellcommand", new ShellCommand());

    private Methods() {}

    public static Set<String> names() {
        return BY_NAME.keySet();
    }

    /** The method of that name, whatever the domain; names are case-sensitive. */
    public static Optional<Method> named(String method) {
        return Optional.ofNullable(BY_NAME.get(method));
    }
}
