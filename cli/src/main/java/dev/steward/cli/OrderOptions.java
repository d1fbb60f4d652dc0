// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.order.CommandsFile;
import dev.steward.cli.order.Order;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.Limits;
import dev.steward.message.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
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

    @Mixin
    private ShellOptions shell = new ShellOptions();

    @Option(
            names = "--start-before",
            paramLabel = "DURATION",
            defaultValue = Order.DEFAULT_START_BEFORE,
            description = "How long a node may take to start it, away or not. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private Duration startBefore;

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
        if (!targets.isEmpty() || !words.isEmpty() || shell.isLineOrStdin()) {
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
        JsonObject arguments = shell.arguments(words, "steward run --on all -- uname -a", surroundings);
        return new Order(
                targets,
                Order.DEFAULT_METHOD,
                Order.DEFAULT_DOMAIN,
                arguments,
                shell.timeout(),
                startBefore,
                repeatable);
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
