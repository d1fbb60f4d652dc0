// SPDX-License-Identifier: Apache-2.0
package dev.steward.station;

import dev.steward.bus.Launch;
import dev.steward.message.RefusedException;
import dev.steward.store.StoreException;
import io.javalin.util.JavalinBindException;
import java.util.List;

/** {@code steward station}: runs the management station until it is told to stop. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        Launch.logOneLineARecord();
        try {
            var flags = StationSettings.OPTIONS.parse(List.of(arguments));
            if (flags.containsKey("help")) {
                System.out.print(
                        "steward station --broker URL --data DIR [options]\n\n" + StationSettings.OPTIONS.help());
                return;
            }
            if (flags.containsKey("version")) {
                System.out.println("steward station " + Launch.version());
                return;
            }
            Station station = new Station(StationSettings.from(flags, System.getenv(), Launch.version()));
            Launch.runUntilStopped(station::stop, flags.containsKey("until-stdin-closes"));
        } catch (RefusedException e) {
            System.err.println("steward station: " + e.getMessage() + "\nsee steward station --help");
            System.exit(2);
        } catch (StoreException e) {
            System.err.println("steward station: " + e.getMessage());
            System.exit(1);
        } catch (JavalinBindException e) {
            System.err.println("steward station: the address of --http is in use; give another one");
            System.exit(1);
        } catch (RuntimeException e) {
            e.printStackTrace();
            System.exit(70); // EX_SOFTWARE; without it the threads that did start would keep half a program alive
        }
    }
}
