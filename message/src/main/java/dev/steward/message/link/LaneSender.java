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
 * sends again what is not recorded. How much of the link it may use is told by {@link Congestion}.
 */
final class LaneSender {
    private static final long MIN_RESEND_MS = 2_000;
    private static final long MAX_RESEND_MS = 60_000;

    private static final class InFlight {
        final long number;
        OutboxEntry entry;
        /** Of the largest that has left under this number. */
        int bytes;

        final long sentAt;
        /** Unrecorded bytes on the whole link when it left, its own included. */
        final long flight;
        /** Sent more than once, so that nobody knows which one a receipt answers (Karn), or while the link went silent. */
        boolean timesNothing;

        InFlight(long number, OutboxEntry entry, long sentAt, long flight) {
            this.number = number;
            this.entry = entry;
            this.bytes = entry.encodedBytes();
            this.sentAt = sentAt;
            this.flight = flight;
        }
    }

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
    /** What the time-outs without progress in between have made of it; 0 for none. */
    private long backedOff;

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
            if (flight.entry.id().equals(id)) {
                settled.add(id);
                return OptionalLong.of(flight.entry.position());
            }
        }
        removeQueued(entry -> entry.id().equals(id));
        return OptionalLong.empty();
    }

    void replace(MessageId id, Subject subject, byte[] body) {
        for (InFlight flight : inFlight) {
            if (flight.entry.id().equals(id)) {
                flight.entry = flight.entry.with(subject, body);
                int more = Math.max(0, flight.entry.encodedBytes() - flight.bytes);
                flight.bytes += more;
                inFlightBytes += more;
                return;
            }
        }
        List<OutboxEntry> waiting = List.copyOf(queue);
        queue.clear();
        waiting.stream()
                .map(entry -> entry.id().equals(id) ? entry.with(subject, body) : entry)
                .forEach(queue::addLast);
        countQueued();
    }

    void forget(Subject subject) {
        removeQueued(entry -> entry.subject().equals(subject));
    }

    /** A new conversation: numbers begin anew, and whatever is not recorded is sent again. */
    void restart() {
        while (!inFlight.isEmpty()) {
            OutboxEntry entry = inFlight.removeLast().entry;
            if (!settled.contains(entry.id())) {
                queue.addFirst(entry);
                queuedBytes += entry.encodedBytes();
            }
        }
        settled.clear();
        inFlightBytes = 0;
        nextNumber = 1;
        peerWindow = Limits.WINDOW_BYTES;
        backedOff = 0;
    }

    /** Sends what the windows of lane and link have room for. */
    void pump(long now, Link link, LinkStore store, LinkSink out) {
        var firstSends = new ArrayList<Long>();
        while (peerWindow > 0 && link.hasRoom(lane)) {
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
                armResend(now, link);
            }
            inFlightBytes += entry.encodedBytes();
            var flight = new InFlight(nextNumber++, entry.asSent(), now, link.inFlightBytes());
            inFlight.addLast(flight);
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
        boolean opens = peerWindow == 0 && receipt.window() > 0;
        peerWindow = receipt.window();
        InFlight newest = null;
        boolean timed = true;
        while (!inFlight.isEmpty() && inFlight.getFirst().number <= receipt.number()) {
            newest = inFlight.removeFirst();
            timed &= !newest.timesNothing;
            OutboxEntry entry = newest.entry;
            inFlightBytes -= newest.bytes;
            if (!settled.remove(entry.id())) {
                out.write(new LinkWrite.DeleteOutbox(entry.position()));
            }
            out.tell(new LinkEvent.PeerRecorded(entry));
        }
        if (newest != null) {
            if (timed) {
                link.congestion().roundTrip(now - newest.sentAt, newest.flight);
            }
            backedOff = 0;
            armResend(now, link);
        }
        if (opens) { // what was in flight was refused: the newest goes out at once, and the receiver asks for the rest
            forgetTimes();
            backedOff = 0;
            resendAt = now;
        }
        return true;
    }

    void resend(long now, long from, long upTo, Link link, LinkSink out) {
        for (InFlight flight : inFlight) {
            if (flight.number >= from && flight.number <= upTo) {
                flight.timesNothing = true;
                send(flight, link, out);
            }
        }
        armResend(now, link);
    }

    /**
     * On time-out only the newest frame goes out again (as a tail loss probe, RFC 8985): where it is all that is missing,
     * or its receipt is, that is enough, and where more is, the receiver sees the gap and asks. What is only late, behind
     * a full line, is not repeated.
     */
    void tick(long now, Link link, LinkSink out) {
        if (!inFlight.isEmpty() && now >= resendAt) {
            InFlight newest = inFlight.getLast();
            newest.timesNothing = true;
            send(newest, link, out);
            backedOff = Math.min(resendDelay(link) * 2, MAX_RESEND_MS);
            armResend(now, link);
        }
    }

    /** Silence, or a broken connection, says nothing of the link's pace. */
    void forgetTimes() {
        inFlight.forEach(flight -> flight.timesNothing = true);
    }

    /** Unrecorded bytes that the receiver takes; what went to one that is closed is not on its way any longer. */
    long inFlightBytes() {
        return peerWindow > 0 ? inFlightBytes : 0;
    }

    long highestSent() {
        return nextNumber - 1;
    }

    private void removeQueued(Predicate<OutboxEntry> which) {
        if (queue.removeIf(which)) {
            countQueued();
        }
    }

    private void countQueued() {
        queuedBytes = queue.stream().mapToLong(OutboxEntry::encodedBytes).sum();
    }

    private void append(OutboxEntry entry) {
        queue.addLast(entry);
        queuedBytes += entry.encodedBytes();
        loadedUpTo = entry.position();
    }

    private int window() {
        return Math.min(peerWindow, Limits.WINDOW_BYTES);
    }

    private long resendDelay(Link link) {
        return Math.max(backedOff, link.congestion().timeout(MIN_RESEND_MS));
    }

    private void armResend(long now, Link link) {
        long delay = resendDelay(link);
        resendAt = now + delay + random.nextLong(delay / 4);
    }

    private void send(InFlight flight, Link link, LinkSink out) {
        OutboxEntry entry = flight.entry;
        out.send(new Frame.Data(
                link.envelope(), link.peerSession(), lane, flight.number, entry.id(), entry.subject(), entry.body()));
    }
}
