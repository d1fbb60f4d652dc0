// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.audit.AuditEntry.Who;
import dev.steward.message.link.Lane;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.Now;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.trust.Lack;
import dev.steward.message.trust.Request;
import dev.steward.message.trust.Trust;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;

/**
 * Commands that lack signatures by the station's own trust file: they wait here, where others can sign them. A courtesy to
 * the operators, as each node counts the signatures itself, by its own file.
 */
final class Held {
    private static final int REVIEWED_AT_ONCE = 10;

    private final StationStore store;
    private final StationSink sink;
    private final Nodes nodes;
    private final Executions executions;
    private final Operators operators;
    private final AuditLog audit;
    private Deque<CommandId> toReview = new ArrayDeque<>();

    Held(
            StationStore store,
            StationSink sink,
            Nodes nodes,
            Executions executions,
            Operators operators,
            AuditLog audit) {
        this.store = store;
        this.sink = sink;
        this.nodes = nodes;
        this.executions = executions;
        this.operators = operators;
        this.audit = audit;
        rulesChanged(); // also while the station was stopped
    }

    /** How many more commands may wait. */
    int room() {
        return Limits.HELD_COMMANDS - store.held().size();
    }

    /**
     * What an order lacks; empty where the rules allow it. What they refuse for another reason than signatures is not held:
     * the nodes say why.
     */
    Optional<Lack> lack(Now now, List<Part> parts) {
        if (!operators.trust().asksForSeveral()) {
            return Optional.empty();
        }
        try {
            return operators.trust().lack(request(now, parts, signers(now, parts)));
        } catch (RefusedException e) {
            return Optional.empty();
        }
    }

    /** Notes that a command waits, and for what. */
    void put(Now now, List<Part> parts, Lack lack) {
        CommandId id = parts.getFirst().document().id();
        try {
            sink.write(new LedgerWrite.PutSigners(id, List.copyOf(signers(now, parts)), lack.needed()));
        } catch (RefusedException e) {
            throw new IllegalStateException("whoever signed was known when it was counted", e);
        }
    }

    /** Whether somebody could help a held command on by signing it, and may so turn it down as well. */
    boolean hasSay(Now now, CommandId id, String operator) {
        try {
            List<Part> parts = kept(id);
            var with = new LinkedHashSet<>(signers(now, parts));
            Optional<Lack> before = operators.trust().lack(request(now, parts, with));
            return with.add(operator)
                    && before.isPresent()
                    && !operators.trust().lack(request(now, parts, with)).equals(before);
        } catch (RefusedException e) {
            return false;
        }
    }

    /**
     * Takes further signatures of a command; with as many as the rule asks for it goes out.
     *
     * @param documents all parts of it, with any signatures
     */
    Answer sign(Now now, String via, CommandId id, List<byte[]> documents) {
        if (store.parts(id) == 0) {
            return new Answer.Refused(Answer.Reason.NOT_FOUND, "no command " + id);
        }
        List<Part> kept;
        List<Part> merged;
        try {
            List<Part> given = read(documents);
            kept = kept(id);
            if (isIn(given, kept)) {
                return new Answer.Accepted(List.of(id)); // the same again
            }
            merged = merged(kept, given);
        } catch (RefusedException e) {
            return new Answer.Refused(Answer.Reason.BAD_REQUEST, "signatures of %s: %s".formatted(id, e.getMessage()));
        }
        if (store.heldExecutions(id).isEmpty()) {
            return new Answer.Refused(Answer.Reason.CONFLICT, id + " waits for no signatures, or does so no more");
        }
        try {
            return sign(now, via, kept, merged);
        } catch (RefusedException e) {
            return new Answer.Refused(Answer.Reason.FORBIDDEN, e.getMessage());
        }
    }

    private Answer sign(Now now, String via, List<Part> kept, List<Part> merged) throws RefusedException {
        CommandId id = kept.getFirst().document().id();
        checkAdded(now, kept, merged);
        SequencedSet<String> before = signers(now, kept);
        SequencedSet<String> after = signers(now, merged);
        var others = new LinkedHashSet<>(after);
        others.removeAll(before);
        if (others.isEmpty()) {
            throw new RefusedException("signature: none of those added is by another operator, on all parts");
        }
        Optional<Lack> lack = operators.trust().lack(request(now, merged, after));
        if (lack.isPresent() && lack.equals(operators.trust().lack(request(now, kept, before)))) {
            throw new RefusedException("policy: the signature of %s does not count for the rule at %s"
                    .formatted(String.join(", ", others), lack.get().rule()));
        }
        if (lack.isEmpty()) {
            operators.trust().allow(request(now, merged, after)); // else it stays, and says why
        }
        for (Part part : merged) {
            sink.write(new LedgerWrite.PutSignatures(
                    id, part.number(), part.signed().encode()));
        }
        sink.write(new LedgerWrite.PutSigners(
                id, List.copyOf(after), lack.map(Lack::needed).orElse(after.size())));
        audit.record(
                now,
                AuditAction.APPROVED,
                AuditLog.signers(others, via),
                Optional.of(id.toString()),
                lack.map(each -> "still held, " + each).orElse("it goes out") + ": " + Part.described(merged),
                Part.documents(merged));
        if (lack.isEmpty()) {
            release(now, merged);
        }
        return new Answer.Accepted(List.of(id));
    }

