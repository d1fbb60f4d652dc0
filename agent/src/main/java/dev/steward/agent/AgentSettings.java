// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import dev.steward.agent.enrolment.Enrolment;
import dev.steward.agent.enrolment.NextKeys;
import dev.steward.agent.enrolment.NodeKeys;
import dev.steward.agent.method.Methods;
import dev.steward.bus.BusSettings;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.StopTimes;
import dev.steward.message.Subject;
import dev.steward.message.broker.BrokerLogin;
import dev.steward.message.json.JsonObject;
import dev.steward.message.text.DidYouMean;
import dev.steward.message.text.Durations;
import dev.steward.message.text.Options;
import dev.steward.message.text.Options.Option;
import dev.steward.message.yaml.YamlNode;
import dev.steward.store.FileTrouble;
import dev.steward.store.TrustFileWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How an agent is set up: flags over environment over {@code agent.yaml} over what its enrolment has left.
 *
 * @param enrolment whose node this is
 * @param keys of the node
 * @param trust the trust file
 * @param grace how long running commands may go on after a SIGTERM
 * @param concurrency of processes by {@code method.domain}; 1 for the others
 */
public record AgentSettings(
        Enrolment enrolment,
        NodeKeys keys,
        BusSettings bus,
        Path data,
        Path trust,
        Duration heartbeat,
        Duration grace,
        Map<String, String> labels,
        Map<String, Integer> concurrency,
        String version) {
    static final Options OPTIONS = new Options(List.of(
            new Option("data", "DIR", "folder of the node, as `steward agent enroll` has made it; required"),
            new Option("name", "NAME", "name of this node (as it was enrolled; another one is an error)"),
            new Option("broker", "URL", "broker to connect to (the one by which it was enrolled)"),
            new Option("trust", "FILE", "whom this node obeys, and in what (trust.yaml in the data folder)"),
            new Option("station", "NAME", "node name of the station (as it was enrolled; another one is an error)"),
            new Option("config", "FILE", "settings as YAML; flags and environment come first"),
            new Option("heartbeat", "DURATION", "how often to say hello (30s)"),
            new Option("ping-interval", "DURATION", "how often to test the connection (30s)"),
            new Option("grace", "DURATION", "how long running commands may go on after SIGTERM (10s)"),
            new Option("label", "KEY=VALUE", "a label of this node; may be repeated"),
            new Option("concurrency", "PROCESS=N", "how many messages a process handles at once; may be repeated"),
            new Option("until-stdin-closes", "", "stop when standard input ends: whoever started this is gone"),
            new Option("version", "", "print the version"),
            new Option("help", "", "print this help")));

    private static final Set<String> FILE_KEYS = Set.of(
            "name", "broker", "data", "trust", "station", "heartbeat", "pingInterval", "grace", "labels", "processes");
    private static final int MAX_CONCURRENCY = 256;
    private static final Duration LONGEST = Duration.ofDays(1);

    /** @throws RefusedException where a setting is missing or wrong; the text says which and where it comes from */
    static AgentSettings from(Map<String, List<String>> flags, Map<String, String> environment, String version)
            throws RefusedException {
        var source = new Source(flags, environment, readFile(flags, environment));
        Path data = Path.of(source.required("data")).toAbsolutePath();
        NextKeys.settle(data);
        Enrolment enrolment = enrolment(data);
        NodeKeys keys = NodeKeys.in(data)
                .orElseThrow(() -> new RefusedException(
                        "%s has lost its keys; enrol this machine anew, in an empty folder".formatted(data)));
        Optional<BrokerLogin> login = enrolment.login(keys);
        NodeName name = enrolment.node();
        source.checkSame("name", name);
        source.checkSame("station", enrolment.station());
        Map<String, String> labels = new LinkedHashMap<>();
        if (source.file.has("labels")) {
            labels.putAll(labels(source.file.object("labels")));
        }
        for (String label : flags.getOrDefault("label", List.of())) {
            labels.put(key("label", label), value("label", label));
        }
        return new AgentSettings(
                enrolment,
                keys,
                new BusSettings(
                        BusSettings.checkedUrl(source.text("broker", "broker", enrolment.broker()), login.isPresent()),
                        name.value(),
                        source.duration("ping-interval", "pingInterval", BusSettings.DEFAULT_PING_INTERVAL),
                        BusSettings.DEFAULT_MAX_RECONNECT_DELAY,
                        login),
                data,
                Path.of(source.text(
                                "trust",
                                "trust",
                                data.resolve(TrustFileWatch.NAME).toString()))
                        .toAbsolutePath(),
                source.duration("heartbeat", "heartbeat", Duration.ofSeconds(30)),
                source.duration("grace", "grace", StopTimes.GRACE),
                labels,
                concurrency(flags, source.file),
                version);
    }

    private static Enrolment enrolment(Path data) throws RefusedException {
        return Enrolment.in(data)
                .orElseThrow(() -> new RefusedException(
                        "%s holds no enrolled node: `steward token create` on the station, then here `steward agent enroll TOKEN --data %s`"
                                .formatted(data, data)));
    }

    NodeName name() {
        return enrolment.node();
    }

    NodeName station() {
        return enrolment.station();
    }

    private static Map<String, String> labels(JsonObject written) throws RefusedException {
        var labels = new LinkedHashMap<String, String>();
        for (String key : written.names()) {
            if (!(written.get(key) instanceof String text)) {
                throw new RefusedException("the label '%s' must be a text, so put its value in quotes, as in %s: \"%s\""
                        .formatted(key, key, written.get(key) instanceof Long number ? number : "…"));
            }
            labels.put(key, text);
        }
        return labels;
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
            file = YamlNode.parse(given, Files.readString(Path.of(given)), "a map of settings")
                    .object();
        } catch (IOException e) {
            throw new RefusedException("--config %s can't be read: %s".formatted(given, FileTrouble.text(e)));
        }
        for (String key : file.names()) {
            if (!FILE_KEYS.contains(key)) {
                throw new RefusedException(
                        "%s: unknown setting '%s'%s".formatted(given, key, DidYouMean.suffix(key, FILE_KEYS)));
            }
        }
        return file;
    }

    private static Map<String, Integer> concurrency(Map<String, List<String>> flags, JsonObject file)
            throws RefusedException {
        var concurrency = new LinkedHashMap<String, Integer>();
        if (file.has("processes")) {
            JsonObject processes = file.object("processes");
            for (String process : processes.names()) {
                JsonObject settings = processes.object(process);
                settings.onlyKnown(Set.of("concurrency"));
                concurrency.put(
                        process("'processes'", process), (int) settings.integer("concurrency", 1, MAX_CONCURRENCY));
            }
        }
        for (String flag : flags.getOrDefault("concurrency", List.of())) {
            try {
                int number = Integer.parseInt(value("concurrency", flag));
                if (number < 1 || number > MAX_CONCURRENCY) {
                    throw new RefusedException("--concurrency must lie between 1 and " + MAX_CONCURRENCY);
                }
                concurrency.put(process("--concurrency", key("concurrency", flag)), number);
            } catch (NumberFormatException e) {
                throw new RefusedException("--concurrency %s: not a number".formatted(flag));
            }
        }
        return concurrency;
    }

    /** A name that can't be any process's would be a setting without effect. */
    private static String process(String where, String name) throws RefusedException {
        int dot = name.indexOf('.');
        String method = dot < 0 ? name : name.substring(0, dot);
        if (!Methods.names().contains(method)) {
            throw new RefusedException("%s: this agent has no method '%s'%s"
                    .formatted(where, method, DidYouMean.suffix(method, Methods.names())));
        }
        if (dot < 0) {
            throw new RefusedException(
                    "%s: '%s' is a method; name a process by method and domain, for instance %s.operatingsystem"
                            .formatted(where, name, name));
        }
        Subject.token("domain", name.substring(dot + 1));
        return name;
    }

    private static String key(String flag, String text) throws RefusedException {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw new RefusedException(
                    "--%s %s: write %s".formatted(flag, text, flag.equals("label") ? "KEY=VALUE" : "PROCESS=N"));
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

        /** A name stands fast since the enrolment; one that is given beside it must say the same. */
        void checkSame(String name, NodeName enrolled) throws RefusedException {
            String given = text(name, name, enrolled.value());
            if (!given.equals(enrolled.value())) {
                throw new RefusedException(
                        "--%s %s: this folder was enrolled with the %s %s; leave it out (flag, STEWARD_%s, or '%s' in the file), or give another node's folder with --data"
                                .formatted(name, given, name, enrolled, name.toUpperCase(Locale.ROOT), name));
            }
        }

        String required(String name) throws RefusedException {
            return text(name, name, null);
        }

        Duration duration(String flag, String fileKey, Duration otherwise) throws RefusedException {
            Duration value;
            try {
                value = Durations.parse(text(flag, fileKey, Durations.text(otherwise)));
            } catch (RefusedException e) {
                throw new RefusedException("--%s: %s".formatted(flag, e.getMessage()));
            }
            if (value.isZero() || value.compareTo(LONGEST) > 0) {
                throw new RefusedException(
                        "--%s must be longer than zero and at most %s".formatted(flag, Durations.text(LONGEST)));
            }
            return value;
        }
    }
}
