// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.ledger;

import java.util.List;
import java.util.OptionalLong;

/**
 * Which start of the station each event is from. An event is named by its era and its number; a ledger that was restored
 * from an older copy gives the numbers out again, in another era, so that the old names don't fit it.
 */
public record Eras(List<Era> eras) {
    /** From this event on, up to the next era. */
    public record Era(String name, long firstSeq) {}

    public Eras {
        if (eras.isEmpty()) {
            throw new IllegalArgumentException("every start of a station begins an era");
        }
        eras = List.copyOf(eras);
    }

    /** The era of an event; the first one also speaks for what was before it. */
    public String of(long seq) {
        for (Era era : eras.reversed()) {
            if (era.firstSeq() <= seq) {
                return era.name();
            }
        }
        return eras.getFirst().name();
    }

    /** The last number of an era of this ledger, {@code lastSeq} for the present one; empty where it has no such era. */
    public OptionalLong end(String name, long lastSeq) {
        for (int i = 0; i < eras.size(); i++) {
            if (eras.get(i).name().equals(name)) {
                return OptionalLong.of(i + 1 < eras.size() ? eras.get(i + 1).firstSeq() - 1 : lastSeq);
            }
        }
        return OptionalLong.empty();
    }
}
