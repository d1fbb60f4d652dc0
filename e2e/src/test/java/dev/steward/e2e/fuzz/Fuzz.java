// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** What the fuzzer calls, see {@code scripts/fuzz}: -Dsteward.fuzz=PARSER says which parser. */
public final class Fuzz {
    private static final Parser PARSER = Parser.valueOf(
            System.getProperty("steward.fuzz", "").toUpperCase(Locale.ROOT).replace('-', '_'));

    private Fuzz() {}

    /** What is loaded and instrumented only once counts against no input. */
    public static void fuzzerInitialize() {
        PARSER.takes(new byte[0]);
        PARSER.takes("{}\n".getBytes(StandardCharsets.UTF_8));
    }

    /** One input of the fuzzer's. */
    public static void fuzzerTestOneInput(byte[] input) {
        PARSER.takes(input);
    }

    /** Lists the parsers. */
    public static final class List {
        private List() {}

        public static void main(String[] arguments) {
            Arrays.stream(Parser.values()).forEach(System.out::println);
        }
    }
}