    /** A signature that does not hold would take the place of the true one. */
    private void checkAdded(Now now, List<Part> kept, List<Part> merged) throws RefusedException {
        for (int i = 0; i < merged.size(); i++) {
            SignedDocument whole = merged.get(i).signed();
            for (SignedDocument.Signature each : whole.signatures()) {
                if (!kept.get(i).signed().signatures().contains(each)
                        && !operators.trust().isGoodSignature(whole, each.key(), now.wall())) {
                    throw new RefusedException(
                            "signature: %s is no operator's key that is good here, or it has not signed this"
                                    .formatted(each.key()));
                }
            }
        }
    }

    /** Rules or operators have changed: what waits may have enough signatures now. Looked at a little at a time. */
    void rulesChanged() {
        toReview = new ArrayDeque<>(store.held());
    }

    void review(Now now) {
        for (int i = 0; i < REVIEWED_AT_ONCE && !toReview.isEmpty(); i++) {
            CommandId id = toReview.remove();
            try {
                review(now, id);
            } catch (RefusedException e) {
                // Whoever ordered it is an operator no more, or no rule allows it now: it stays, and expires.
                sink.log(System.Logger.Level.INFO, "%s stays held: %s".formatted(id, e.getMessage()));
            }
        }
    }

    private void review(Now now, CommandId id) throws RefusedException {
        List<Part> parts = kept(id);
        operators.trust().allow(request(now, parts, signers(now, parts)));
        if (!store.heldExecutions(id).isEmpty()) {
            audit.record(
                    now,
                    AuditAction.APPROVED,
                    Who.ITSELF,
                    id.toString(),
                    "it goes out, by the rules and operators of now");
            release(now, parts);
        }
    }

    private void release(Now now, List<Part> parts) {
        CommandId id = parts.getFirst().document().id();
        for (Execution execution : store.heldExecutions(id)) {
            Part part = parts.get(execution.part() - 1);
            Document.Command document = part.document();
            Subject subject = Subject.command(execution.node(), document.method(), document.domain());
            Nodes.Node node = nodes.find(execution.node()).orElseThrow();
            MessageId message = nodes.enqueue(
                    now, node, Lane.CONTROL, subject, part.signed().encode());
            executions.released(now, execution, message);
        }
    }

    private static Request request(Now now, List<Part> parts, Set<String> signers) {
        Document.Command first = parts.getFirst().document();
        return new Request(first.method(), first.domain(), first.arguments(), signers, first.mostTargets(), now.wall());
    }

    /** Those who have signed all parts. */
    private SequencedSet<String> signers(Now now, List<Part> parts) throws RefusedException {
        Trust trust = operators.trust();
        var all = new LinkedHashSet<>(
                trust.signers(parts.getFirst().signed(), parts.getFirst().document(), now.wall()));
        for (Part part : parts.subList(1, parts.size())) {
            all.retainAll(trust.signers(part.signed(), part.document(), now.wall()));
        }
        return all;
    }

    /** In order of their numbers; refused where a document is of an older form. */
    private List<Part> kept(CommandId id) throws RefusedException {
        var parts = new ArrayList<Part>();
        for (int number = 1; number <= store.parts(id); number++) {
            Optional<byte[]> stored = store.document(id, number);
            if (stored.isEmpty()) {
                throw new RefusedException("part %d is not in the ledger".formatted(number));
            }
            parts.add(Part.read(stored.get()));
        }
        if (parts.isEmpty()) {
            throw new RefusedException("it is not in the ledger");
        }
        return parts;
    }

    private static List<Part> read(List<byte[]> documents) throws RefusedException {
        var parts = new ArrayList<Part>();
        for (byte[] bytes : documents) {
            parts.add(Part.read(bytes));
        }
        return parts;
    }

    private static boolean isIn(List<Part> given, List<Part> kept) {
        return given.stream()
                .allMatch(part -> part.number() <= kept.size()
                        && part.isIn(kept.get(part.number() - 1).signed()));
    }

    private static List<Part> merged(List<Part> kept, List<Part> given) throws RefusedException {
        var merged = new ArrayList<>(kept);
        for (Part part : given) {
            int index = part.number() - 1;
            if (index >= kept.size()) {
                throw new RefusedException("there is no part %d".formatted(part.number()));
            }
            SignedDocument all = merged.get(index).signed().and(part.signed());
            merged.set(index, new Part(all, part.document()));
        }
        return merged;
    }
}
