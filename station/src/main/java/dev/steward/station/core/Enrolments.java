// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.CommandId;
import dev.steward.message.EnrolmentAnswer;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.RefusedException;
import dev.steward.message.audit.AuditEntry.Who;
import dev.steward.message.link.Now;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How machines become nodes: one asks with a token, and is let in where an authority of the fleet has signed a record of its
 * key. The station keeps and checks; it can't let anyone in by itself.
 */
final class Enrolments implements Pact<NodeRecord> {
    private static final String UNKNOWN =
            "it does not know this token: it was revoked, has expired, or is another station's; `steward token create` makes one";

    private record Waiting(EnrolmentRequest request, byte[] signed) {}

    private final NodeName self;
    private final StationSink sink;
    private final Operators operators;
    private final Signatures check;
    private final Tokens tokens;
    private final NodeRecords records;
    private final ShutOut shutOut;
    private final AuditLog audit;
    private final Map<KeyId, Waiting> waiting = new LinkedHashMap<>();

    Enrolments(
            NodeName self,
            StationStore store,
            StationSink sink,
            NodeRecords records,
            ShutOut shutOut,
            Operators operators,
            Signatures check,
            AuditLog audit) {
        this.self = self;
        this.sink = sink;
        this.operators = operators;
        this.check = check;
        this.audit = audit;
        this.tokens = new Tokens(store, sink);
        this.records = records;
        this.shutOut = shutOut;
        for (byte[] stored : store.enrolments()) {
            try {
                var request = (EnrolmentRequest) SignedDocument.decode(stored).read();
                waiting.put(request.issuer(), new Waiting(request, stored));
            } catch (RefusedException e) {
                throw new IllegalStateException("a stored request: " + e.getMessage(), e);
            }
        }
    }

    Answer token(Now now, String via, Token token) {
        if (tokens.find(token.id()).isPresent()) {
            return tokens.make(token); // the same again, or another one of that id
        }
        Optional<String> refusal = token.login().flatMap(login -> loginRefusal(login, token.key()));
        if (refusal.isPresent()) {
            return new Answer.Refused(Answer.Reason.CONFLICT, "the key for the broker " + refusal.get());
        }
        Answer answer = tokens.make(token);
        if (answer instanceof Answer.Accepted) {
            String text = "one machine may ask to become %s, until %s"
                    .formatted(token.node().map(node -> "the node " + node).orElse("a node"), token.expiresAt());
            audit.record(now, AuditAction.TOKEN, Who.via(via), token.id().toString(), text);
        }
        return answer;
    }

    /** Why nobody who has this key may log in with that one: who takes another one's could have it shut out. */
    private Optional<String> loginRefusal(VerificationKey login, VerificationKey holder) {
        if (shutOut.contains(login)) {
            return Optional.of("was shut out");
        }
        return records.isLoginOfAnother(login, holder) || tokens.isLogin(login)
                ? Optional.of("is another one's")
                : Optional.empty();
    }

    /** What was asked with it and not approved is forgotten as well. */
    Answer revokeToken(Now now, String via, CommandId id) {
        Optional<Token> token = tokens.find(id);
        if (token.isEmpty()) {
            return new Answer.Refused(Answer.Reason.NOT_FOUND, "no token " + id);
        }
        forget(token.get());
        audit.record(now, AuditAction.TOKEN, Who.via(via), id.toString(), "was revoked");
        return new Answer.Accepted(List.of());
    }

    /** A machine asks, for the first time or again. Whoever only shows a token, and has not its secret, gets no answer. */
    void request(Now now, SignedDocument signed, EnrolmentRequest request) {
        if (!tokens.hasTimeFor(request.token())) {
            return;
        }
        Optional<Token> token = tokens.find(request.token());
        if (token.isEmpty()) {
            sink.answer(request, EnrolmentAnswer.refused(request.id(), UNKNOWN));
            return;
        }
        byte[] bytes = signed.encode();
        Waiting known = waiting.get(request.issuer());
        if (known != null && Arrays.equals(known.signed, bytes)) {
            sink.answer(request, EnrolmentAnswer.pending(request.id())); // the same again, which was looked at
        } else if (isAuthentic(signed, request, token.get())) {
            sink.answer(request, answer(now, bytes, request, token.get()));
        }
    }

    private boolean isAuthentic(SignedDocument signed, EnrolmentRequest request, Token token) {
        boolean ours = operators
                .trust()
                .local()
                .file()
                .filter(file -> file.fleet().equals(request.fleet()))
                .isPresent();
        return ours
                && signed.isSignedBy(token.key(), check)
                && signed.isSignedBy(request.key(), check)
                && signed.isSignedBy(request.login(), check);
    }

    private EnrolmentAnswer answer(Now now, byte[] bytes, EnrolmentRequest request, Token token) {
        Optional<NodeRecords.Kept> record = records.find(request.issuer());
        if (record.filter(kept -> kept.says().isRevoked() || kept.says().covers(request))
                .isPresent()) {
            return decided(request, record.get());
        }
        Optional<String> refusal = refusal(now, request, token);
        if (refusal.isPresent()) {
            if (tokens.isWorthTelling(token)) {
                tell(
                        now,
                        AuditAction.REFUSED,
                        Who.ITSELF,
                        request.node(),
                        "%s asks to be the node %s, and is refused: %s"
                                .formatted(request.issuer(), request.node(), refusal.get()),
                        List.of());
            }
            return EnrolmentAnswer.refused(request.id(), refusal.get());
        }
        tokens.use(token, request.issuer());
        Waiting known =
                waiting.put(request.issuer(), new Waiting(request, bytes)); // what it says last is what it wants
        sink.write(new LedgerWrite.PutEnrolment(request, bytes, now.wall()));
        boolean otherName = known != null && !known.request.node().equals(request.node());
        if (known == null || (otherName && tokens.isWorthTelling(token))) {
            tell(
                    now,
                    AuditAction.ASKED,
                    Who.ITSELF,
                    request.node(),
                    "%s asks to be the node %s; `steward node approve %s` lets it in"
                            .formatted(request.issuer(), request.node(), request.node()),
                    List.of());
        }
        return EnrolmentAnswer.pending(request.id());
    }

