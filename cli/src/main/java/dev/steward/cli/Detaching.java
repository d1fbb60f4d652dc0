// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.terminal.ExitCode;
import dev.steward.cli.terminal.Surroundings;
import java.util.function.Supplier;

/**
 * While it is open, Ctrl-C (and SIGTERM) ends this program alone: it says how to come back and exits with 3. What was
 * ordered goes on.
 */
final class Detaching implements AutoCloseable {
    private final Thread hook;
    private volatile Supplier<String> farewell;

    private Detaching(Surroundings surroundings, Supplier<String> farewell) {
        this.farewell = farewell;
        this.hook = new Thread(
                () -> {
                    surroundings.err().println((surroundings.errIsTerminal() ? "\r\033[K" : "") + this.farewell.get());
                    surroundings.err().flush();
                    surroundings.out().flush();
                    // Without it the JVM would exit with 130, which for scripts is not "incomplete".
                    Runtime.getRuntime().halt(ExitCode.INCOMPLETE);
                },
                "detaching");
    }

    /** @param farewell what to say; asked when the time has come */
    static Detaching open(Surroundings surroundings, Supplier<String> farewell) {
        var detaching = new Detaching(surroundings, farewell);
        Runtime.getRuntime().addShutdownHook(detaching.hook);
        return detaching;
    }

    /** What to say from here on. */
    void say(Supplier<String> later) {
        farewell = later;
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the signal was faster; the hook ends the program
        }
    }

    static String comeBack(StationOptions station, String id) {
        return comeBack(station, new OperatorOptions(), id);
    }

    static String comeBack(StationOptions station, OperatorOptions operator, String id) {
        return """
                detached; the command goes on
                  %s    to see it live
                  %s   to stop it""".formatted(station.line("watch", id), operator.line(station, "cancel", id));
    }
}
