// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import dev.steward.message.RefusedException;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** One start of a process: 64 random bits, as 13 characters of base 32. */
public record Session(String value) {
    private static final Pattern VALID = Pattern.compile("[0-9a-v]{13}");

    public Session {
        if (!VALID.matcher(value).matches()) {
            throw new IllegalArgumentException("not a session: " + value);
        }
    }

    public static Session create(RandomGenerator random) {
        String digits = Long.toUnsignedString(random.nextLong(), 32);
        return new Session("0".repeat(13 - digits.length()) + digits);
    }

    public static Session parse(String text) throws RefusedException {
        if (!VALID.matcher(text).matches()) {
            throw new RefusedException("not a session: 13 characters of base 32");
        }
        return new Session(text);
    }

    @Override
    public String toString() {
        return value;
    }
}
