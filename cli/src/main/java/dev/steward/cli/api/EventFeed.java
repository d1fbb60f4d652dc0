// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.cli.terminal.Failure;
import dev.steward.message.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The events of one command from the beginning, each once and in order, for as long as it is open: a broken connection
 * is taken up again after the last event that came. A thread of its own reads, so that waiting can have a deadline.
 */
public final class EventFeed implements AutoCloseable {
    /** What a feed tells. */
    public sealed interface Signal {
        record Event(ServerEvent event) implements Signal {}

        /** The connection is gone and is being made anew. */
        record Broken(String reason) implements Signal {}

        /** It is there again. */
        record Restored() implements Signal {}

        /**
         * What was told so far is void: the station's ledger was restored from an older copy or made anew, and its events
         * follow from the beginning.
         */
        record Reset(String reason) implements Signal {}

        /** There will be no more. */
        record Ended(Failure failure) implements Signal {}
    }

    private static final int QUEUED_SIGNALS = 256;
    private static final String BEGINNING = "0";
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final StationClient client;
    private final String command;
    private final BlockingQueue<Signal> signals = new ArrayBlockingQueue<>(QUEUED_SIGNALS);
    private final Thread reader;

    // Of the reader alone.
    private String lastId = BEGINNING;
    private boolean broken;
    private Duration pause = FIRST_PAUSE;

    private volatile boolean closed;

    private EventFeed(StationClient client, String command) {
        this.client = client;
        this.command = command;
        this.reader = Thread.ofVirtual().name("events").unstarted(this::readOn);
    }

    public static EventFeed open(StationClient client, String command) {
        var feed = new EventFeed(client, command);
        feed.reader.start();
        return feed;
    }

    /** The next signal, or empty after {@code timeout}. */
    public Optional<Signal> next(Duration timeout) throws InterruptedException {
        return Optional.ofNullable(signals.poll(Math.max(0, timeout.toMillis()), TimeUnit.MILLISECONDS));
    }

    @Override
    public void close() {
        closed = true;
        reader.interrupt(); // frees a virtual thread from a socket's read, too
    }

    private void readOn() {
        try {
            while (!closed) {
                try {
                    readConnection();
                    breakOff("the station closed the connection");
                } catch (Failure e) {
                    if (!e.isUnreachable()) {
                        signals.put(new Signal.Ended(e));
                        return;
                    }
                    breakOff(e.text());
                } catch (IOException e) {
                    breakOff(Http.reason(e));
                } catch (RefusedException e) {
                    signals.put(new Signal.Ended(StationClient.unreadable(e)));
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void readConnection() throws Failure, IOException, RefusedException, InterruptedException {
        try (InputStream in = client.stream(command, lastId)) {
            if (broken) {
                broken = false;
                signals.put(new Signal.Restored());
            }
            var events = new EventReader(in, () -> pause = FIRST_PAUSE);
            for (var next = events.next(); next.isPresent() && !closed; next = events.next()) {
                pass(next.get());
            }
        }
    }

    private void pass(ServerEvent event) throws RefusedException, InterruptedException {
        event.id().ifPresent(id -> lastId = id);
        signals.put(
                event.type().equals("reset") ? new Signal.Reset(event.data().text("reason")) : new Signal.Event(event));
    }

    private void breakOff(String reason) throws InterruptedException {
        if (!broken && !closed) {
            broken = true;
            signals.put(new Signal.Broken(reason));
        }
        Thread.sleep(pause);
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }
}
