// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.order.Order;
import dev.steward.cli.order.ShellArguments;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.Limits;
import dev.steward.message.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is run, beside the words of CMD. */
final class ShellOptions {
    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = Order.DEFAULT_TIMEOUT,
            description = "How long it may run. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private Duration timeout;

    @Option(names = "--shell", paramLabel = "LINE", description = "A line for the nodes' shell, instead of CMD.")
    private @Nullable String shell;

    @Option(names = "--env", paramLabel = "NAME=VALUE", description = "An environment variable; may be repeated.")
    private List<String> environment = new ArrayList<>();

    @Option(names = "--workdir", paramLabel = "DIR", description = "The directory to run in.")
    private @Nullable String workingDirectory;

    @Option(names = "--stdin", description = "Give the command what stdin here holds.")
    private boolean stdin;

    Duration timeout() {
        return timeout;
    }

    boolean isLineOrStdin() {
        return shell != null || stdin;
    }

    /** @param example a whole line, for who leaves out what is run */
    JsonObject arguments(List<String> words, String example, Surroundings surroundings) throws Failure {
        if (words.isEmpty() == (shell == null)) {
            throw Failure.usage(
                    words.isEmpty()
                            ? "what shall be run?\n  for instance: " + example
                            : "give either --shell LINE or -- CMD, not both");
        }
        ShellArguments arguments = shell != null ? ShellArguments.shellLine(shell) : ShellArguments.vector(words);
        arguments.environment(variables());
        if (workingDirectory != null) {
            arguments.workingDirectory(workingDirectory);
        }
        if (stdin) {
            arguments.stdin(readStdin(surroundings));
        }
        return arguments.json();
    }

    private Map<String, String> variables() throws Failure {
        var variables = new LinkedHashMap<String, String>();
        for (String each : environment) {
            int equals = each.indexOf('=');
            if (equals < 1) {
                throw Failure.usage("--env '%s': write NAME=VALUE, for instance --env LANG=C\n  nothing was ordered"
                        .formatted(each));
            }
            variables.put(each.substring(0, equals), each.substring(equals + 1));
        }
        return variables;
    }

    private static byte[] readStdin(Surroundings surroundings) throws Failure {
        try {
            byte[] bytes = surroundings.in().readNBytes(Limits.DOCUMENT_BYTES + 1);
            if (bytes.length > Limits.DOCUMENT_BYTES) {
                throw Failure.usage("stdin holds more than %d bytes, which is more than a command can carry"
                        .formatted(Limits.DOCUMENT_BYTES));
            }
            return bytes;
        } catch (IOException e) {
            throw Failure.failed("stdin can't be read: " + e.getMessage());
        }
    }
}
