// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.order.CommandsFile;
import dev.steward.cli.order.Order;
import dev.steward.cli.order.ShellArguments;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code run} orders: one command from the options, or several from a file. */
final class OrderOptions {
    @Option(names = "--on", paramLabel = "TARGETS", description = "Names, comma lists, globs (* and ?), or all.")
    private List<String> targets = new ArrayList<>();

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Order a YAML list of commands instead, all or none; - is stdin.")
    private @Nullable String file;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = Order.DEFAULT_TIMEOUT,
            description = "How long it may run. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private Duration timeout;

    @Option(
            names = "--start-before",
            paramLabel = "DURATION",
            defaultValue = Order.DEFAULT_START_BEFORE,
            description = "How long a node may take to start it, away or not. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private Duration startBefore;

    @Option(names = "--shell", paramLabel = "LINE", description = "A line for the nodes' shell, instead of CMD.")
    private @Nullable String shell;

    @Option(names = "--env", paramLabel = "NAME=VALUE", description = "An environment variable; may be repeated.")
    private List<String> environment = new ArrayList<>();

    @Option(names = "--workdir", paramLabel = "DIR", description = "The directory to run in.")
    private @Nullable String workingDirectory;

    @Option(names = "--stdin", description = "Give the command what stdin here holds.")
    private boolean stdin;

    @Option(names = "--repeatable", description = "Start it again where an agent's crash interrupts it.")
    private boolean repeatable;

    @Parameters(paramLabel = "CMD", arity = "0..*", description = "The command and its arguments; no shell in between.")
    private List<String> words = new ArrayList<>();

    boolean isList() {
        return file != null;
    }

    List<Order> orders(Surroundings surroundings) throws Failure {
        if (file == null) {
            return List.of(single(surroundings));
        }
        if (!targets.isEmpty() || !words.isEmpty() || shell != null || stdin) {
            throw Failure.usage("with -f the file says what is run where; leave out --on, --shell, --stdin and CMD");
        }
        try {
            return CommandsFile.parse(file.equals("-") ? "stdin" : file, text(file, surroundings));
        } catch (Failure e) {
            throw e.with("nothing was ordered");
        }
    }

    private Order single(Surroundings surroundings) throws Failure {
        if (targets.isEmpty()) {
            throw Failure.usage("--on is missing: which nodes?\n  for instance: steward run --on all -- uname -a");
        }
        if (words.isEmpty() == (shell == null)) {
            throw Failure.usage(
                    words.isEmpty()
                            ? "what shall be run?\n  for instance: steward run --on all -- uname -a"
                            : "give either --shell LINE or -- CMD, not both");
        }
        ShellArguments arguments = shell != null ? ShellArguments.shellLine(shell) : ShellArguments.vector(words);
        arguments.environment(variables());
        if (workingDirectory != null) {
            arguments.workingDirectory(workingDirectory);
        }
        if (stdin) {
            arguments.stdin(readStdin(surroundings));
        }
        return new Order(
                targets,
                Order.DEFAULT_METHOD,
                Order.DEFAULT_DOMAIN,
                arguments.json(),
                timeout,
                startBefore,
                repeatable);
    }

    private Map<String, String> variables() throws Failure {
        var variables = new LinkedHashMap<String, String>();
        for (String each : environment) {
            int equals = each.indexOf('=');
            if (equals < 1) {
                throw Failure.usage("--env '%s': write NAME=VALUE, for instance --env LANG=C\n  nothing was ordered"
                        .formatted(each));
            }
            variables.put(each.substring(0, equals), each.substring(equals + 1));
        }
        return variables;
    }

    private static byte[] readStdin(Surroundings surroundings) throws Failure {
        try {
            byte[] bytes = surroundings.in().readNBytes(Limits.DOCUMENT_BYTES + 1);
            if (bytes.length > Limits.DOCUMENT_BYTES) {
                throw Failure.usage("stdin holds more than %d bytes, which is more than a command can carry"
                        .formatted(Limits.DOCUMENT_BYTES));
            }
            return bytes;
        } catch (IOException e) {
            throw Failure.failed("stdin can't be read: " + e.getMessage());
        }
    }

    private static String text(String file, Surroundings surroundings) throws Failure {
        try {
            return file.equals("-")
                    ? new String(surroundings.in().readNBytes(Limits.REQUEST_BYTES), StandardCharsets.UTF_8)
                    : Files.readString(Path.of(file));
        } catch (NoSuchFileException e) {
            throw Failure.usage("there is no file " + file);
        } catch (IOException e) {
            throw Failure.usage("%s can't be read: %s".formatted(file, FileTrouble.text(e)));
        }
    }
}
