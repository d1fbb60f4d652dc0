// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import dev.steward.message.Limits;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** The receiving end of one lane: takes frames in order of number, tells known messages by their id. */
final class LaneReceiver {
    private static final long RESEND_REQUEST_MS = 1_000;
    private static final long MAX_RESEND_REQUEST_MS = 10_000;

    private final Lane lane;
    private final RandomGenerator random;
    private long next = 1;
    private int window = Limits.WINDOW_BYTES;
    private boolean receiptDue;
    private long resendRequestedUntil;
    private final TreeMap<Long, Frame.Numbered> ahead = new TreeMap<>();
    private long aheadBytes;

    LaneReceiver(Lane lane, RandomGenerator random) {
        this.lane = lane;
        this.random = random;
    }

    void restart() {
        next = 1;
        receiptDue = false;
        resendRequestedUntil = 0;
        ahead.clear();
        aheadBytes = 0;
    }

    void data(long now, Frame.Numbered data, Map<LinkStore.SeenKey, Long> seen, Link link, LinkSink out) {
        if (window <= 0) {
            link.counters().overWindow++; // not taken, not acknowledged: the sender keeps it
            receiptDue = true;
            return;
        }
        if (data.number() < next) {
            link.counters().repeats++;
            receiptDue = true;
            return;
        }
        if (data.number() > next) {
            link.counters().gaps++;
            keepAhead(data);
            requestResend(now, ahead.isEmpty() ? data.number() - 1 : ahead.firstKey() - 1, link, out);
            return;
        }
        take(data, seen, link, out);
        while (!ahead.isEmpty() && ahead.firstKey() == next) {
            Frame.Numbered following = ahead.pollFirstEntry().getValue();
            aheadBytes -= following.encodedBytes();
            take(following, seen, link, out);
        }
    }

    /** The next in order. */
    private void take(Frame.Numbered data, Map<LinkStore.SeenKey, Long> seen, Link link, LinkSink out) {
        next++;
        receiptDue = true;
        resendRequestedUntil = 0;
        var key = new LinkStore.SeenKey(data.id().session(), lane);
        // Identity is the id, never the number. A session's counters rise in order of sending, so the highest one
        // seen tells every known id of that session.
        if (data.id().counter() <= seen.getOrDefault(key, 0L)) {
            link.counters().duplicates++;
            out.tell(told(data, true));
            return;
        }
        seen.put(key, data.id().counter());
        out.write(new LinkWrite.PutSeen(
                link.peer(), data.id().session(), lane, data.id().counter()));
        link.trimSeen();
        out.tell(told(data, false));
    }

    private static LinkEvent told(Frame.Numbered taken, boolean known) {
        return switch (taken) {
            case Frame.Data data -> known ? new LinkEvent.Duplicate(data) : new LinkEvent.Deliver(data);
            case Frame.Unreadable unreadable -> new LinkEvent.Unreadable(unreadable, known);
        };
    }

    /** Holds a frame that overtook another, as far as the window that was granted goes. */
    private void keepAhead(Frame.Numbered data) {
        if (aheadBytes + data.encodedBytes() <= Limits.WINDOW_BYTES && ahead.putIfAbsent(data.number(), data) == null) {
            aheadBytes += data.encodedBytes();
        }
    }

    /** The sender says that it has sent up to {@code sent}: a lost tail shows here. */
    void peerSent(long now, long sent, Link link, LinkSink out) {
        if (window > 0 && sent >= next) { // a closed lane would refuse it again
            requestResend(now, sent, link, out);
        }
    }

    void grant(int bytes) {
        if ((bytes > 0) != (window > 0)) {
            receiptDue = true; // the sender is stopped or waits for the word to go on
        }
        window = bytes;
    }

    boolean takeReceiptDue() {
        boolean due = receiptDue;
        receiptDue = false;
        return due;
    }

    Frame.Receipt receipt() {
        return new Frame.Receipt(next - 1, Math.max(window, 0));
    }

    private void requestResend(long now, long upTo, Link link, LinkSink out) {
        if (now < resendRequestedUntil) {
            return; // one outstanding
        }
        long patience = Math.min(link.congestion().timeout(RESEND_REQUEST_MS), MAX_RESEND_REQUEST_MS);
        resendRequestedUntil = now + patience + random.nextLong(patience);
        out.send(new Frame.Resend(link.envelope(), link.peerSession(), lane, next, upTo));
    }
}
