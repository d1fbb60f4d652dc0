// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What Java has no call for: a signal to a process group, through the shell's own {@code kill}. */
final class Signals {
    private static final System.Logger LOG = System.getLogger(Signals.class.getName());

    private Signals() {}

    /** Best effort; whoever calls looks afterwards who is left. Not interrupted. */
    static void toGroup(String signal, long group) {
        try {
            Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -s \"$1\" -- \"-$2\"", "sh", signal, "" + group)
                    .redirectInput(Redirect.from(new File("/dev/null")))
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start();
            kill.onExit()
                    .orTimeout(5, TimeUnit.SECONDS)
                    .exceptionally(late -> kill)
                    .join();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "no signal %s to group %d".formatted(signal, group), e);
        }
    }

    static void pause(long millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }
}
