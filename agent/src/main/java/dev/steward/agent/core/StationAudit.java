// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.core;

import dev.steward.message.Tally;
import dev.steward.message.audit.AuditEntry.Who;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.link.Now;
import java.util.Optional;

/**
 * Remembers how far the station's audit log had come. A station that has cut its log, or written it anew, would have to do
 * so at every node as well.
 */
final class StationAudit {
    private static final long ENTER_EVERY_MS = 86_400_000;
    private static final long ENTER_EVERY_ENTRIES = 1_000;

    /** However much a station says that its log has grown: it must not crowd out what this node has judged. */
    private static final long ENTER_AT_MOST_EVERY_MS = 3_600_000;

    /** A station's log grows with what is ordered anywhere: a node's disk is not to be written for each word of that. */
    private static final long KEEP_EVERY_MS = 600_000;

    private final AgentSink sink;
    private final AuditLog audit;
    private final Tally back = new Tally();
    private Optional<AuditMark> newest;
    private AuditMark entered = AuditMark.NONE;
    private long enterAt;
    private long mayEnterAt;
    private long keepAt;

    StationAudit(AgentStore store, AgentSink sink, AuditLog audit, Now now) {
        this.sink = sink;
        this.audit = audit;
        this.newest = store.stationAudit();
        this.enterAt = now.millis();
        this.keepAt = now.millis();
    }

    /** A live station says how far its log has come. */
    void heard(Now now, AuditMark said) {
        if (newest.filter(said::equals).isPresent()) {
            return;
        }
        Optional<AuditMark> former = newest.filter(said::goesBackFrom);
        newest = Optional.of(said);
        if (former.isPresent()) {
            if (back.next()) { // a station that takes turns between two must not fill this log
                String text =
                        "the station's audit log went back from entry %s to %s (time %d): its ledger was restored, or the log was changed"
                                .formatted(former.get(), said, back.count());
                sink.log(System.Logger.Level.WARNING, text);
                enter(now, said, text);
                keep(now, said);
            } else if (now.millis() >= keepAt) {
                keep(now, said);
            }
        } else if (now.millis() >= enterAt
                || (said.number() - entered.number() >= ENTER_EVERY_ENTRIES && now.millis() >= mayEnterAt)) {
            enter(now, said, "the station's audit log is at entry " + said);
            keep(now, said);
        } else if (now.millis() >= keepAt) {
            keep(now, said);
        }
    }

    private void keep(Now now, AuditMark said) {
        keepAt = now.millis() + KEEP_EVERY_MS;
        sink.write(new JournalWrite.PutStationAudit(said));
    }

    private void enter(Now now, AuditMark said, String text) {
        enterAt = now.millis() + ENTER_EVERY_MS;
        mayEnterAt = now.millis() + ENTER_AT_MOST_EVERY_MS;
        entered = said;
        audit.record(now, AuditAction.STATION, Who.ITSELF, text);
    }
}
