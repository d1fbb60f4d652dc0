// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.result;

import dev.steward.cli.api.CommandInfo;
import dev.steward.message.ExecutionState;
import dev.steward.message.RefusedException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** How many executions are in which state, kept up by transitions. */
public final class StateCounts {
    private final Map<String, ExecutionState> states = new HashMap<>();

    public void set(String node, ExecutionState state) {
        states.put(node, state);
    }

    public void clear() {
        states.clear();
    }

    /** How many executions have ended as far as the transitions tell. */
    public long ended() {
        return states.values().stream().filter(ExecutionState::isTerminal).count();
    }

    /** Whether a state that the station names is final; one that this version does not know is not. */
    public static boolean isTerminal(String state) {
        try {
            return ExecutionState.parse(state).isTerminal();
        } catch (RefusedException e) {
            return false;
        }
    }

    /** The same as {@link #text(long)} for the counts of a command. */
    public static String text(CommandInfo command) {
        long ended = command.states().entrySet().stream()
                .filter(entry -> isTerminal(entry.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
        return text(ended, command.total(), command.states());
    }

    /** {@code 1/3 ended: 1 running, 1 queued, 1 succeeded}. */
    public String text(long total) {
        var counts = new EnumMap<ExecutionState, Long>(ExecutionState.class);
        states.values().forEach(state -> counts.merge(state, 1L, Long::sum));
        if (states.size() < total) {
            counts.merge(ExecutionState.QUEUED, total - states.size(), Long::sum);
        }
        return text(ended(), total, counts);
    }

    private static String text(long ended, long total, Map<?, Long> counts) {
        String states = counts.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
        return "%d/%d ended%s".formatted(ended, total, states.isEmpty() ? "" : ": " + states);
    }
}
