// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.json.Json;
import dev.steward.station.ledger.Eras;
import dev.steward.station.ledger.LedgerReader;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The live stream. Each client has a cursor into the ledger's numbers and reads behind it whenever there is news, so
 * replay and live are one and the same, and a slow client costs nothing but its own thread.
 */
final class EventStream {
    static final int MAX_STREAMS = 500;
    private static final int ROWS = 200;
    private static final long KEEP_ALIVE_MS = 15_000;
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

    private final LedgerReader ledger;
    private final Feed feed;
    private final Presence presence;
    private final Views views;
    private final AtomicInteger open = new AtomicInteger();
    private volatile boolean closed;

    /**
     * What a client wants to be told.
     *
     * @param command of this command only, null for all
     * @param nodes also which nodes come and go
     * @param last the last event that the client has, null for only what comes
     * @param good whether its credential still is
     */
    record Wish(
            @Nullable String command,
            boolean nodes,
            @Nullable EventId last,
            BooleanSupplier good) {}

    EventStream(LedgerReader ledger, Feed feed, Presence presence, Views views) {
        this.ledger = ledger;
        this.feed = feed;
        this.presence = presence;
        this.views = views;
    }

    /** Ends all streams. */
    void close() {
        closed = true;
        feed.publish();
        long deadline = System.nanoTime() + CLOSE_WITHIN.toNanos();
        while (open.get() > 0 && System.nanoTime() < deadline) { // else the server cuts them in the middle
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Serves one client on its own thread until either side is gone. */
    void serve(Context context, Wish wish) throws InterruptedException {
        if (open.incrementAndGet() > MAX_STREAMS) {
            open.decrementAndGet();
            throw ApiException.unavailable("there are already %d streams".formatted(MAX_STREAMS));
        }
        try {
            follow(context.res().getOutputStream(), wish);
        } catch (IOException e) {
            // the client is gone, which is how every stream ends
        } finally {
            open.decrementAndGet();
        }
    }

    private void follow(OutputStream out, Wish wish) throws IOException, InterruptedException {
        @Nullable EventId last = wish.last;
        Eras eras = ledger.eras();
        long end = ledger.lastSeq();
        boolean foreign = last != null && !isPlaceIn(eras, end, last);
        long cursor = last == null ? end : foreign ? 0 : last.seq();
        long seen = 0;
        long presenceSeen = presence.version();
        comment(out);
        if (foreign) {
            reset(out);
        }
        while (!closed && wish.good.getAsBoolean()) {
            List<LedgerReader.Happening> rows = ledger.after(cursor, wish.command, ROWS);
            for (LedgerReader.Happening row : rows) {
                cursor = row.seq();
                event(out, row, eras.of(row.seq()));
            }
            if (wish.nodes) {
                presenceSeen = nodes(out, presenceSeen);
            }
            out.flush();
            if (rows.size() < ROWS) {
                long before = seen;
                seen = feed.await(seen, KEEP_ALIVE_MS);
                if (seen == before) {
                    comment(out);
                }
            }
        }
    }

    private long nodes(OutputStream out, long seen) throws IOException, InterruptedException {
        long version = presence.version();
        if (version > seen) {
            List<String> changed = presence.changedAfter(seen);
            for (LedgerReader.Node node : ledger.nodes()) {
                if (changed.contains(node.name())) {
                    write(out, "event: node\ndata: " + Json.text(views.node(node)) + "\n\n");
                }
            }
        }
        return version;
    }

    /** Whether the client has read up to there in this ledger, and not in what it was before it was restored. */
    private static boolean isPlaceIn(Eras eras, long lastSeq, EventId id) {
        OptionalLong end = eras.end(id.era(), lastSeq);
        return id.equals(EventId.BEGINNING) || (end.isPresent() && id.seq() <= end.getAsLong());
    }

    private static void reset(OutputStream out) throws IOException {
        String reason = "the last event is not of this ledger, which was restored or made anew; all events follow";
        write(
                out,
                "id: " + EventId.BEGINNING + "\nevent: reset\ndata: " + Json.text(Map.of("reason", reason)) + "\n\n");
    }

    private static void event(OutputStream out, LedgerReader.Happening row, String era) throws IOException {
        String name = row instanceof LedgerReader.TransitionRow ? "transition" : "output";
        Map<String, @Nullable Object> view = switch (row) {
            case LedgerReader.TransitionRow transition -> Views.transition(transition);
            case LedgerReader.OutputRow output -> Views.output(output);
        };
        write(out, "id: " + new EventId(era, row.seq()) + "\nevent: " + name + "\ndata: " + Json.text(view) + "\n\n");
    }

    private static void comment(OutputStream out) throws IOException {
        write(out, ": still here\n\n");
        out.flush();
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
