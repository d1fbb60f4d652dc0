// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import dev.steward.message.RefusedException;
import dev.steward.message.text.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;

/** When a key ends: after a duration, at the begin of a day in UTC, or at a time. */
public final class Expiry {
    /** Documents know years of four digits. */
    private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");

    private Expiry() {}

    public static Instant parse(String text, Instant now) throws RefusedException {
        Instant end = instant(text, now).truncatedTo(ChronoUnit.MILLIS);
        if (!end.isAfter(now) || !end.isBefore(LATEST)) {
            throw new RefusedException("--expires: %s is not in the future, or too far in it".formatted(text));
        }
        return end;
    }

    private static Instant instant(String text, Instant now) throws RefusedException {
        try {
            if (text.matches("\\d{4}-\\d\\d-\\d\\d")) {
                return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
            }
            if (text.matches("\\d{4}-.*T.*")) {
                return Instant.parse(text);
            }
        } catch (DateTimeParseException e) {
            throw new RefusedException("--expires: '%s' is no day of the calendar".formatted(text));
        }
        try {
            Duration duration = Durations.parse(text);
            return duration.compareTo(Duration.between(now, LATEST)) > 0 ? LATEST : now.plus(duration);
        } catch (RefusedException e) {
            throw new RefusedException(
                    "--expires: '%s' is neither a duration, such as 90d, nor a day, such as 2027-01-31"
                            .formatted(text));
        }
    }
}
