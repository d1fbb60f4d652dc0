// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.result;

import dev.steward.cli.api.ExecutionInfo;
import dev.steward.cli.terminal.Ages;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.message.ExecutionState;
import dev.steward.message.text.SafeText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What became of a command, in a few lines: how many succeeded, who did not and why, who is pending. */
public final class Summary {
    private static final int REASON_CHARS = 120;

    private final Instant now;
    private int succeeded;
    private int pending;
    private int unsuccessful;

    /** State → why → nodes. */
    private final Map<ExecutionState, Map<String, List<String>>> ended = new TreeMap<>();

    private final Map<String, List<String>> waiting = new LinkedHashMap<>();

    /** @param now for ages */
    public Summary(Instant now) {
        this.now = now;
    }

    public void add(ExecutionInfo execution) {
        // The station's verdict is no end: the node may yet say otherwise.
        if (!execution.state().isTerminal() || execution.provisional()) {
            pending++;
            waiting.computeIfAbsent(waitingFor(execution), _ -> new ArrayList<>())
                    .add(execution.node());
        } else if (execution.state() == ExecutionState.SUCCEEDED) {
            succeeded++;
        } else {
            unsuccessful++;
            ended.computeIfAbsent(execution.state(), _ -> new LinkedHashMap<>())
                    .computeIfAbsent(why(execution), _ -> new ArrayList<>())
                    .add(execution.node());
        }
    }

    /** Pending counts most: as long as somebody is, nothing final can be said. */
    public int exitCode() {
        return pending > 0 ? ExitCode.INCOMPLETE : unsuccessful > 0 ? ExitCode.SOME_FAILED : ExitCode.OK;
    }

    public List<String> lines() {
        var lines = new ArrayList<String>();
        if (succeeded > 0) {
            lines.add(succeeded + " succeeded");
        }
        ended.forEach((state, reasons) -> lines.add(line(state.toString(), reasons)));
        if (pending > 0) {
            lines.add(line("pending", waiting));
        }
        return lines;
    }

    private static String line(String what, Map<String, List<String>> reasons) {
        int count = reasons.values().stream().mapToInt(List::size).sum();
        var parts = new ArrayList<String>();
        reasons.forEach((why, nodes) ->
                parts.add(FoldedNames.fold(nodes) + (why.isEmpty() ? "" : " (" + SafeText.line(why) + ")")));
        return "%d %s: %s".formatted(count, what, String.join(", ", parts));
    }

    private static String why(ExecutionInfo execution) {
        var parts = new ArrayList<String>();
        if (execution.exitCode().isPresent()) {
            parts.add("exit " + execution.exitCode().getAsLong());
        }
        execution.reason().ifPresent(reason -> parts.add(shortened(reason)));
        return String.join(", ", parts);
    }

    private String waitingFor(ExecutionInfo execution) {
        String state = execution.state()
                + (execution.provisional() ? ", not confirmed" : "")
                + (execution.frozen() ? ", frozen" : "");
        return execution.reachable()
                ? state
                : state + ", not reachable, " + Ages.lastHeard(now, execution.lastHeardAt());
    }

    /** The state of one execution for a heading: {@code failed, exit 7: no space left}. */
    static String detail(ExecutionState state, boolean provisional, OptionalLong exitCode, Optional<String> reason) {
        var text = new StringBuilder(state.toString());
        if (provisional) {
            text.append(", not confirmed");
        }
        if (exitCode.isPresent() && exitCode.getAsLong() != 0) {
            text.append(", exit ").append(exitCode.getAsLong());
        }
        reason.ifPresent(value -> text.append(": ").append(shortened(value)));
        return text.toString();
    }

    private static String shortened(String reason) {
        return reason.length() > REASON_CHARS ? reason.substring(0, REASON_CHARS) + "…" : reason;
    }
}
