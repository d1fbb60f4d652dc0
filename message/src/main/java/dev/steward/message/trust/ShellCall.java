// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import dev.steward.message.text.Quoted;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The arguments of a {@code shellcommand}, as far as a rule judges them. What is not known here is refused and not
 * passed over: an agent that knows more than this must not be told by a rule that knew less.
 *
 * @param words of the argument vector; empty for a shell line
 * @param environment names of the variables
 */
record ShellCall(List<String> words, Set<String> environment, Optional<String> workingDirectory, boolean stdin) {
    static final String METHOD = "shellcommand";

    private static final Set<String> KNOWN = Set.of("command", "shell", "environment", "workingDirectory", "stdin");
    private static final int MAX_WORDS = 1_000;
    private static final int MAX_VARIABLES = 1_000;

    /** @throws RefusedException where no rule can judge this; only the profile full allows it */
    static ShellCall of(JsonObject arguments) throws RefusedException {
        for (String name : arguments.names()) {
            if (!KNOWN.contains(name)) {
                throw new RefusedException("the argument %s is unknown".formatted(Quoted.of(name)));
            }
            if (!arguments.has(name)) {
                throw new RefusedException("the argument '%s' is null".formatted(name));
            }
        }
        if (arguments.has("command") == arguments.has("shell")) {
            throw new RefusedException("the arguments need either 'command' or 'shell'");
        }
        List<String> words = List.of();
        if (arguments.has("command")) {
            words = arguments.texts("command", MAX_WORDS);
            if (words.isEmpty()) {
                throw new RefusedException("the argument 'command' is empty");
            }
        } else {
            arguments.text("shell");
        }
        return new ShellCall(
                words,
                arguments.has("environment") ? variables(arguments.object("environment")) : Set.of(),
                arguments.optionalText("workingDirectory"),
                arguments.optionalText("stdin").isPresent());
    }

    private static Set<String> variables(JsonObject environment) throws RefusedException {
        if (environment.names().size() > MAX_VARIABLES) {
            throw new RefusedException("more than %d variables".formatted(MAX_VARIABLES));
        }
        for (String name : environment.names()) {
            if (!(environment.get(name) instanceof String)) {
                throw new RefusedException("the variable %s is not a text".formatted(Quoted.of(name)));
            }
        }
        return environment.names();
    }

    boolean isShellLine() {
        return words.isEmpty();
    }
}
