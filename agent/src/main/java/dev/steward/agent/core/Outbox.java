// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.core;

import dev.steward.message.Ack;
import dev.steward.message.ErrorEvent;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.Subject;
import dev.steward.message.link.Lane;
import dev.steward.message.link.Link;
import dev.steward.message.link.LinkSink;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.Now;
import dev.steward.message.link.OutboxEntry;
import dev.steward.message.link.Session;

/** Gives messages to the station their identity and place, and keeps streamed output and errors within bounds. */
final class Outbox {
    private final NodeName station;
    private final Session session;
    private final long bulkLimit;
    private final Link link;
    private final LinkSink sink;
    private long position;
    private long counter;
    private long bulkBytes;
    private long errorsWaiting;
    private long errorsLeftOut;

    Outbox(AgentCore.Settings settings, Link link, LinkSink sink, AgentStore store) {
        this.station = settings.station();
        this.session = settings.session();
        this.bulkLimit = settings.capacity().bulkBytes();
        this.link = link;
        this.sink = sink;
        this.position = store.lastOutboxPosition();
        this.bulkBytes = store.bulkBytes();
        this.errorsWaiting = store.waiting(Subject.errorLog(station));
    }

    MessageId ack(Now now, String process, Ack ack) {
        return put(now, Lane.RESULTS, ackSubject(process), ack.encode());
    }

    /** An end that is told for the first time or again, in the bytes that the journal keeps. */
    void finished(Now now, String process, byte[] ack) {
        put(now, Lane.RESULTS, ackSubject(process), ack);
    }

    /** Tells of an error, where not too many of them wait already; the next one that finds room counts those. */
    void error(Now now, ErrorEvent event) {
        // On a refusal an execution hangs, but whoever feeds this node with what it refuses must not fill its disk.
        int limit = event.refused().isPresent() ? Limits.INBOX_COMMANDS : Limits.ERRORS_WAITING;
        if (errorsWaiting >= limit) {
            errorsLeftOut++;
            return;
        }
        errorsWaiting++;
        var told = errorsLeftOut == 0
                ? event
                : new ErrorEvent(
                        event.source(),
                        "%s (before it %d errors were left out)".formatted(event.text(), errorsLeftOut),
                        event.at(),
                        event.refused());
        errorsLeftOut = 0;
        put(now, Lane.RESULTS, Subject.errorLog(station), told.encode());
    }

    /** @return false where the budget of streamed output is used up and the chunk was not taken */
    boolean output(Now now, String process, Ack.Output ack) {
        byte[] body = ack.encode();
        if (bulkBytes + body.length > bulkLimit) {
            return false;
        }
        bulkBytes += body.length;
        put(now, Lane.BULK, ackSubject(process), body);
        return true;
    }

    void recorded(OutboxEntry entry) {
        if (entry.lane() == Lane.BULK) {
            bulkBytes -= entry.body().length;
        } else if (entry.subject().equals(Subject.errorLog(station))) {
            errorsWaiting--;
        }
    }

    private Subject ackSubject(String process) {
        int dot = process.indexOf('.');
        return Subject.ack(station, process.substring(0, dot), process.substring(dot + 1));
    }

    private MessageId put(Now now, Lane lane, Subject subject, byte[] body) {
        var id = new MessageId(session, ++counter);
        // Marked as sent from the start where the link is live: it goes out right after this commit, or may.
        link.enqueue(now, new OutboxEntry(++position, station, lane, id, subject, body, link.isLive()), sink);
        return id;
    }
}
