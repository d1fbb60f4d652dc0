// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.Document;
import dev.steward.message.Limits;
import dev.steward.message.NodeRecord;
import dev.steward.message.OperatorList;
import dev.steward.message.RefusedException;
import dev.steward.message.TurnDown;
import dev.steward.message.audit.AuditEntry.Who;
import dev.steward.message.link.Now;
import dev.steward.message.signing.DocumentDigest;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.trust.Quorum;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes what only authorities may say, lists of operators and records of nodes, and keeps what lacks signatures by the
 * station's own trust file until enough have signed, or until its end. A courtesy to them, as for commands in
 * {@link Held}: each node counts the signatures itself.
 */
final class HeldDocuments {
    private static final int REVIEWED_AT_ONCE = 10;

    private final StationSink sink;
    private final Operators operators;
    private final Pact<NodeRecord> records;
    private final AuditLog audit;
    private final Map<HeldId, HeldDocument> held = new LinkedHashMap<>();
    private Deque<HeldId> toReview = new ArrayDeque<>();

    HeldDocuments(StationStore store, StationSink sink, Operators operators, Pact<NodeRecord> records, AuditLog audit) {
        this.sink = sink;
        this.operators = operators;
        this.records = records;
        this.audit = audit;
        store.heldDocuments().forEach(each -> held.put(each.id(), each));
        rulesChanged(); // also while the station was stopped
    }

    /** Takes another list of operators. */
    Answer list(Now now, String via, List<byte[]> documents) {
        if (documents.size() != 1) {
            return refused(Answer.Reason.BAD_REQUEST, "expected one document, a list of operators");
        }
        try {
            SignedDocument signed = SignedDocument.decode(documents.getFirst());
            return signed.read() instanceof OperatorList list
                    ? publish(now, via, signed, list, operators)
                    : refused(Answer.Reason.BAD_REQUEST, "expected a list of operators");
        } catch (RefusedException e) {
            return refused(Answer.Reason.BAD_REQUEST, "document: " + e.getMessage());
        }
    }

    /** Takes records of nodes, one after the other up to the first that is refused. */
    Answer records(Now now, String via, List<byte[]> documents) {
        var waiting = new ArrayList<HeldId>();
        for (byte[] bytes : documents) {
            Answer answer = record(now, via, bytes);
            if (!(answer instanceof Answer.Accepted accepted)) {
                return answer;
            }
            waiting.addAll(accepted.held());
        }
        return new Answer.Accepted(List.of(), waiting);
    }

    private Answer record(Now now, String via, byte[] bytes) {
        try {
            SignedDocument signed = SignedDocument.decode(bytes);
            return signed.read() instanceof NodeRecord record
                    ? publish(now, via, signed, record, records)
                    : refused(Answer.Reason.BAD_REQUEST, "expected records of nodes");
        } catch (RefusedException e) {
            return refused(Answer.Reason.BAD_REQUEST, "document: " + e.getMessage());
        }
    }

    private <D extends Document> Answer publish(Now now, String via, SignedDocument signed, D document, Pact<D> pact) {
        HeldId id = HeldId.of(signed.document());
        if (pact.isInForce(now, document)) {
            return new Answer.Accepted(List.of());
        }
        HeldDocument kept = held.get(id);
        if (kept != null) {
            return sign(now, via, kept, signed, document, pact);
        }
        Optional<Answer.Refused> obstacle = pact.obstacle(document);
        if (obstacle.filter(each -> each.reason() == Answer.Reason.CONFLICT).isPresent()) {
            return obstacle.get();
        }
        try {
            Quorum quorum = operators.trust().quorum(signed, document, now.wall());
            if (obstacle.isPresent()) {
                return obstacle.get();
            }
            Who who = quorum.authorities().size() == 1
                    ? AuditLog.signer(operators.trust(), document, via)
                    : AuditLog.signers(quorum.authorities(), via);
            return quorum.isMet() ? took(now, who, signed, document, pact) : hold(now, who, id, quorum, document, pact);
        } catch (RefusedException e) {
            return refused(Answer.Reason.FORBIDDEN, e.getMessage());
        }
    }

