// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.core;

import dev.steward.message.Limits;
import dev.steward.message.Tally;
import dev.steward.message.audit.AuditChain;
import dev.steward.message.audit.AuditEntry;
import dev.steward.message.audit.AuditEntry.Who;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.link.Now;
import dev.steward.message.signing.SignedDocument;
import java.util.List;
import java.util.Optional;

/**
 * What this node has judged: only ever added to, in the same commit as what it tells of. Each entry's hash covers all
 * before it, and every hello says how far it has come, so that a log that was cut or written anew shows at the station.
 */
final class AuditLog {
    private static final long HOUR_MS = 3_600_000;

    private final AgentSink sink;
    private AuditMark mark;

    private long hourBegan;
    private int refusedInHour;
    private final Tally leftOut = new Tally();
    private long leftOutTold;

    AuditLog(AgentStore store, AgentSink sink, Now now) {
        this.sink = sink;
        this.mark = store.auditMark();
        this.hourBegan = now.millis();
    }

    /** How far it has come, with what the open batch has added. */
    AuditMark mark() {
        return mark;
    }

    void record(Now now, AuditAction action, Who who, String text) {
        record(now, action, who, Optional.empty(), text, Optional.empty());
    }

    /**
     * @param on a command's id
     * @param signed what it was that was judged; its digest ties the entry to the station's of the same document
     */
    void record(
            Now now, AuditAction action, Who who, Optional<String> on, String text, Optional<SignedDocument> signed) {
        Optional<String> digest = signed.map(document -> AuditChain.digest(List.of(document.document())));
        long number = mark.number() + 1;
        byte[] entry = new AuditEntry(number, now.wall(), action.toString(), who, on, text, digest).encode();
        mark = mark.then(entry);
        sink.write(new JournalWrite.PutAudit(number, entry, mark.hash()));
    }

    /** Whoever feeds this node with what it refuses must not crowd out what came before: then only their count is entered. */
    void refused(Now now, Who who, Optional<String> on, String text, Optional<SignedDocument> signed) {
        tick(now);
        if (refusedInHour < Limits.NODE_AUDIT_REFUSED) {
            refusedInHour++;
            record(now, AuditAction.REFUSED, who, on, text, signed);
        } else if (leftOut.next()) {
            leftOutTold = leftOut.count();
            String counted = "%d further refusals in this hour; the last: %s".formatted(leftOutTold, text);
            record(now, AuditAction.REFUSED, who, on, counted, signed);
        }
    }

    void refused(Now now, String text) {
        refused(now, Who.ITSELF, Optional.empty(), text, Optional.empty());
    }

    /** Ends an hour with what was not told of it. */
    void tick(Now now) {
        if (now.millis() - hourBegan < HOUR_MS) {
            return;
        }
        if (leftOut.count() > leftOutTold) {
            record(
                    now,
                    AuditAction.REFUSED,
                    Who.ITSELF,
                    "%d further refusals in the hour that has ended".formatted(leftOut.count()));
        }
        hourBegan = now.millis();
        refusedInHour = 0;
        leftOut.reset();
        leftOutTold = 0;
    }
}
