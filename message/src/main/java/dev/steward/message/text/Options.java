// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.text;

import dev.steward.message.RefusedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The few options of a program that has no room for a command line library. Each is a flag ({@code --ping-interval
 * 30s} or {@code --ping-interval=30s}) and an environment variable ({@code STEWARD_PING_INTERVAL}).
 */
public final class Options {
    /** Of an argument in a message: it may be a token in the wrong place. */
    private static final int SHOWN_CHARS = 20;

    /**
     * One option.
     *
     * @param name without the dashes
     * @param argument what its value is, for the help; empty for a switch
     */
    public record Option(String name, String argument, String help) {}

    private final Map<String, Option> known = new LinkedHashMap<>();

    public Options(List<Option> options) {
        options.forEach(option -> known.put(option.name(), option));
    }

    /** The values given, by option name; a switch has the value {@code true}, a repeated option several. */
    public Map<String, List<String>> parse(List<String> arguments) throws RefusedException {
        var values = new LinkedHashMap<String, List<String>>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (!argument.startsWith("--")) {
                throw new RefusedException("unexpected argument '%s'"
                        .formatted(
                                argument.length() > SHOWN_CHARS ? argument.substring(0, SHOWN_CHARS) + "…" : argument));
            }
            int equals = argument.indexOf('=');
            String name = argument.substring(2, equals < 0 ? argument.length() : equals);
            Option option = known.get(name);
            if (option == null) {
                throw new RefusedException(
                        "unknown option '--" + name + "'" + DidYouMean.suffix(name, known.keySet(), "--"));
            }
            String value;
            if (option.argument().isEmpty()) {
                if (equals >= 0) {
                    throw new RefusedException("option '--%s' takes no value".formatted(name));
                }
                value = "true";
            } else if (equals >= 0) {
                value = argument.substring(equals + 1);
            } else if (i + 1 < arguments.size()) {
                value = arguments.get(++i);
            } else {
                throw new RefusedException("option '--%s' needs a value: %s".formatted(name, option.argument()));
            }
            values.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
        }
        return values;
    }

    /** The value of an option's environment variable, if it is set. */
    public static Optional<String> fromEnvironment(String name, Map<String, String> environment) {
        return Optional.ofNullable(
                environment.get("STEWARD_" + name.replace('-', '_').toUpperCase(Locale.ROOT)));
    }

    /** A line an option. */
    public String help() {
        var text = new StringBuilder();
        for (Option option : known.values()) {
            String flag = "--" + option.name() + (option.argument().isEmpty() ? "" : " " + option.argument());
            text.append("  %-32s %s%n".formatted(flag, option.help()));
        }
        return text.toString();
    }
}