    private <D extends Document> Answer took(Now now, Who who, SignedDocument signed, D document, Pact<D> pact) {
        pact.take(now, who, signed, document);
        dropOvertaken(now);
        return new Answer.Accepted(List.of());
    }

    private <D extends Document> Answer hold(Now now, Who who, HeldId id, Quorum quorum, D document, Pact<D> pact) {
        if (held.size() >= Limits.HELD_DOCUMENTS) {
            return refused(
                    Answer.Reason.CONFLICT,
                    "it has %s, and %d documents wait for signatures already, the most that are kept. See steward pending"
                            .formatted(count(quorum), held.size()));
        }
        Instant at = now.wall().truncatedTo(ChronoUnit.MILLIS); // as the ledger keeps it
        put(new HeldDocument(
                id,
                quorum.signed().encode(),
                quorum.authorities(),
                quorum.needed(),
                at,
                at.plus(Limits.HELD_DOCUMENT_LIFE)));
        audit.record(
                now,
                AuditAction.HELD,
                who,
                Optional.of(id.value()),
                "it has %s: %s".formatted(count(quorum), pact.described(document)),
                List.of(quorum.signed().document()));
        return new Answer.Accepted(List.of(), List.of(id));
    }

    /** Takes further signatures; with as many as the trust file asks for the document takes effect. */
    Answer sign(Now now, String via, HeldId id, List<byte[]> documents) {
        if (documents.size() != 1) {
            return refused(Answer.Reason.BAD_REQUEST, "expected the one document that is held as " + id);
        }
        try {
            SignedDocument signed = SignedDocument.decode(documents.getFirst());
            if (!HeldId.of(signed.document()).equals(id)) {
                return held.containsKey(id)
                        ? refused(Answer.Reason.BAD_REQUEST, "the document is not that which is held as " + id)
                        : unknown(id);
            }
            return switch (signed.read()) {
                case OperatorList list -> sign(now, via, id, signed, list, operators);
                case NodeRecord record -> sign(now, via, id, signed, record, records);
                default -> refused(Answer.Reason.BAD_REQUEST, "expected a list of operators or a record of a node");
            };
        } catch (RefusedException e) {
            return refused(Answer.Reason.BAD_REQUEST, "document: " + e.getMessage());
        }
    }

    private <D extends Document> Answer sign(
            Now now, String via, HeldId id, SignedDocument signed, D document, Pact<D> pact) {
        HeldDocument kept = held.get(id);
        if (kept == null) {
            return pact.isInForce(now, document)
                    ? new Answer.Accepted(List.of()) // the same again
                    : unknown(id);
        }
        return sign(now, via, kept, signed, document, pact);
    }

    private <D extends Document> Answer sign(
            Now now, String via, HeldDocument kept, SignedDocument given, D document, Pact<D> pact) {
        try {
            SignedDocument before = SignedDocument.decode(kept.signed());
            if (!Arrays.equals(before.document(), given.document())) {
                return refused(
                        Answer.Reason.CONFLICT, "another document is held as %s, by chance".formatted(kept.id()));
            }
            if (before.signatures().containsAll(given.signatures())) {
                return new Answer.Accepted(List.of(), List.of(kept.id())); // the same again
            }
            Quorum quorum = operators.trust().quorum(both(before, given), document, now.wall());
            var others = new ArrayList<>(quorum.authorities());
            others.removeAll(kept.signers());
            if (others.isEmpty()) {
                throw new RefusedException("authority: none of the signatures added is by another authority"
                        + " of the trust file, and holds");
            }
            Optional<Answer.Refused> obstacle = pact.obstacle(document);
            if (obstacle.isPresent()) { // whatever has changed since, it never takes effect by this
                drop(now, kept, obstacle.get().message());
                return obstacle.get();
            }
            audit.record(
                    now,
                    AuditAction.APPROVED,
                    AuditLog.signers(others, via),
                    Optional.of(kept.id().value()),
                    "%s: %s"
                            .formatted(
                                    quorum.isMet() ? "it takes effect" : "still held, " + count(quorum),
                                    pact.described(document)),
                    List.of(quorum.signed().document()));
            if (quorum.isMet()) {
                remove(kept.id());
                return took(now, AuditLog.signers(quorum.authorities(), via), quorum.signed(), document, pact);
            }
            put(kept.with(quorum));
            return new Answer.Accepted(List.of(), List.of(kept.id()));
        } catch (RefusedException e) {
            return refused(Answer.Reason.FORBIDDEN, e.getMessage());
        }
    }

