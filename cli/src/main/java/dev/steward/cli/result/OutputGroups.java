// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.result;

import dev.steward.cli.api.ExecutionInfo;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.ExecutionState;
import dev.steward.message.text.SafeText;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Executions that ended the same way with the same output, shown once under their folded names. */
public final class OutputGroups {
    private record Key(
            ExecutionState state,
            boolean provisional,
            OptionalLong exitCode,
            Optional<String> reason,
            Bytes stdout,
            Bytes stderr,
            long truncatedBytes,
            boolean outputComplete) {}

    /** Bytes that are equal by what they hold. */
    private record Bytes(byte[] value) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Bytes bytes && Arrays.equals(value, bytes.value);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(value);
        }
    }

    private final Map<Key, List<String>> groups = new LinkedHashMap<>();

    /** Takes in an execution that has ended, or that has begun to write. Only one copy of equal output is kept. */
    public void add(ExecutionInfo execution) {
        var key = new Key(
                execution.state(),
                execution.provisional(),
                execution.exitCode(),
                execution.reason(),
                new Bytes(execution.stdout()),
                new Bytes(execution.stderr()),
                execution.truncatedBytes(),
                execution.outputComplete());
        groups.computeIfAbsent(key, _ -> new ArrayList<>()).add(execution.node());
    }

    /** Successes first, so that what went wrong stands last, where the eye is. */
    public void print(Surroundings surroundings) {
        groups.entrySet().stream()
                .sorted(Comparator.comparingInt(group -> order(group.getKey().state())))
                .forEach(group -> print(surroundings, group.getKey(), group.getValue()));
        surroundings.out().flush();
    }

    private static int order(ExecutionState state) {
        return !state.isTerminal() ? 0 : state == ExecutionState.SUCCEEDED ? 1 : 2;
    }

    private static void print(Surroundings surroundings, Key key, List<String> nodes) {
        PrintStream out = surroundings.out();
        out.println("── " + heading(key, nodes) + " ──");
        write(surroundings, key.stdout);
        if (key.stderr.value.length > 0) {
            out.println("── stderr ──");
            write(surroundings, key.stderr);
        }
        if (key.truncatedBytes > 0) {
            out.println("(%d bytes of output were cut out by the agent)".formatted(key.truncatedBytes));
        }
        if (!key.outputComplete && key.state.isTerminal() && !key.provisional) {
            out.println(
                    "(not all of its output is here: it is on its way, unless the ledger is an older copy; see `steward output`)");
        }
    }

    private static String heading(Key key, List<String> nodes) {
        String count = nodes.size() == 1 ? "" : " (%d)".formatted(nodes.size());
        return FoldedNames.fold(nodes)
                + count
                + " "
                + SafeText.line(Summary.detail(key.state, key.provisional, key.exitCode, key.reason));
    }

    private static void write(Surroundings surroundings, Bytes bytes) {
        byte[] array = bytes.value;
        if (array.length == 0) {
            return;
        }
        PrintStream out = surroundings.out();
        if (surroundings.outIsTerminal()) {
            out.print(SafeText.lines(new String(array, StandardCharsets.UTF_8)));
        } else {
            out.write(array, 0, array.length);
        }
        if (array[array.length - 1] != '\n') {
            out.println();
        }
    }
}
