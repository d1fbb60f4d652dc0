// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.result;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.api.ExecutionInfo;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.ExecutionState;
import dev.steward.message.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class OutputGroupsTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    private final OutputGroups groups = new OutputGroups();
    private final Summary summary = new Summary(NOW);

    @Test
    void equalResultsAreShownOnceAndFailuresLast() {
        add(execution("ship2", ExecutionState.FAILED, 7, "", "no\n"));
        add(execution("ship1", ExecutionState.SUCCEEDED, 0, "yes\n", ""));
        add(execution("ship3", ExecutionState.SUCCEEDED, 0, "yes\n", ""));
        add(execution("ship4", ExecutionState.SUCCEEDED, 0, "YES\n", ""));

        assertThat(printed(false)).isEqualTo("""
                        ── ship[1,3] (2) succeeded ──
                        yes
                        ── ship4 succeeded ──
                        YES
                        ── ship2 failed, exit 7 ──
                        ── stderr ──
                        no
                        """);
        assertThat(summary.lines()).containsExactly("3 succeeded", "1 failed: ship2 (exit 7)");
        assertThat(summary.exitCode()).isEqualTo(1);
    }

    @Test
    void aTerminalNeverObeysWhatANodeWrote() {
        add(execution("ship1", ExecutionState.SUCCEEDED, 0, "\033[2Jgone\n", ""));

        assertThat(printed(true)).contains("\\x1b[2Jgone\n").doesNotContain("\033");
        assertThat(printed(false)).contains("\033[2Jgone\n");
    }

    @Test
    void aReasonIsShownOnOneLine() {
        add(new ExecutionInfo(
                "ship1",
                ExecutionState.REJECTED,
                false,
                OptionalLong.empty(),
                Optional.of("no\n\033[2J"),
                new byte[0],
                new byte[0],
                0,
                true,
                OptionalLong.empty(),
                OptionalLong.empty(),
                true,
                Optional.empty(),
                false,
                JsonObject.of(Map.of())));

        assertThat(printed(false)).isEqualTo("── ship1 rejected: no\\n\\x1b[2J ──\n");
        assertThat(summary.lines()).containsExactly("1 rejected: ship1 (no\\n\\x1b[2J)");
    }

    @Test
    void whoIsPendingIsNamedWithTheAgeOfItsLastWord() {
        add(pending("ship1", true, Optional.of(NOW)));
        add(pending("ship2", false, Optional.of(NOW.minusSeconds(180))));
        add(pending("ship3", false, Optional.empty()));

        assertThat(summary.lines())
                .containsExactly("3 pending: ship1 (queued), ship2 (queued, not reachable, last heard 3m ago), "
                        + "ship3 (queued, not reachable, never heard)");
        assertThat(summary.exitCode()).isEqualTo(3);
    }

    private void add(ExecutionInfo execution) {
        groups.add(execution);
        summary.add(execution);
    }

    private static ExecutionInfo execution(String node, ExecutionState state, int exit, String stdout, String stderr) {
        return new ExecutionInfo(
                node,
                state,
                false,
                OptionalLong.of(exit),
                Optional.empty(),
                stdout.getBytes(StandardCharsets.UTF_8),
                stderr.getBytes(StandardCharsets.UTF_8),
                0,
                true,
                OptionalLong.of(5),
                OptionalLong.of(1),
                true,
                Optional.of(NOW),
                false,
                JsonObject.of(Map.of()));
    }

    private static ExecutionInfo pending(String node, boolean reachable, Optional<Instant> lastHeard) {
        return new ExecutionInfo(
                node,
                ExecutionState.QUEUED,
                false,
                OptionalLong.empty(),
                Optional.empty(),
                new byte[0],
                new byte[0],
                0,
                false,
                OptionalLong.empty(),
                OptionalLong.empty(),
                reachable,
                lastHeard,
                false,
                JsonObject.of(Map.of()));
    }

    private String printed(boolean terminal) {
        var out = new ByteArrayOutputStream();
        var stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        groups.print(new Surroundings(
                InputStream.nullInputStream(),
                stream,
                stream,
                false,
                terminal,
                terminal,
                Map.of(),
                InstantSource.fixed(NOW)));
        return out.toString(StandardCharsets.UTF_8);
    }
}