    /** Of two by one key that which is kept, as it was seen to hold. What does not count is left out later. */
    private static SignedDocument both(SignedDocument kept, SignedDocument given) {
        var all = new ArrayList<>(kept.signatures());
        given.signatures().stream()
                .filter(each -> all.stream().noneMatch(one -> one.key().equals(each.key())))
                .forEach(all::add);
        return new SignedDocument(kept.document(), all);
    }

    /** Somebody who could sign it says that it is to wait no more. */
    Answer turnDown(Now now, String via, HeldId id, List<byte[]> documents) {
        HeldDocument kept = held.get(id);
        if (kept == null) {
            return unknown(id);
        }
        try {
            if (documents.size() != 1
                    || !(SignedDocument.decode(documents.getFirst()).read() instanceof TurnDown says)
                    || !says.document()
                            .equals(DocumentDigest.of(
                                    SignedDocument.decode(kept.signed()).document()))) {
                return refused(Answer.Reason.BAD_REQUEST, "expected one document that turns down " + id);
            }
            SignedDocument signed = SignedDocument.decode(documents.getFirst());
            Document document = SignedDocument.decode(kept.signed()).read();
            checkSay(now, signed, says, document);
            remove(id);
            audit.record(
                    now,
                    AuditAction.TURNED_DOWN,
                    AuditLog.signer(operators.trust(), says, via),
                    Optional.of(id.value()),
                    described(document),
                    List.of(signed.document()));
            return new Answer.Accepted(List.of());
        } catch (RefusedException e) {
            return refused(Answer.Reason.FORBIDDEN, e.getMessage());
        }
    }

    /** Whoever's signature counts has a say, as has whoever made it. */
    private void checkSay(Now now, SignedDocument signed, TurnDown says, Document document) throws RefusedException {
        if (document.issuer().equals(says.issuer())) {
            operators.trust().authenticate(signed, says);
            operators.trust().signers(signed, says, now.wall());
        } else {
            operators.trust().checkIssuerIsAuthority(signed, says, now.wall());
        }
    }

    /** Rules or operators have changed: what waits may have enough signatures now, or be worth nothing any more. */
    void rulesChanged() {
        toReview = new ArrayDeque<>(held.keySet());
    }

    /** To be called with each tick: signatures take time, so a little of what changed is looked at. */
    void review(Now now) {
        for (int i = 0; i < REVIEWED_AT_ONCE && !toReview.isEmpty(); i++) {
            HeldDocument each = held.get(toReview.remove());
            if (each != null) {
                review(now, each);
            }
        }
    }

    private void review(Now now, HeldDocument kept) {
        SignedDocument signed;
        Document document;
        try {
            signed = SignedDocument.decode(kept.signed());
            document = signed.read();
        } catch (RefusedException e) { // the ledger is from another version, or was damaged
            drop(now, kept, "this station can't read it: " + e.getMessage());
            return;
        }
        try {
            switch (document) {
                case OperatorList list -> review(now, kept, signed, list, operators);
                case NodeRecord record -> review(now, kept, signed, record, records);
                default -> {} // nothing else is held
            }
        } catch (RefusedException e) {
            // Its issuer is good no more, or there is no trust file now: it stays, and ends.
            sink.log(System.Logger.Level.INFO, "%s stays held: %s".formatted(kept.id(), e.getMessage()));
        }
    }

