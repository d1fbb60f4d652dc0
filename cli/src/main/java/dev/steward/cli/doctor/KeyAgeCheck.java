// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A key file that has not been written for a year. A copy may look younger than its key is, never older.
 *
 * @param todo what makes another key
 */
record KeyAgeCheck(Weakness weakness, Path file, String todo, Instant now) implements Check {
    static final Duration OLD = Duration.ofDays(365);

    @Override
    public List<Finding> findings() {
        try {
            Instant written = Files.getLastModifiedTime(file).toInstant();
            return written.plus(OLD).isBefore(now)
                    ? List.of(Finding.of(weakness, "a key is older than a year", file, todo))
                    : List.of();
        } catch (IOException e) {
            return List.of(); // there is no such key here
        }
    }
}
