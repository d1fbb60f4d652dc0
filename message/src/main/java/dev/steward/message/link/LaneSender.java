// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import dev.steward.message.Limits;
import dev.steward.message.Subject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * The sending end of one lane: numbers messages at first transmission, keeps a window of unrecorded bytes in flight,
 * sends again what is not recorded.
 */
final class LaneSender {
    private static final long FIRST_RESEND_MS = 2_000;
    private static final long MAX_RESEND_MS = 60_000;

    private record InFlight(long number, OutboxEntry entry) {}

    /** In flight in this conversation, and not to be sent in another. */
    private final Set<MessageId> settled = new HashSet<>();

    private final Lane lane;
    private final RandomGenerator random;
    private final Deque<OutboxEntry> queue = new ArrayDeque<>();
    private final Deque<InFlight> inFlight = new ArrayDeque<>();
    private long queuedBytes;
    private long inFlightBytes;
    private long nextNumber = 1;
    private int peerWindow = Limits.WINDOW_BYTES;

    /** Whether the store may hold entries behind {@link #loadedUpTo} that are not in memory. */
    private boolean backlog = true;

    private long loadedUpTo;
    private long resendAt;
    private long resendDelay = FIRST_RESEND_MS;

    /** Set between a resend on time-out, which sends the first frame alone, and the receipt that it brings. */
    private boolean probing;

    LaneSender(Lane lane, RandomGenerator random) {
        this.lane = lane;
        this.random = random;
    }

    /** Takes an entry that is being stored in this step. */
    void enqueue(OutboxEntry entry, boolean live) {
        // What can't leave now waits in the store alone: thousands of silent nodes must not fill the memory.
        if (!live || backlog || queuedBytes + entry.encodedBytes() > Limits.LANE_MEMORY_BYTES) {
            backlog = true; // order of sending is order of storing, so later ones wait in the store too
        } else {
            append(entry);
        }
    }

    /** Removes an entry that was never sent. */
    void withdraw(long position) {
        removeQueued(entry -> entry.position() == position);
    }

    /**
     * Never sends this entry in another conversation; in this one its number is taken and may have to be repeated.
     *
     * @return its position, where it is in flight
     */
    OptionalLong settle(MessageId id) {
        for (InFlight flight : inFlight) {
            if (flight.entry().id().equals(id)) {
                settled.add(id);
                return OptionalLong.of(flight.entry().position());
            }
        }
        removeQueued(entry -> entry.id().equals(id));
        return OptionalLong.empty();
    }

    void forget(Subject subject) {
        removeQueued(entry -> entry.subject().equals(subject));
    }

    /** A new conversation: numbers begin anew, and whatever is not recorded is sent again. */
    void restart() {
        while (!inFlight.isEmpty()) {
            OutboxEntry entry = inFlight.removeLast().entry();
            if (!settled.contains(entry.id())) {
                queue.addFirst(entry);
                queuedBytes += entry.encodedBytes();
            }
        }
        settled.clear();
        inFlightBytes = 0;
        nextNumber = 1;
        peerWindow = Limits.WINDOW_BYTES;
        resendDelay = FIRST_RESEND_MS;
        probing = false;
    }

    /** Sends what the window has room for. */
    void pump(long now, Link link, LinkStore store, LinkSink out) {
        var firstSends = new ArrayList<Long>();
        while (peerWindow > 0) {
            if (queue.isEmpty() && backlog) {
                List<OutboxEntry> loaded = store.outboxAfter(link.peer(), lane, loadedUpTo, Limits.LANE_MEMORY_BYTES);
                loaded.forEach(this::append);
                backlog = !loaded.isEmpty(); // an empty answer means that memory now holds all there is
            }
            OutboxEntry entry = queue.peekFirst();
            // One message goes out however small the window, else a large one would never leave.
            if (entry == null || (!inFlight.isEmpty() && inFlightBytes + entry.encodedBytes() > window())) {
                break;
            }
            queue.removeFirst();
            queuedBytes -= entry.encodedBytes();
            if (!entry.sent()) {
                firstSends.add(entry.position());
            }
            if (inFlight.isEmpty()) {
                armResend(now);
            }
            var flight = new InFlight(nextNumber++, entry.asSent());
            inFlight.addLast(flight);
            inFlightBytes += entry.encodedBytes();
            send(flight, link, out);
        }
        if (!firstSends.isEmpty()) {
            out.write(new LinkWrite.MarkSent(List.copyOf(firstSends)));
        }
    }

    /** @return false where the receipt names a number that was not sent in this conversation */
    boolean recorded(long now, Frame.Receipt receipt, Link link, LinkSink out) {
        if (receipt.number() >= nextNumber) {
            return false;
        }
        peerWindow = receipt.window();
        boolean progress = false;
        while (!inFlight.isEmpty() && inFlight.getFirst().number() <= receipt.number()) {
            OutboxEntry entry = inFlight.removeFirst().entry();
            inFlightBytes -= entry.encodedBytes();
            if (!settled.remove(entry.id())) {
                out.write(new LinkWrite.DeleteOutbox(entry.position()));
            }
            out.tell(new LinkEvent.PeerRecorded(entry));
            progress = true;
        }
        if (progress) {
            resendDelay = FIRST_RESEND_MS;
            armResend(now);
            if (probing) {
                probing = false;
                resend(now, receipt.number() + 1, Long.MAX_VALUE, link, out);
            }
        }
        return true;
    }

    void resend(long now, long from, long upTo, Link link, LinkSink out) {
        for (InFlight flight : inFlight) {
            if (flight.number() >= from && flight.number() <= upTo) {
                send(flight, link, out);
            }
        }
        armResend(now);
    }

    /**
     * On time-out only the oldest frame goes out again: on a slow link the rest is probably under way, and the receipt
     * for this one tells.
     */
    void tick(long now, Link link, LinkSink out) {
        if (!inFlight.isEmpty() && now >= resendAt) {
            probing = true;
            send(inFlight.getFirst(), link, out);
            resendDelay = Math.min(resendDelay * 2, MAX_RESEND_MS);
            armResend(now);
        }
    }

    long highestSent() {
        return nextNumber - 1;
    }

    private void removeQueued(Predicate<OutboxEntry> which) {
        if (queue.removeIf(which)) {
            queuedBytes = queue.stream().mapToLong(OutboxEntry::encodedBytes).sum();
        }
    }

    private void append(OutboxEntry entry) {
        queue.addLast(entry);
        queuedBytes += entry.encodedBytes();
        loadedUpTo = entry.position();
    }

    private int window() {
        return Math.min(peerWindow, Limits.WINDOW_BYTES);
    }

    private void armResend(long now) {
        resendAt = now + resendDelay + random.nextLong(resendDelay / 4);
    }

    private void send(InFlight flight, Link link, LinkSink out) {
        OutboxEntry entry = flight.entry();
        out.send(new Frame.Data(
                link.envelope(), link.peerSession(), lane, flight.number(), entry.id(), entry.subject(), entry.body()));
    }
}