    private <D extends Document> void review(
            Now now, HeldDocument kept, SignedDocument signed, D document, Pact<D> pact) throws RefusedException {
        if (dropIfOvertaken(now, kept, document, pact)) {
            return;
        }
        Quorum quorum = operators.trust().quorum(signed, document, now.wall());
        if (!quorum.isMet() && !(quorum.authorities().equals(kept.signers()) && quorum.needed() == kept.needed())) {
            put(kept.with(quorum)); // one who has signed may be revoked
        }
        if (quorum.isMet()) {
            remove(kept.id());
            audit.record(
                    now,
                    AuditAction.APPROVED,
                    Who.ITSELF,
                    kept.id().value(),
                    "it takes effect, by the trust file of now: " + pact.described(document));
            took(now, AuditLog.signers(quorum.authorities(), "trust file"), quorum.signed(), document, pact);
        }
    }

    /** What can't take effect any more, for something else has. */
    private void dropOvertaken(Now now) {
        rulesChanged(); // a list that is in force may revoke who has signed
        for (HeldDocument each : List.copyOf(held.values())) {
            read(each).ifPresent(document -> {
                switch (document) {
                    case OperatorList list -> dropIfOvertaken(now, each, list, operators);
                    case NodeRecord record -> dropIfOvertaken(now, each, record, records);
                    default -> {} // nothing else is held
                }
            });
        }
    }

    private <D extends Document> boolean dropIfOvertaken(Now now, HeldDocument kept, D document, Pact<D> pact) {
        if (operators.trust().local().file().isEmpty()) {
            return false; // nobody knows, until there is a trust file again
        }
        Optional<Answer.Refused> obstacle = pact.obstacle(document);
        if (pact.isInForce(now, document)) {
            remove(kept.id());
        } else if (obstacle.isPresent()) {
            drop(now, kept, obstacle.get().message());
        } else if (operators.trust().isRevoked(document.issuer())) {
            drop(now, kept, "the key of its issuer, %s, was revoked".formatted(document.issuer()));
        }
        return !held.containsKey(kept.id());
    }

    /** To be called once a second. */
    void tick(Now now) {
        for (HeldDocument each : List.copyOf(held.values())) {
            if (!now.wall().isBefore(each.endsAt())) {
                drop(now, each, "too few have signed it in time");
            }
        }
    }

    private void drop(Now now, HeldDocument kept, String why) {
        remove(kept.id());
        String text = "%s: %s".formatted(read(kept).map(this::described).orElse("a document"), why);
        sink.log(System.Logger.Level.WARNING, "%s is held no more, %s".formatted(kept.id(), text));
        audit.record(now, AuditAction.DROPPED, Who.ITSELF, kept.id().value(), text);
    }

    private String described(Document document) {
        return switch (document) {
            case OperatorList list -> operators.described(list);
            case NodeRecord record -> records.described(record);
            default -> "a document";
        };
    }

    private void put(HeldDocument document) {
        held.put(document.id(), document);
        sink.write(new LedgerWrite.PutHeldDocument(document));
    }

    private void remove(HeldId id) {
        held.remove(id);
        sink.write(new LedgerWrite.DeleteHeldDocument(id));
    }

    /** Empty for what can't be read, which the review drops. */
    private static Optional<Document> read(HeldDocument kept) {
        try {
            return Optional.of(SignedDocument.decode(kept.signed()).read());
        } catch (RefusedException e) {
            return Optional.empty();
        }
    }

    private static Answer unknown(HeldId id) {
        return refused(
                Answer.Reason.NOT_FOUND,
                "nothing is held as %s, or it is so no more: steward audit list tells what became of it".formatted(id));
    }

    private static String count(Quorum quorum) {
        return "%d of %d signatures of authorities"
                .formatted(quorum.authorities().size(), quorum.needed());
    }

    private static Answer refused(Answer.Reason reason, @Nullable String message) {
        return new Answer.Refused(reason, String.valueOf(message));
    }
}
