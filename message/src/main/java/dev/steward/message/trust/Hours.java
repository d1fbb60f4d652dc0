// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import dev.steward.message.RefusedException;
import dev.steward.message.text.DidYouMean;
import dev.steward.message.text.Quoted;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When a rule holds, by the clock on the wall of its zone: {@code Mon-Fri 08:00-18:00}. The end is not part of it. A
 * span that ends before it begins goes on into the next day, and is named by the day on which it begins.
 */
record Hours(List<Span> spans, ZoneId zone, String text) {
    private static final List<String> DAYS = List.of("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun");
    private static final Pattern SPAN =
            Pattern.compile("(?:([A-Za-z,-]{3,40}) )?([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})");
    private static final int DAY_MINUTES = 24 * 60;

    Hours {
        spans = List.copyOf(spans);
    }

    /** @param toMinute of the day, not included; below {@code fromMinute} where it is of the next day */
    record Span(Set<DayOfWeek> days, int fromMinute, int toMinute) {
        boolean contains(DayOfWeek day, int minute) {
            if (fromMinute < toMinute) {
                return days.contains(day) && minute >= fromMinute && minute < toMinute;
            }
            return (days.contains(day) && minute >= fromMinute) || (days.contains(day.minus(1)) && minute < toMinute);
        }
    }

    static ZoneId zone(String text) throws RefusedException {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            throw new RefusedException("%s is no time zone; write one as Europe/Oslo or UTC%s"
                    .formatted(Quoted.of(text), DidYouMean.suffix(text, ZoneId.getAvailableZoneIds())));
        }
    }

    boolean contains(Instant now) {
        ZonedDateTime there = now.atZone(zone);
        int minute = there.getHour() * 60 + there.getMinute();
        return spans.stream().anyMatch(span -> span.contains(there.getDayOfWeek(), minute));
    }

    /** Day and time there, for a reason. */
    String timeThere(Instant now) {
        ZonedDateTime there = now.atZone(zone);
        return "%s %02d:%02d in %s"
                .formatted(DAYS.get(there.getDayOfWeek().getValue() - 1), there.getHour(), there.getMinute(), zone);
    }

    static Span span(String text) throws RefusedException {
        Matcher matcher = SPAN.matcher(text);
        if (!matcher.matches()) {
            throw new RefusedException(
                    "%s is no span of hours; write it as Mon-Fri 08:00-18:00".formatted(Quoted.of(text)));
        }
        int from = minute(text, matcher.group(2), matcher.group(3));
        int to = minute(text, matcher.group(4), matcher.group(5));
        if (from == to || from == DAY_MINUTES) {
            throw new RefusedException("%s is an empty span; a whole day is 00:00-24:00".formatted(Quoted.of(text)));
        }
        String days = matcher.group(1);
        return new Span(days == null ? EnumSet.allOf(DayOfWeek.class) : days(text, days), from, to);
    }

    private static int minute(String text, String hour, String minute) throws RefusedException {
        int minutes = Integer.parseInt(hour) * 60 + Integer.parseInt(minute);
        if (minutes > DAY_MINUTES || Integer.parseInt(minute) >= 60) {
            throw new RefusedException("%s has a time that is not between 00:00 and 24:00".formatted(Quoted.of(text)));
        }
        return minutes;
    }

    private static Set<DayOfWeek> days(String text, String list) throws RefusedException {
        var days = EnumSet.noneOf(DayOfWeek.class);
        for (String each : list.split(",", -1)) {
            String[] ends = each.split("-", -1);
            if (ends.length > 2) {
                throw new RefusedException("%s: %s are no days".formatted(Quoted.of(text), Quoted.of(each)));
            }
            DayOfWeek last = day(text, ends[ends.length - 1]);
            DayOfWeek day = day(text, ends[0]);
            days.add(day);
            while (day != last) {
                day = day.plus(1);
                days.add(day);
            }
        }
        return days;
    }

    private static DayOfWeek day(String text, String name) throws RefusedException {
        int index = DAYS.indexOf(name);
        if (index < 0) {
            throw new RefusedException("%s: %s is none of the days %s%s"
                    .formatted(
                            Quoted.of(text), Quoted.of(name), String.join(", ", DAYS), DidYouMean.suffix(name, DAYS)));
        }
        return DayOfWeek.of(index + 1);
    }
}
