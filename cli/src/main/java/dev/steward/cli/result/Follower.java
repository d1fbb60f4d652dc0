// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.result;

import dev.steward.cli.api.CommandInfo;
import dev.steward.cli.api.EventFeed;
import dev.steward.cli.api.EventFeed.Signal;
import dev.steward.cli.api.ServerEvent;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.ExecutionState;
import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import java.time.Duration;
import java.util.Optional;

/** Follows one command through its stream of events until it is over. */
public final class Follower {
    /** Who wants to know. */
    public interface Listener {
        default void transition(JsonObject data, ExecutionState state) throws RefusedException {}

        default void output(JsonObject data) throws RefusedException {}

        /** The connection is gone; it is being made anew, for as long as it takes. */
        default void broken(String reason) {}

        default void restored() {}

        /** All that was told is void; what the station still knows follows from the beginning. */
        default void reset(String reason) {}

        /** Nothing came for a moment. */
        default void quiet() {}

        /** Whether following is of no more use, for instance because nobody reads what is printed. */
        default boolean done() {
            return false;
        }
    }

    private static final Duration QUIET = Duration.ofMillis(250);

    /** A stream that stays silent is not trusted for ever: the station is asked. */
    private static final Duration ASK_AFTER = Duration.ofSeconds(10);

    /** What the stream still had to tell has come once it was silent for so long. */
    private static final Duration DRAINED_AFTER = Duration.ofMillis(300);

    /** Output that its outcome covers comes by another lane and may be later. */
    static final Duration LATE_OUTPUT = Duration.ofSeconds(5);

    private final StationClient client;
    private final String id;
    private final Listener listener;
    private final StateCounts counts = new StateCounts();
    private boolean over;
    private long lastEventNanos = System.nanoTime();
    private long lastAskedNanos = System.nanoTime();

    public Follower(StationClient client, String id, Listener listener) {
        this.client = client;
        this.id = id;
        this.listener = listener;
    }

    public StateCounts counts() {
        return counts;
    }

    /** Returns as soon as every execution has ended; false where {@code deadline} came first. */
    public boolean untilOver(Deadline deadline) throws Failure, InterruptedException {
        try (var feed = EventFeed.open(client, id)) {
            while (!over && !deadline.hasPassed()) {
                step(feed, deadline);
            }
            return over;
        }
    }

    /** As {@link #untilOver}, and then until all events up to the end have been passed on, late output included. */
    public boolean untilDrained(CommandInfo command, Deadline deadline) throws Failure, InterruptedException {
        try (var feed = EventFeed.open(client, id)) {
            do {
                while (!over && !deadline.hasPassed() && !listener.done()) {
                    step(feed, deadline);
                }
                Deadline late = Deadline.in(LATE_OUTPUT);
                while (over && !late.hasPassed() && !listener.done() && !drained(command)) {
                    step(feed, late);
                }
            } while (!over && !deadline.hasPassed() && !listener.done()); // a reset made it open again
            return over;
        }
    }

    private void step(EventFeed feed, Deadline deadline) throws Failure, InterruptedException {
        Optional<Signal> signal = feed.next(deadline.atMost(QUIET));
        if (signal.isEmpty()) {
            listener.quiet();
            askOnceInAWhile();
            return;
        }
        switch (signal.get()) {
            case Signal.Event event -> take(event.event());
            case Signal.Broken broken -> listener.broken(broken.reason());
            case Signal.Restored restored -> listener.restored();
            case Signal.Reset reset -> {
                counts.clear();
                over = false;
                listener.reset(reset.reason());
            }
            case Signal.Ended ended -> throw orGone(ended.failure());
        }
    }

    private void take(ServerEvent event) throws Failure {
        lastEventNanos = System.nanoTime();
        JsonObject data = event.data();
        try {
            switch (event.type()) {
                case "transition" -> {
                    ExecutionState state = ExecutionState.parse(data.text("state"));
                    counts.set(data.text("node"), state);
                    over = !data.text("commandState").equals("running");
                    listener.transition(data, state);
                }
                case "output" -> listener.output(data);
                default -> {} // of a newer station
            }
        } catch (RefusedException e) {
            throw Failure.unreachable("the station's event can't be understood: " + e.getMessage());
        }
    }

    private void askOnceInAWhile() throws Failure {
        if (!hasBeen(ASK_AFTER, Math.max(lastEventNanos, lastAskedNanos))) {
            return;
        }
        lastAskedNanos = System.nanoTime();
        try {
            over = client.command(id).isOver();
        } catch (Failure e) {
            if (!e.isUnreachable()) {
                throw orGone(e);
            }
        }
    }

    /** The station knew the command when the following began. */
    private Failure orGone(Failure e) {
        return e.isNotFound() ? gone(id) : e;
    }

    static Failure gone(String id) {
        return Failure.incomplete("""
                the station does not know the command %s any more: its ledger was restored from an older copy or made anew
                  the nodes may have run it; see what they say of it with: steward events""".formatted(id));
    }

    /** Replayed events say that the command is over from the first on, so that alone ends nothing. */
    private boolean drained(CommandInfo command) throws Failure {
        return counts.ended() >= command.total()
                && hasBeen(DRAINED_AFTER, lastEventNanos)
                && CommandResult.outputsComplete(client, id);
    }

    private static boolean hasBeen(Duration duration, long sinceNanos) {
        return System.nanoTime() - sinceNanos >= duration.toNanos();
    }
}
