// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import java.util.Locale;

/** The two output streams of an execution. */
public enum OutputStreamName {
    STDOUT,
    STDERR;

    public static OutputStreamName parse(String text) throws RefusedException {
        for (OutputStreamName stream : values()) {
            if (stream.toString().equals(text)) {
                return stream;
            }
        }
        throw new RefusedException("'%s' is not an output stream: stdout or stderr".formatted(text));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
