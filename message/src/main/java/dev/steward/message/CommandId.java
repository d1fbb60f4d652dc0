// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** The id of a command, a UUIDv7 (RFC 9562): made by whoever orders, sorted by time of ordering. */
public record CommandId(UUID value) implements Comparable<CommandId> {
    private static final Pattern TEXT =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

    public static CommandId create(Instant now, RandomGenerator random) {
        long high = (now.toEpochMilli() << 16) | 0x7000 | (random.nextLong() & 0x0fff);
        long low = (random.nextLong() >>> 2) | 0x8000_0000_0000_0000L;
        return new CommandId(new UUID(high, low));
    }

    public static CommandId parse(String text) throws RefusedException {
        if (!TEXT.matcher(text).matches()) {
            throw new RefusedException("'%s' is not a command id (a UUIDv7 in lower case)"
                    .formatted(text.length() > 80 ? text.substring(0, 80) + "…" : text));
        }
        return new CommandId(UUID.fromString(text));
    }

    @Override
    public int compareTo(CommandId other) {
        int high = Long.compareUnsigned(value.getMostSignificantBits(), other.value.getMostSignificantBits());
        return high != 0
                ? high
                : Long.compareUnsigned(value.getLeastSignificantBits(), other.value.getLeastSignificantBits());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
