// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.terminal;

import dev.steward.message.text.SafeText;
import java.time.Duration;
import java.time.Instant;

/** One line at the foot of the terminal that is written over and over; elsewhere it stays silent. One thread. */
public final class Progress {
    private static final Duration INTERVAL = Duration.ofMillis(100);
    private static final int COLUMNS = 79;

    private final Surroundings surroundings;
    private final boolean active;
    private Instant lastShown = Instant.EPOCH;
    private String pending = "";
    private boolean visible;

    public Progress(Surroundings surroundings, boolean plain) {
        this.surroundings = surroundings;
        this.active = !plain
                && surroundings.errIsTerminal()
                && !surroundings.variable("TERM").orElse("").equals("dumb");
    }

    /** Shows {@code text}, at most ten times a second; what is left out comes with the next {@link #refresh}. */
    public void show(String text) {
        pending = text;
        refresh();
    }

    public void refresh() {
        Instant now = surroundings.clock().instant();
        if (!active || pending.isEmpty() || Duration.between(lastShown, now).compareTo(INTERVAL) < 0) {
            return;
        }
        String line = SafeText.line(pending);
        write("\r\033[K" + (line.length() > COLUMNS ? line.substring(0, COLUMNS - 1) + "…" : line));
        lastShown = now;
        visible = true;
        pending = "";
    }

    /** Takes the line away, so that something else can be written. */
    public void clear() {
        if (visible) {
            write("\r\033[K");
            visible = false;
            lastShown = Instant.EPOCH;
        }
    }

    private void write(String text) {
        surroundings.err().print(text);
        surroundings.err().flush();
    }
}
