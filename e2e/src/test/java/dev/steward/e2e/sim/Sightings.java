// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.agent.core.JournalWrite;
import dev.steward.message.Ack;
import dev.steward.message.CommandId;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.Outcome;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.link.Lane;
import dev.steward.message.link.LinkCounters;
import dev.steward.message.link.LinkWrite;
import dev.steward.station.core.Execution;
import dev.steward.station.core.Transition;
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

    /** What an execution has met. */
    void transition(Transition transition, boolean isForged) {
        Execution before = transition.before();
        Execution after = transition.after();
        boolean station = transition.saidBy().equals(NodeName.CENTRAL);
        if (before.provisional() && !after.provisional()) {
            world.reached(Reached.LATE_WORD_AFTER_A_VERDICT);
        }
        if (before.state() == after.state() && before.provisional() == after.provisional()) {
            return;
        }
        switch (after.state()) {
            case CANCELED -> world.reached(station ? Reached.CANCELED_BEFORE_IT_LEFT : canceledByNode(after));
            case EXPIRED ->
                world.reached(
                        !station
                                ? Reached.EXPIRED_AT_NODE
                                : after.provisional() ? Reached.EXPIRED_PROVISIONALLY : Reached.EXPIRED_BEFORE_IT_LEFT);
            case REJECTED -> rejected(reason(after), isForged);
            case INTERRUPTED -> {
                world.reached(Reached.INTERRUPTED);
                if (after.attempt() == Limits.ATTEMPTS) {
                    world.reached(Reached.ATTEMPTS_USED_UP);
                }
            }
            case LOST -> world.reached(Reached.LOST);
            default -> {}
        }
    }

    private void rejected(String reason, boolean isForged) {
        world.reached(Reached.REJECTED);
        if (reason.contains("was revoked")) {
            world.reached(Reached.REVOKED);
        }
        if (reason.startsWith("refused: ") && isForged) {
            world.reached(Reached.FORGERY_REFUSED);
        }
    }

    private static Reached canceledByNode(Execution execution) {
        if (execution.attempt() > 0) {
            return Reached.CANCELED_WHILE_RUNNING;
        }
        return reason(execution).equals("canceled before it came")
                ? Reached.CANCELED_INSTEAD
                : Reached.CANCELED_BY_NODE;
    }

    private static String reason(Execution execution) {
        return execution.outcome().orElseThrow().reason().orElse("");
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
