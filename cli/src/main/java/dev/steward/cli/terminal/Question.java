// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.terminal;

import java.io.IOException;

/** A question to the person at the terminal. What is not clearly a yes is a no. */
public final class Question {
    private static final int ANSWER_BYTES = 1024;

    private Question() {}

    /** Whether somebody is there to answer. */
    public static boolean isPossible(Surroundings surroundings) {
        return surroundings.inIsTerminal() && surroundings.errIsTerminal();
    }

    public static boolean isYes(Surroundings surroundings, String question) throws Failure {
        surroundings.err().print(question + " [y/N] ");
        surroundings.err().flush();
        String answer = line(surroundings);
        return answer.equalsIgnoreCase("y") || answer.equalsIgnoreCase("yes");
    }

    /** Byte by byte, so that what follows stays for whoever reads next. */
    private static String line(Surroundings surroundings) throws Failure {
        var line = new StringBuilder();
        try {
            for (int b = surroundings.in().read();
                    b >= 0 && b != '\n';
                    b = surroundings.in().read()) {
                line.append((char) b);
                if (line.length() > ANSWER_BYTES) {
                    throw Failure.usage("the answer is longer than %d bytes; nothing was done".formatted(ANSWER_BYTES));
                }
            }
        } catch (IOException e) {
            throw Failure.failed("the answer can't be read: " + FileTrouble.text(e));
        }
        return line.toString().strip();
    }
}
