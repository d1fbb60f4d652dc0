// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.order.DurationOption;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.cli.up.Up;
import dev.steward.message.RefusedException;
import dev.steward.message.text.DidYouMean;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code steward}: what an operator does with a station, and {@code up}. */
@Command(
        name = "steward",
        header = "Manages edge units over links that break.",
        synopsisHeading = "%nExamples:%n"
                + "  steward up                                 start broker, station and three nodes here%n"
                + "  steward run --on 'ship*' -- uname -a       run a command and wait for its results%n"
                + "  steward run --on ship2 --detach -- date    order it for when ship2 comes back%n"
                + "  steward nodes                              who is there, who is not%n"
                + "%nUsage: ",
        description = "",
        footer = {
            "",
            "`steward agent` and `steward station` start those programs; they have options of their own.",
            "Exit codes: 0 all succeeded, 1 some did not, 2 wrong usage or name, 3 incomplete, 4 refused token, key or",
            "signature, 5 station not reached, or its disk is full."
        },
        synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--version", description = "Print the version; `steward version` asks the station too.")
    private boolean version;

    private final Surroundings surroundings;

    private Main(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    public static void main(String[] args) {
        Surroundings surroundings = Surroundings.ofProcess();
        int exitCode = commandLine(surroundings).execute(args);
        surroundings.out().flush();
        System.exit(exitCode);
    }

    /** The list of the commands. */
    static CommandLine commandLine(Surroundings surroundings) {
        var ids = new Ids(new SecureRandom());
        var run = new CommandLine(new Run(surroundings, ids));
        var line = new CommandLine(new Main(surroundings))
                .addSubcommand(run)
                .addSubcommand(new Nodes(surroundings))
                .addSubcommand(Node.commandLine(surroundings, ids))
                .addSubcommand(Token.commandLine(surroundings, ids))
                .addSubcommand(ApiToken.commandLine(surroundings, ids))
                .addSubcommand(new Events(surroundings))
                .addSubcommand(new Commands(surroundings))
                .addSubcommand(new Show(surroundings))
                .addSubcommand(new Watch(surroundings))
                .addSubcommand(new Output(surroundings))
                .addSubcommand(new Cancel(surroundings, ids))
                .addSubcommand(new Held(surroundings))
                .addSubcommand(new Approve(surroundings))
                .addSubcommand(Operator.commandLine(surroundings, ids))
                .addSubcommand(Policy.commandLine(surroundings, ids))
                .addSubcommand(Broker.commandLine(surroundings))
                .addSubcommand(Audit.commandLine(surroundings, ids))
                .addSubcommand(new Doctor(surroundings))
                .addSubcommand(new Page(surroundings))
                .addSubcommand(new Version(surroundings))
                .addSubcommand(new Up(surroundings, ids));
        addHelp(line);
        line.addSubcommand(new CommandLine.HelpCommand());
        line.registerConverter(Duration.class, Main::duration);
        line.setOut(new PrintWriter(surroundings.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(surroundings.err(), true, StandardCharsets.UTF_8));
        line.setUsageHelpWidth(110);
        line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        line.setParameterExceptionHandler(Main::wrongUsage);
        line.setExecutionExceptionHandler((e, command, parsed) -> failed(surroundings, e));
        run.setStopAtPositional(true); // what follows the first word of a remote command is not ours to read
        return line;
    }

    private static void addHelp(CommandLine line) {
        line.getCommandSpec().addMixin("help", CommandSpec.forAnnotatedObject(new HelpOption()));
        line.getSubcommands().values().forEach(Main::addHelp);
    }

    @Override
    public void run() {
        if (version) {
            surroundings.out().println("steward " + Version.own());
            return;
        }
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    private static Duration duration(String text) {
        try {
            return DurationOption.parse(text);
        } catch (RefusedException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    private static int wrongUsage(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("steward: " + complaint(e, command.getCommandSpec()));
        err.println("  `%s --help` shows how it is used"
                .formatted(command.getCommandSpec().qualifiedName()));
        return ExitCode.USAGE;
    }

    private static String complaint(ParameterException e, CommandSpec spec) {
        if (!(e instanceof UnmatchedArgumentException unmatched)) {
            return String.valueOf(e.getMessage());
        }
        String word = unmatched.getUnmatched().getFirst();
        var known = new ArrayList<String>(spec.optionsMap().keySet());
        known.addAll(spec.subcommands().keySet());
        if (spec.parent() == null) {
            known.addAll(List.of("agent", "station")); // of the script
        }
        String what = word.startsWith("-") ? "option" : spec.subcommands().isEmpty() ? "argument" : "command";
        return "unknown %s '%s'%s".formatted(what, word, DidYouMean.suffix(word, known));
    }

    private static int failed(Surroundings surroundings, Exception e) throws Exception {
        if (e instanceof Failure failure) {
            surroundings.err().println("steward: " + failure.text());
            return failure.exitCode();
        }
        throw e; // a fault of ours, with its stack trace
    }
}
