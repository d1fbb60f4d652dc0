// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.order;

import dev.steward.cli.terminal.Failure;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The arguments of the method {@code shellcommand}: an argument vector or a shell line, and what it runs in. */
public final class ShellArguments {
    static final String COMMAND = "command";
    static final String SHELL = "shell";
    static final String ENVIRONMENT = "environment";
    static final String WORKING_DIRECTORY = "workingDirectory";
    static final String STDIN = "stdin";

    static final Set<String> KEYS = Set.of(COMMAND, SHELL, ENVIRONMENT, WORKING_DIRECTORY, STDIN);

    private static final Pattern PLAIN_WORD = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    private final Map<String, Object> fields = new LinkedHashMap<>();

    private ShellArguments(String key, Object value) {
        fields.put(key, value);
    }

    public static ShellArguments vector(List<String> words) throws Failure {
        for (String word : words) {
            checkDecoded(word);
        }
        return new ShellArguments(COMMAND, List.copyOf(words));
    }

    public static ShellArguments shellLine(String line) throws Failure {
        checkDecoded(line);
        return new ShellArguments(SHELL, line);
    }

    public void environment(Map<String, String> variables) {
        if (!variables.isEmpty()) {
            fields.put(ENVIRONMENT, variables);
        }
    }

    public void workingDirectory(String path) {
        fields.put(WORKING_DIRECTORY, path);
    }

    public void stdin(byte[] bytes) throws Failure {
        try {
            fields.put(STDIN, Json.utf8(bytes));
        } catch (RefusedException e) {
            throw Failure.usage("stdin must be UTF-8 text; encode other bytes, for instance with base64");
        }
    }

    /** Java replaces what it can't decode, and the nodes would then run something else than what was written. */
    private static void checkDecoded(String word) throws Failure {
        if (word.indexOf('\ufffd') >= 0) {
            throw Failure.usage("the command holds characters that this locale can't express; set LC_ALL=C.UTF-8");
        }
    }

    /** The environment as an object of its own, as decoded JSON would have it. */
    public JsonObject json() {
        var copy = new LinkedHashMap<String, Object>(fields);
        if (fields.get(ENVIRONMENT) instanceof Map<?, ?> variables) {
            var texts = new LinkedHashMap<String, String>();
            variables.forEach((name, value) -> texts.put(String.valueOf(name), String.valueOf(value)));
            copy.put(ENVIRONMENT, JsonObject.of(texts));
        }
        return JsonObject.of(copy);
    }

    /** A command as one line for people, in the way of a shell: words that need it are quoted. */
    public static String line(String method, JsonObject arguments) {
        if (arguments.get(SHELL) instanceof String line) {
            return line;
        }
        if (arguments.get(COMMAND) instanceof List<?> words) {
            return line(words.stream().map(String::valueOf).toList());
        }
        return method;
    }

    /** Words as a line that a shell reads back as the same words. */
    public static String line(List<String> words) {
        return words.stream().map(ShellArguments::quoted).collect(Collectors.joining(" "));
    }

    private static String quoted(String word) {
        return PLAIN_WORD.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
