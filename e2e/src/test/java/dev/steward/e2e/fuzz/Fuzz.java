// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * What the fuzzer calls, see {@code scripts/fuzz}: -Dsteward.fuzz=PARSER,… says which parsers. Where there are several, the
 * first byte of each input chooses one, and the rest is for that one.
 */
public final class Fuzz {
    private static final Parser[] PARSERS = Arrays.stream(
                    System.getProperty("steward.fuzz", "").split(",", -1))
            .map(name -> Parser.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_')))
            .toArray(Parser[]::new);
    private static final long[] EXECUTIONS = new long[PARSERS.length];

    private Fuzz() {}

    /** What is loaded and instrumented only once counts against no input. */
    public static void fuzzerInitialize() {
        for (Parser parser : PARSERS) {
            parser.takes(new byte[0]);
            parser.takes("{}\n".getBytes(StandardCharsets.UTF_8));
        }
    }

    /** One input of the fuzzer's. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (PARSERS.length == 1) {
            EXECUTIONS[0]++;
            PARSERS[0].takes(input);
        } else if (input.length > 0) {
            int chosen = (input[0] & 0xff) % PARSERS.length;
            EXECUTIONS[chosen]++;
            PARSERS[chosen].takes(Arrays.copyOfRange(input, 1, input.length));
        }
    }

    /** Says what was done, when the time is up. */
    public static void fuzzerTearDown() {
        for (int i = 0; i < PARSERS.length; i++) {
            System.out.println("executions of " + PARSERS[i] + ": " + EXECUTIONS[i]);
        }
        System.out.flush();
    }

    /** Lists the parsers. */
    public static final class List {
        private List() {}

        public static void main(String[] arguments) {
            Arrays.stream(Parser.values()).forEach(System.out::println);
        }
    }
}
