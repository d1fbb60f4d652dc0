// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.result;

import dev.steward.cli.api.CommandInfo;
import dev.steward.cli.api.NodeInfo;
import dev.steward.message.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The documents of {@code --json}. Keys are promised: they are always there, and none is ever renamed. */
public final class JsonViews {
    private static final List<String> COMMAND = List.of("id", "method", "domain", "state");
    private static final List<String> EXECUTION = List.of(
            "node",
            "state",
            "provisional",
            "exitCode",
            "stdout",
            "stderr",
            "stdoutBase64",
            "truncatedBytes",
            "attempt",
            "startedAt",
            "finishedAt",
            "durationMs",
            "reachable",
            "lastHeardAt",
            "frozenSince");
    private static final List<String> NODE =
            List.of("name", "fingerprint", "reachable", "lastHeardAt", "frozenSince", "labels", "facts");

    private JsonViews() {}

    public static Map<String, @Nullable Object> command(CommandInfo command) {
        return rest(command.json(), ordered(command.json(), COMMAND));
    }

    public static Map<String, @Nullable Object> commandWithExecutions(
            CommandInfo command, List<Map<String, @Nullable Object>> executions) {
        Map<String, @Nullable Object> view = ordered(command.json(), COMMAND);
        view.put("executions", executions);
        return rest(command.json(), view);
    }

    public static Map<String, @Nullable Object> execution(JsonObject execution) {
        return rest(execution, ordered(execution, EXECUTION));
    }

    public static Map<String, @Nullable Object> node(NodeInfo node) {
        return rest(node.json(), ordered(node.json(), NODE));
    }

    private static Map<String, @Nullable Object> ordered(JsonObject json, List<String> keys) {
        var view = new LinkedHashMap<String, @Nullable Object>();
        keys.forEach(key -> view.put(key, json.get(key)));
        return view;
    }

    /** What the station tells beyond the promised keys comes after them. */
    private static Map<String, @Nullable Object> rest(JsonObject json, Map<String, @Nullable Object> view) {
        json.names().stream().filter(key -> !view.containsKey(key)).forEach(key -> view.put(key, json.get(key)));
        return view;
    }
}
