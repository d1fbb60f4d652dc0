// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HoursTest {
    @Test
    void aSpanOverMidnightBelongsToTheDayOnWhichItBegins() throws Exception {
        Hours hours = hours("UTC", "Mon-Fri 22:00-06:00");

        in(hours, "2026-11-23T22:00:00Z", "2026-11-24T05:59:59Z"); // Monday evening, Tuesday morning
        in(hours, "2026-11-28T03:00:00Z"); // Saturday morning is Friday's
        out(hours, "2026-11-23T03:00:00Z"); // Monday morning is Sunday's
        out(hours, "2026-11-23T21:59:59Z", "2026-11-24T06:00:00Z", "2026-11-28T22:00:00Z");
    }

    @Test
    void daysMayBeRangesListsAndAllOfThem() throws Exception {
        in(hours("UTC", "Sat-Mon 08:00-09:00"), "2026-11-28T08:00:00Z", "2026-11-29T08:00:00Z", "2026-11-30T08:00:00Z");
        out(hours("UTC", "Sat-Mon 08:00-09:00"), "2026-11-27T08:00:00Z", "2026-12-01T08:00:00Z");
        in(hours("UTC", "Mon,Wed-Thu 08:00-09:00"), "2026-11-23T08:30:00Z", "2026-11-26T08:30:00Z");
        out(hours("UTC", "Mon,Wed-Thu 08:00-09:00"), "2026-11-24T08:30:00Z", "2026-11-27T08:30:00Z");
        in(hours("UTC", "00:00-24:00"), "2026-11-23T00:00:00Z", "2026-11-29T23:59:59Z");
        in(hours("UTC", "Sun 22:00-24:00"), "2026-11-29T23:59:59Z");
        out(hours("UTC", "Sun 22:00-24:00"), "2026-11-30T00:00:00Z");
        in(hours("UTC", "08:00-09:00", "10:00-11:00"), "2026-11-23T10:30:00Z");
        out(hours("UTC", "08:00-09:00", "10:00-11:00"), "2026-11-23T09:30:00Z");
    }

    @Test
    void theClockOnTheWallCountsInWinterAndInSummer() throws Exception {
        Hours hours = hours("Europe/Oslo", "Mon-Fri 08:00-16:00");

        in(hours, "2026-01-12T07:00:00Z", "2026-07-13T06:00:00Z");
        out(hours, "2026-01-12T06:59:59Z", "2026-07-13T05:59:59Z");
        out(hours, "2026-01-12T15:00:00Z", "2026-07-13T14:00:00Z");
    }

    @Test
    void theNightsWhenClocksAreSetAreNoHole() throws Exception {
        Hours night = hours("Europe/Oslo", "Sat 22:00-06:00");

        // Spring 2026: at 01:00 UTC 02:00 becomes 03:00; the night ends at 06:00 there, 04:00 UTC.
        in(night, "2026-03-28T21:00:00Z", "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2026-03-29T03:59:59Z");
        out(night, "2026-03-28T20:59:59Z", "2026-03-29T04:00:00Z");
        // Autumn: at 01:00 UTC 03:00 becomes 02:00; the night ends at 05:00 UTC.
        in(night, "2026-10-24T20:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T04:59:59Z");
        out(night, "2026-10-24T19:59:59Z", "2026-10-25T05:00:00Z");

        // An hour that the clock leaves out is none; one that it goes through twice is there twice.
        out(hours("Europe/Oslo", "02:00-03:00"), "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z");
        in(hours("Europe/Oslo", "02:00-03:00"), "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z");
    }

    @Test
    void theDayIsTheOneThere() throws Exception {
        in(hours("Pacific/Auckland", "Tue 08:00-09:00"), "2026-11-23T19:30:00Z");
        assertThat(hours("Pacific/Auckland", "Tue 08:00-09:00").timeThere(Instant.parse("2026-11-23T19:30:00Z")))
                .isEqualTo("Tue 08:30 in Pacific/Auckland");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Mon-Fri | is no span of hours; write it as Mon-Fri 08:00-18:00",
                "8:00-18:00 | is no span of hours",
                "Mon-Fri 08:00 - 18:00 | is no span of hours",
                "Mon-Fri 08:00-18:00 UTC | is no span of hours",
                "Mo-Fri 08:00-18:00 | 'Mo' is none of the days Mon, Tue, Wed, Thu, Fri, Sat, Sun; did you mean 'Mon'?",
                "mon 08:00-18:00 | 'mon' is none of the days",
                "Mon-Tue-Wed 08:00-18:00 | 'Mon-Tue-Wed' are no days",
                "Mon,,Tue 08:00-18:00 | '' is none of the days",
                "Mon- 08:00-18:00 | '' is none of the days",
                "08:00-08:00 | is an empty span; a whole day is 00:00-24:00",
                "24:00-06:00 | is an empty span",
                "08:60-09:00 | a time that is not between 00:00 and 24:00",
                "08:00-24:01 | a time that is not between",
                "25:00-26:00 | a time that is not between",
            })
    void aSpanThatIsNoneIsRefused(String text, String reason) {
        assertThatThrownBy(() -> Hours.span(text))
                .hasMessageContaining("'%s'".formatted(text))
                .hasMessageContaining(reason);
    }

    @Test
    void aZoneThatIsNoneIsRefused() {
        assertThatThrownBy(() -> Hours.zone("Europe/Olso"))
                .hasMessage(
                        "'Europe/Olso' is no time zone; write one as Europe/Oslo or UTC; did you mean 'Europe/Oslo'?");
    }

    private static Hours hours(String zone, String... spans) throws Exception {
        var read = new ArrayList<Hours.Span>();
        for (String span : spans) {
            read.add(Hours.span(span));
        }
        return new Hours(read, Hours.zone(zone), String.join(", ", List.of(spans)));
    }

    private static void in(Hours hours, String... times) {
        assertThat(times).allMatch(time -> hours.contains(Instant.parse(time)));
    }

    private static void out(Hours hours, String... times) {
        assertThat(times).noneMatch(time -> hours.contains(Instant.parse(time)));
    }
}
