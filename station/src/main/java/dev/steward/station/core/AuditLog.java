// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.Document;
import dev.steward.message.audit.AuditChain;
import dev.steward.message.audit.AuditEntry;
import dev.steward.message.audit.AuditEntry.Who;
import dev.steward.message.audit.AuditHash;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.link.Now;
import dev.steward.message.trust.Trust;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Who has done what at this station: only ever added to, in the same commit as what it tells of. Each entry's hash covers
 * all before it, and now and then the station signs how far it has come.
 */
final class AuditLog {
    /** Entries between two signed heads, at most. */
    private static final int HEAD_ENTRIES = 1_000;

    /** How long an entry waits for a signed head, at most. */
    private static final Duration HEAD_AFTER = Duration.ofHours(1);

    private final StationSink sink;
    private final HeadSigner signer;
    private long number;
    private AuditHash hash;
    private long signed;
    private long signAt = Long.MAX_VALUE;

    AuditLog(StationStore store, StationSink sink, HeadSigner signer, Now now) {
        this.sink = sink;
        this.signer = signer;
        StationStore.AuditTail tail = store.auditTail();
        this.number = tail.number();
        this.hash = tail.hash();
        this.signed = tail.signed();
        if (signed < number) {
            signAt = now.millis();
        }
    }

    void record(Now now, AuditAction action, Who who, String on, String text) {
        record(now, action, who, Optional.of(on), text, List.of());
    }

    void record(Now now, AuditAction action, Who who, String text) {
        record(now, action, who, Optional.empty(), text, List.of());
    }

    /** @param documents that were signed, without their signatures */
    void record(Now now, AuditAction action, Who who, Optional<String> on, String text, List<byte[]> documents) {
        Optional<String> digest = documents.isEmpty() ? Optional.empty() : Optional.of(AuditChain.digest(documents));
        byte[] entry = new AuditEntry(number + 1, now.wall(), action.toString(), who, on, text, digest).encode();
        number++;
        hash = hash.then(entry);
        sink.write(new LedgerWrite.PutAudit(number, entry, hash));
        signAt = Math.min(signAt, now.millis() + HEAD_AFTER.toMillis());
    }

    /** How far it has come, with what the open batch has added. */
    AuditMark mark() {
        return new AuditMark(number, hash);
    }

    /** Whoever has signed a document, by the name that his key has here. */
    static Who signer(Trust trust, Document document, String via) {
        return new Who(
                Optional.of(trust.nameOf(document.issuer())),
                Optional.of(document.issuer().value()),
                Optional.of(via));
    }

    static Who signers(Collection<String> names, String via) {
        return new Who(Optional.of(String.join(", ", names)), Optional.empty(), Optional.of(via));
    }

    void tick(Now now) {
        if (now.millis() >= signAt || number - signed >= HEAD_ENTRIES) {
            sign(now);
        }
    }

    /** Signs how far the log has come. */
    void sign(Now now) {
        if (signed < number) {
            Optional<byte[]> head = signer.sign(now, number, hash);
            head.ifPresent(bytes -> sink.write(new LedgerWrite.PutAuditHead(number, hash, bytes)));
            signed = head.isPresent() ? number : signed;
        }
        signAt = signed < number ? now.millis() + HEAD_AFTER.toMillis() : Long.MAX_VALUE;
    }
}
