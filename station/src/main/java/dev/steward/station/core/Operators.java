// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.OperatorList;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.audit.AuditEntry.Who;
import dev.steward.message.link.Frame;
import dev.steward.message.link.Lane;
import dev.steward.message.link.Now;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.trust.LocalTrust;
import dev.steward.message.trust.SignedList;
import dev.steward.message.trust.Trust;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the newest list of operators and passes it on: to every node that is there at once, to the others when they say
 * hello. Nodes judge it for themselves; the station's own judgement saves whoever orders the wait for theirs.
 */
final class Operators implements Pact<OperatorList> {
    private static final Duration SEND_AGAIN_AFTER = Duration.ofMinutes(10);

    private final StationSink sink;
    private final Nodes nodes;
    private final AuditLog audit;
    private Trust trust;

    /** The highest that a node has told of and that is higher than the own. */
    private long heardNumber;

    Operators(StationStore store, StationSink sink, Nodes nodes, Signatures check, LocalTrust local, AuditLog audit) {
        this.sink = sink;
        this.nodes = nodes;
        this.audit = audit;
        this.trust = new Trust(check, local, store.operators().map(SignedList::stored));
        announce();
    }

    Trust trust() {
        return trust;
    }

    /** The station's own trust file has changed. One that can't be used changes nothing while there is another. */
    void local(Now now, LocalTrust next) {
        if (!next.replaces(trust.local())) {
            sink.log(
                    System.Logger.Level.ERROR,
                    "the trust file from before stays in force until a restart: " + next.problem());
            audit.record(now, AuditAction.TRUST, Who.ITSELF, "not taken, it can't be used: " + next.problem());
            return;
        }
        trust = trust.with(next);
        announce();
        audit.record(now, AuditAction.TRUST, Who.ITSELF, described(next));
    }

    private static String described(LocalTrust local) {
        return local.file().isEmpty()
                ? "the trust file can't be used: " + local.problem()
                : "the trust file was read again; its authorities: "
                        + String.join(", ", local.file().get().authorities().keySet());
    }

    @Override
    public boolean isInForce(Now now, OperatorList list) {
        return trust.list().filter(inForce -> inForce.list().equals(list)).isPresent();
    }

    @Override
    public Optional<Answer.Refused> obstacle(OperatorList next) {
        if (next.number() <= trust.listNumber()) {
            return Optional.of(new Answer.Refused(
                    Answer.Reason.CONFLICT,
                    "the list of operators %d is in force, and a new one must have a higher number than %d"
                            .formatted(trust.listNumber(), next.number())));
        }
        try {
            trust.checkFollows(next);
            return Optional.empty();
        } catch (RefusedException e) {
            return Optional.of(new Answer.Refused(Answer.Reason.FORBIDDEN, String.valueOf(e.getMessage())));
        }
    }

    @Override
    public void take(Now now, Who who, SignedDocument signed, OperatorList next) {
        trust = trust.with(new SignedList(signed, next));
        sink.write(new LedgerWrite.PutOperators(next.number(), signed.encode()));
        announce();
        audit.record(now, AuditAction.OPERATORS, who, Optional.empty(), described(next), List.of(signed.document()));
        nodes.all().stream().filter(node -> node.link.isLive()).forEach(node -> send(now, node));
    }

    @Override
    public String described(OperatorList list) {
        long revoked = list.operators().stream()
                .filter(each -> each.revokedAt().isPresent())
                .count();
        return "list %d: %d operators, %d of them revoked"
                .formatted(list.number(), list.operators().size(), revoked);
    }

    /** A node says which list it has. */
    void heard(Now now, Nodes.Node node, Frame.Hello hello, boolean fresh) {
        // Not with every hello: a node that refuses the list would say so each time.
        boolean due = fresh
                || node.listSent < trust.listNumber()
                || now.millis() - node.listSentAt >= SEND_AGAIN_AFTER.toMillis();
        if (hello.operators() < trust.listNumber() && due) {
            send(now, node);
        }
        if (hello.operators() > Math.max(trust.listNumber(), heardNumber)) {
            heardNumber = hello.operators();
            String text =
                    "node %s obeys list %d of operators, and this ledger has list %d: it is an older copy; the next `steward operator add` or `revoke` of whoever has seen the newer list gives it back"
                            .formatted(node.name, heardNumber, trust.listNumber());
            sink.write(new LedgerWrite.PutEvent(node.name, "operators", text, now.wall(), now.wall()));
            sink.log(System.Logger.Level.WARNING, text);
        }
    }

    private void send(Now now, Nodes.Node node) {
        Subject subject = Subject.operators(node.name);
        nodes.forget(node, Lane.RESULTS, subject); // an earlier list
        nodes.enqueue(
                now,
                node,
                Lane.RESULTS,
                subject,
                trust.list().orElseThrow().signed().encode());
        node.listSent = trust.listNumber();
        node.listSentAt = now.millis();
    }

    private void announce() {
        nodes.tellsOperators(trust.listNumber());
        sink.trust(trust);
    }
}