    private EnrolmentAnswer decided(EnrolmentRequest request, NodeRecords.Kept record) {
        return record.says().isRevoked()
                ? EnrolmentAnswer.refused(
                        request.id(),
                        "this machine's key %s was revoked, and is never used again; enrol it with new keys, in an empty folder"
                                .formatted(request.issuer()))
                : records.approved(request.id(), record);
    }

    private Optional<String> refusal(Now now, EnrolmentRequest request, Token token) {
        Optional<NodeName> named =
                records.find(request.issuer()).map(kept -> kept.says().node());
        if (named.filter(name -> !name.equals(request.node())).isPresent()) {
            return Optional.of("this machine is the node %s already".formatted(named.get()));
        }
        Optional<KeyId> usedBy = token.usedBy();
        if (usedBy.isPresent() && !usedBy.get().equals(request.issuer())) {
            return Optional.of("another machine has used the token, %s; each is good for one".formatted(usedBy.get()));
        }
        if (usedBy.isEmpty() && !now.wall().isBefore(token.expiresAt())) {
            return Optional.of("the token expired at " + token.expiresAt());
        }
        if (token.node().filter(name -> !name.equals(request.node())).isPresent()) {
            return Optional.of("the token is for the node %s, not %s"
                    .formatted(token.node().get(), request.node()));
        }
        Optional<String> login = loginRefusal(request.login(), request.key());
        if (login.isPresent()
                || request.login().equals(request.key())
                || request.login().equals(token.key())) {
            return Optional.of("its key for the broker %s; enrol it anew, in an empty folder"
                    .formatted(login.orElse("is another one of its keys")));
        }
        return records.nameRefusal(request.node(), request.issuer());
    }

    @Override
    public boolean isInForce(Now now, NodeRecord record) {
        return records.isKnown(now, record);
    }

    @Override
    public Optional<Answer.Refused> obstacle(NodeRecord record) {
        return records.obstacle(record);
    }

    /** Authorities let a node in, or no more. */
    @Override
    public void take(Now now, Who who, SignedDocument signed, NodeRecord next) {
        records.take(now, signed, next);
        Waiting asked = waiting.remove(next.key().id());
        if (asked != null) {
            sink.write(new LedgerWrite.DeleteEnrolment(next.key().id()));
            sink.answer(
                    asked.request,
                    decided(asked.request, records.find(next.key().id()).orElseThrow()));
        }
        tell(
                now,
                AuditAction.NODE,
                who,
                next.node(),
                "%s %s %s the node %s"
                        .formatted(
                                operators.trust().nameOf(next.issuer()),
                                said(next),
                                next.key().id(),
                                next.node()),
                List.of(signed.document()));
    }

    @Override
    public String described(NodeRecord record) {
        boolean others = !record.isRevoked()
                && records.find(record.key().id())
                        .filter(kept -> record.changesLinkOf(kept.says()))
                        .isPresent();
        return "%s the node %s, %s"
                .formatted(
                        record.isRevoked() ? "revokes" : others ? "gives other keys to" : "lets in",
                        record.node(),
                        record.key().id());
    }

    /** A node is there again. */
    void live(Now now, NodeName name) {
        records.live(now, name);
    }

    private String said(NodeRecord next) {
        if (next.isRevoked()) {
            return "has revoked";
        }
        boolean others =
                records.find(next.key().id()).flatMap(NodeRecords.Kept::former).isPresent();
        return others ? "has approved other keys of" : "has approved";
    }

    /** A node speaks with the newest keys that it was given. */
    void speaksWithNewest(Now now, NodeName name) {
        if (records.speaksWithNewest(name)) {
            tell(
                    now,
                    AuditAction.NODE,
                    Who.ITSELF,
                    name,
                    "%s speaks with its new keys; the former ones are good no more".formatted(name),
                    List.of());
        }
    }

    /** Forgets tokens that are good for nothing any more; to be called once a second. */
    void tick(Now now) {
        shutOut.tick(now);
        tokens.over(now, this::isAwaited).forEach(this::forget);
    }

    private void forget(Token token) {
        if (isAwaited(token)) {
            KeyId key = token.usedBy().orElseThrow();
            waiting.remove(key);
            sink.write(new LedgerWrite.DeleteEnrolment(key));
        }
        token.login().ifPresent(login -> shutOut.put(login, token.lastWait()));
        tokens.forget(token);
    }

    /** Whether somebody waits who has asked with this token last; he may have had others before. */
    private boolean isAwaited(Token token) {
        return token.usedBy()
                .map(waiting::get)
                .filter(each -> each.request.token().equals(token.id()))
                .isPresent();
    }

    /** @param documents that have decided it, without their signatures */
    private void tell(Now now, AuditAction action, Who who, NodeName node, String text, List<byte[]> documents) {
        sink.write(new LedgerWrite.PutEvent(self, "enrolment", text, now.wall(), now.wall()));
        sink.log(System.Logger.Level.INFO, text);
        audit.record(now, action, who, Optional.of(node.value()), text, documents);
    }
}
