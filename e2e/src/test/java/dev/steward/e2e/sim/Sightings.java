// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.agent.core.JournalWrite;
import dev.steward.message.Ack;
import dev.steward.message.CommandId;
import dev.steward.message.Outcome;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.link.Lane;
import dev.steward.message.link.LinkCounters;
import dev.steward.message.link.LinkWrite;
import java.util.HashSet;
import java.util.Set;

/** Counts the rare branches that show only in what the programs write or have counted themselves. */
final class Sightings {
    private final World world;
    private final Set<String> told = new HashSet<>();

    Sightings(World world) {
        this.world = world;
    }

    /** Counts what can only be seen in what the agents write. */
    void write(JournalWrite write) {
        switch (write) {
            case JournalWrite.PutExecution(var execution)
            when execution.finished().isPresent() -> end(execution.finished().get());
            case JournalWrite.OfLink(LinkWrite.PutOutbox(var entry))
            when entry.lane() == Lane.RESULTS && entry.subject().kind() == Subject.Kind.ACK -> {
                switch (decode(entry.body())) {
                    case Ack.Unsure unsure -> world.reached(Reached.ASKED_BEFORE_A_START);
                    case Ack.Finished(CommandId id, Outcome outcome) -> {
                        if (!told.add(entry.peer() + entry.subject().toString() + id + outcome.finishedAt())) {
                            world.reached(Reached.TOLD_AGAIN);
                        }
                    }
                    default -> {}
                }
            }
            default -> {}
        }
    }

    private void end(byte[] ack) {
        if (decode(ack) instanceof Ack.Finished(CommandId id, Outcome outcome)) {
            String reason = outcome.reason().orElse("");
            if (reason.contains("the station had recorded the end")) {
                world.reached(Reached.JOURNAL_OLDER_THAN_AN_END);
            } else if (reason.contains("the station has heard of start")) {
                world.reached(Reached.JOURNAL_OLDER_THAN_A_START);
            }
        }
    }

    private static Ack decode(byte[] body) {
        try {
            return Ack.decode(body);
        } catch (RefusedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a link has met in its life. */
    void link(LinkCounters counters) {
        world.reached(Reached.LINK_REPEAT, counters.repeats);
        world.reached(Reached.LINK_DUPLICATE, counters.duplicates);
        world.reached(Reached.LINK_GAP, counters.gaps);
        world.reached(Reached.LINK_STALE, counters.stale);
        world.reached(Reached.LINK_OVER_WINDOW, counters.overWindow);
        world.reached(Reached.LINK_NOT_LIVE, counters.notLive);
        world.reached(Reached.LINK_STALE_GENERATION, counters.staleGeneration);
    }
}
