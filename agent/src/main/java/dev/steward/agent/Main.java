// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import dev.steward.agent.enrolment.EnrollCommand;
import dev.steward.bus.Launch;
import dev.steward.message.RefusedException;
import dev.steward.store.StoreException;
import java.util.List;

/** {@code steward agent}: runs on an edge unit until it is told to stop. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        Launch.logOneLineARecord();
        Agent agent;
        try {
            if (arguments.length > 0 && arguments[0].equals(EnrollCommand.NAME)) {
                enroll(List.of(arguments).subList(1, arguments.length));
                return;
            }
            var flags = AgentSettings.OPTIONS.parse(List.of(arguments));
            if (flags.containsKey("help")) {
                System.out.print("steward agent --data DIR [options]\nsteward agent enroll TOKEN --data DIR\n\n"
                        + AgentSettings.OPTIONS.help());
                return;
            }
            if (flags.containsKey("version")) {
                System.out.println("steward agent " + Launch.version());
                return;
            }
            agent = new Agent(AgentSettings.from(flags, System.getenv(), Launch.version()));
            Launch.runUntilStopped(agent::stop, flags.containsKey("until-stdin-closes"));
        } catch (RefusedException e) {
            System.err.println("steward agent: " + e.getMessage() + "\nsee steward agent --help");
            System.exit(2);
        } catch (StoreException e) {
            System.err.println("steward agent: " + e.getMessage());
            System.exit(1);
        } catch (RuntimeException e) {
            e.printStackTrace();
            System.exit(70); // EX_SOFTWARE; without it the threads that did start would keep half a program alive
        }
    }

    private static void enroll(List<String> arguments) throws InterruptedException {
        try {
            EnrollCommand.run(arguments, System.getenv(), System.in, System.out);
            System.exit(0); // the bus's threads need not be waited for
        } catch (RefusedException e) {
            System.err.println("steward agent enroll: " + e.getMessage());
            System.exit(1);
        }
    }
}
