// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.result;

import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.ExecutionState;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A command's events as they come, one JSON document a line, told apart by {@code type}. */
public final class WatchJson implements Follower.Listener {
    private final Surroundings surroundings;

    public WatchJson(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public void transition(JsonObject data, ExecutionState state) {
        print("transition", data);
    }

    @Override
    public void output(JsonObject data) {
        print("output", data);
    }

    @Override
    public void reset(String reason) {
        surroundings.out().println(Json.text(Map.of("type", "reset", "reason", reason)));
    }

    @Override
    public boolean done() {
        return surroundings.out().checkError();
    }

    private void print(String type, JsonObject data) {
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("type", type);
        data.names().forEach(name -> view.put(name, data.get(name)));
        surroundings.out().println(Json.text(view));
    }
}
