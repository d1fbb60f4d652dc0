// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.result;

import dev.steward.cli.api.CommandInfo;
import dev.steward.cli.api.ExecutionInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A command with its executions and their output, as the station has them at one moment. */
public final class CommandResult {
    private static final Duration POLL = Duration.ofMillis(100);

    private final CommandInfo command;
    private final OutputGroups groups = new OutputGroups();
    private final Summary summary;
    private final List<Map<String, @Nullable Object>> json = new ArrayList<>();
    private boolean outputComplete = true;

    private CommandResult(CommandInfo command, Summary summary) {
        this.command = command;
        this.summary = summary;
    }

    /**
     * As {@link #fetch}, but waits a moment for output of executions that have ended: it may come after the word of their
     * end.
     */
    public static CommandResult fetchWhole(
            StationClient client, String id, Surroundings surroundings, boolean forJson, Deadline deadline)
            throws Failure, InterruptedException {
        CommandResult result = fetch(client, id, surroundings, forJson);
        if (result.outputComplete) {
            return result;
        }
        Deadline late = Deadline.in(deadline.atMost(Follower.LATE_OUTPUT));
        while (!outputsComplete(client, id) && !late.hasPassed()) {
            Thread.sleep(late.atMost(POLL));
        }
        return fetch(client, id, surroundings, forJson);
    }

    /** @param forJson keep the documents, rather than one copy of equal output */
    public static CommandResult fetch(StationClient client, String id, Surroundings surroundings, boolean forJson)
            throws Failure {
        CommandInfo command = client.command(id);
        var result = new CommandResult(command, new Summary(surroundings.clock().instant()));
        client.executions(command.id(), StationClient.WHOLE_OUTPUT, execution -> result.add(execution, forJson));
        return result;
    }

    private void add(ExecutionInfo execution, boolean forJson) {
        summary.add(execution);
        outputComplete &= isComplete(execution);
        if (forJson) {
            json.add(JsonViews.execution(execution.json()));
        } else if (execution.state().isTerminal() || execution.stdout().length + execution.stderr().length > 0) {
            groups.add(execution);
        }
    }

    /** Whether nothing more is to come of what the nodes have said to be ended. */
    static boolean outputsComplete(StationClient client, String id) throws Failure {
        return client.executions(id, 0).stream().allMatch(CommandResult::isComplete);
    }

    private static boolean isComplete(ExecutionInfo execution) {
        return execution.outputComplete()
                || execution.provisional()
                || !execution.state().isTerminal();
    }

    public CommandInfo command() {
        return command;
    }

    public int exitCode() {
        return summary.exitCode();
    }

    public Map<String, @Nullable Object> json() {
        return JsonViews.commandWithExecutions(command, json);
    }

    public void printJson(Surroundings surroundings) {
        surroundings.out().println(Json.text(json()));
    }

    /** Output to stdout, the summary to stderr. */
    public void print(Surroundings surroundings) {
        groups.print(surroundings);
        printSummary(surroundings);
    }

    public void printSummary(Surroundings surroundings) {
        summary.lines().forEach(surroundings.err()::println);
    }

    public void printOutput(Surroundings surroundings) {
        groups.print(surroundings);
    }

    public List<String> summaryLines() {
        return summary.lines();
    }
}
