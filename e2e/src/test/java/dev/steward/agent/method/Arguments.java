// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import dev.steward.e2e.fuzz.Promises;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import org.jspecify.annotations.NullMarked;

/** The arguments of a shell command: what is taken can be handed to a process as it is. */
@NullMarked
public final class Arguments {
    private Arguments() {}

    public static void check(byte[] input) throws RefusedException {
        ShellArguments arguments = ShellArguments.parse(Json.object(input, Limits.DOCUMENT_BYTES));
        Promises.holds(!arguments.command().getFirst().isEmpty(), "a command without a name");
        Promises.holds(
                arguments.command().stream().noneMatch(word -> word.indexOf('\0') >= 0), "a word that Java would cut");
        var process = new ProcessBuilder(arguments.command()); // not started
        process.environment().putAll(arguments.environment());
    }
}
