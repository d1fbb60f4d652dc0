// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What to run.
 *
 * @param command the argument vector; a shell line has become {@code /bin/sh -c LINE}
 * @param environment added to the agent's own
 * @param stdin without it the command reads from /dev/null
 */
record ShellArguments(
        List<String> command,
        Map<String, String> environment,
        Optional<String> workingDirectory,
        Optional<String> stdin) {
    private static final Set<String> FIELDS = Set.of("command", "shell", "environment", "workingDirectory", "stdin");
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final int MAX_ARGUMENTS = 1000;

    /** What the JVM encodes arguments with: by its locale, whatever file.encoding says. */
    private static final Charset NATIVE =
            Charset.forName(System.getProperty("sun.jnu.encoding", StandardCharsets.UTF_8.name()));

    static ShellArguments parse(JsonObject json) throws RefusedException {
        json.onlyKnown(FIELDS);
        if (json.has("command") == json.has("shell")) {
            throw new RefusedException(
                    "exactly one of 'command' (a list of texts) and 'shell' (a line for /bin/sh) is needed");
        }
        return new ShellArguments(command(json), environment(json), workingDirectory(json), stdin(json));
    }

    private static List<String> command(JsonObject json) throws RefusedException {
        if (json.has("shell")) {
            return List.of("/bin/sh", "-c", passable("'shell'", notEmpty("'shell'", json.text("shell")), NATIVE));
        }
        List<String> command = json.texts("command", MAX_ARGUMENTS);
        notEmpty("'command'", command.isEmpty() ? "" : command.getFirst());
        for (int i = 0; i < command.size(); i++) {
            passable("'command[%d]'".formatted(i), command.get(i), NATIVE);
        }
        return command;
    }

    private static Map<String, String> environment(JsonObject json) throws RefusedException {
        if (!json.has("environment")) {
            return Map.of();
        }
        Map<String, String> environment = json.textMap("environment");
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            if (!VARIABLE.matcher(variable.getKey()).matches()) {
                throw new RefusedException(
                        "'environment' has a name that is not letters, digits and '_', not beginning with a digit");
            }
            passable("'environment.%s'".formatted(variable.getKey()), variable.getValue(), NATIVE);
        }
        return environment;
    }

    private static Optional<String> workingDirectory(JsonObject json) throws RefusedException {
        Optional<String> directory = json.optionalText("workingDirectory");
        if (directory.isPresent()) {
            passable("'workingDirectory'", directory.get(), NATIVE);
            if (!directory.get().startsWith("/")) {
                throw new RefusedException("'workingDirectory' must be an absolute path");
            }
        }
        return directory;
    }

    private static Optional<String> stdin(JsonObject json) throws RefusedException {
        Optional<String> stdin = json.optionalText("stdin");
        if (stdin.isPresent()) {
            passable("'stdin'", stdin.get(), StandardCharsets.UTF_8);
        }
        return stdin;
    }

    private static String notEmpty(String what, String text) throws RefusedException {
        if (text.isEmpty()) {
            throw new RefusedException(what + " is empty");
        }
        return text;
    }

    /** Refuses what would reach the command as something else: Java cuts nothing, it writes '?'. */
    private static String passable(String what, String text, Charset charset) throws RefusedException {
        if (text.indexOf('\0') >= 0) {
            throw new RefusedException(what + " holds a NUL character");
        }
        if (!charset.newEncoder().canEncode(text)) {
            throw new RefusedException(
                    "%s holds characters that the agent can't pass on in its locale's encoding %s; is it started with LC_ALL=C.UTF-8?"
                            .formatted(what, charset));
        }
        return text;
    }
}
