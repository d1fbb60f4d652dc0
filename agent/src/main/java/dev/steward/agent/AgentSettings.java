// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import dev.steward.bus.BusSettings;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import dev.steward.message.text.DidYouMean;
import dev.steward.message.text.Durations;
import dev.steward.message.text.Options;
import dev.steward.message.text.Options.Option;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * How an agent is set up: flags over environment over {@code agent.yaml}.
 *
 * @param grace how long running commands may go on after a SIGTERM
 * @param concurrency of processes by {@code method.domain}; 1 for the others
 */
public record AgentSettings(
        NodeName name,
        NodeName station,
        BusSettings bus,
        Path data,
        Duration heartbeat,
        Duration grace,
        Map<String, String> labels,
        Map<String, Integer> concurrency,
        String version) {
    static final Options OPTIONS = new Options(List.of(
            new Option("name", "NAME", "name of this node; required"),
            new Option("broker", "URL", "broker to connect to; required, for instance nats://127.0.0.1:4222"),
            new Option("data", "DIR", "folder of the journal; required"),
            new Option("station", "NAME", "node name of the station (central)"),
            new Option("config", "FILE", "settings as YAML; flags and environment come first"),
            new Option("heartbeat", "DURATION", "how often to say hello (30s)"),
            new Option("ping-interval", "DURATION", "how often to test the connection (30s)"),
            new Option("grace", "DURATION", "how long running commands may go on after SIGTERM (10s)"),
            new Option("label", "KEY=VALUE", "a label of this node; may be repeated"),
            new Option("concurrency", "PROCESS=N", "how many messages a process handles at once; may be repeated"),
            new Option("until-stdin-closes", "", "stop when standard input ends: whoever started this is gone"),
            new Option("version", "", "print the version"),
            new Option("help", "", "print this help")));

    private static final Set<String> FILE_KEYS =
            Set.of("name", "broker", "data", "station", "heartbeat", "pingInterval", "grace", "labels", "processes");
    private static final int MAX_CONCURRENCY = 256;

    /** @throws RefusedException where a setting is missing or wrong; the text says which and where it comes from */
    static AgentSettings from(Map<String, List<String>> flags, Map<String, String> environment, String version)
            throws RefusedException {
        var source = new Source(flags, environment, readFile(flags, environment));
        NodeName name = NodeName.parse(source.required("name"));
        Map<String, String> labels = new LinkedHashMap<>();
        if (source.file.has("labels")) {
            labels.putAll(source.file.textMap("labels"));
        }
        for (String label : flags.getOrDefault("label", List.of())) {
            labels.put(key("label", label), value("label", label));
        }
        return new AgentSettings(
                name,
                NodeName.parse(source.text("station", "station", NodeName.CENTRAL.value())),
                new BusSettings(
                        source.required("broker"),
                        name.value(),
                        source.duration("ping-interval", "pingInterval", BusSettings.DEFAULT_PING_INTERVAL),
                        BusSettings.DEFAULT_MAX_RECONNECT_DELAY),
                Path.of(source.required("data")).toAbsolutePath(),
                source.duration("heartbeat", "heartbeat", Duration.ofSeconds(30)),
                source.duration("grace", "grace", Duration.ofSeconds(10)),
                labels,
                concurrency(flags, source.file),
                version);
    }

    private static JsonObject readFile(Map<String, List<String>> flags, Map<String, String> environment)
            throws RefusedException {
        String given = flags.containsKey("config")
                ? flags.get("config").getLast()
                : Options.fromEnvironment("config", environment).orElse(null);
        if (given == null) {
            return JsonObject.of(Map.of());
        }
        JsonObject file;
        try {
            Object loaded = new Load(LoadSettings.builder().setLabel(given).build())
                    .loadFromString(Files.readString(Path.of(given)));
            if (!(yaml(loaded) instanceof JsonObject object)) {
                throw new RefusedException("%s must be a map of settings".formatted(given));
            }
            file = object;
        } catch (IOException e) {
            throw new RefusedException("cannot read %s: %s".formatted(given, e));
        } catch (YamlEngineException e) {
            throw new RefusedException("%s is not valid YAML: %s".formatted(given, e.getMessage()));
        }
        for (String key : file.names()) {
            if (!FILE_KEYS.contains(key)) {
                throw new RefusedException(
                        "%s: unknown setting '%s'%s".formatted(given, key, DidYouMean.suffix(key, FILE_KEYS)));
            }
        }
        return file;
    }

    private static @Nullable Object yaml(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                var fields = new LinkedHashMap<String, @Nullable Object>();
                map.forEach((key, field) -> fields.put(String.valueOf(key), yaml(field)));
                yield JsonObject.of(fields);
            }
            case Integer number -> number.longValue();
            case null -> null;
            default -> value;
        };
    }

    private static Map<String, Integer> concurrency(Map<String, List<String>> flags, JsonObject file)
            throws RefusedException {
        var concurrency = new LinkedHashMap<String, Integer>();
        if (file.has("processes")) {
            JsonObject processes = file.object("processes");
            for (String process : processes.names()) {
                JsonObject settings = processes.object(process);
                settings.onlyKnown(Set.of("concurrency"));
                concurrency.put(process, (int) settings.integer("concurrency", 1, MAX_CONCURRENCY));
            }
        }
        for (String flag : flags.getOrDefault("concurrency", List.of())) {
            try {
                int number = Integer.parseInt(value("concurrency", flag));
                if (number < 1 || number > MAX_CONCURRENCY) {
                    throw new RefusedException("--concurrency must lie between 1 and " + MAX_CONCURRENCY);
                }
                concurrency.put(key("concurrency", flag), number);
            } catch (NumberFormatException e) {
                throw new RefusedException("--concurrency %s: not a number".formatted(flag));
            }
        }
        return concurrency;
    }

    private static String key(String flag, String text) throws RefusedException {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw new RefusedException("--%s %s: write KEY=VALUE".formatted(flag, text));
        }
        return text.substring(0, equals);
    }

    private static String value(String flag, String text) throws RefusedException {
        return text.substring(key(flag, text).length() + 1);
    }

    /** Looks a setting up in the order of precedence. */
    private record Source(Map<String, List<String>> flags, Map<String, String> environment, JsonObject file) {
        String text(String flag, String fileKey, @Nullable String otherwise) throws RefusedException {
            if (flags.containsKey(flag)) {
                return flags.get(flag).getLast();
            }
            var variable = Options.fromEnvironment(flag, environment);
            if (variable.isPresent()) {
                return variable.get();
            }
            if (file.has(fileKey)) {
                return file.text(fileKey);
            }
            if (otherwise == null) {
                throw new RefusedException(
                        "--%s is missing; give it as a flag, as '%s' in the file of --config, or in the environment"
                                .formatted(flag, fileKey));
            }
            return otherwise;
        }

        String required(String name) throws RefusedException {
            return text(name, name, null);
        }

        Duration duration(String flag, String fileKey, Duration otherwise) throws RefusedException {
            Duration value = Durations.parse(text(flag, fileKey, Durations.text(otherwise)));
            if (value.isZero()) {
                throw new RefusedException("--%s must be longer than zero".formatted(flag));
            }
            return value;
        }
    }
}
