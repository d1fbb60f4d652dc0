// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.core;

import dev.steward.message.Document;
import dev.steward.message.EnrolmentAnswer;
import dev.steward.message.ErrorEvent;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.OperatorList;
import dev.steward.message.RefusedException;
import dev.steward.message.Tally;
import dev.steward.message.Target;
import dev.steward.message.audit.AuditEntry.Who;
import dev.steward.message.json.JsonObject;
import dev.steward.message.link.Link;
import dev.steward.message.link.Now;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.trust.LocalTrust;
import dev.steward.message.trust.Request;
import dev.steward.message.trust.SignedList;
import dev.steward.message.trust.Trust;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Whether this node does what a document says. The checks stand in the order in which they are made, and a refusal begins
 * with the name of the one that failed. Nothing here rests on the station's word.
 */
final class Judge {
    private static final long SAY_AFTER_MS = 60_000;

    private final NodeName self;
    private final KeyId identity;
    private final AgentSink sink;
    private final Outbox outbox;
    private final Link link;
    private final AuditLog audit;
    private Trust trust;

    private AgentCore.Told told;

    /** The highest number of a list that this node did not take. */
    private long passedOver;

    private OptionalLong awaitedSince = OptionalLong.empty();
    private final Tally refusedLists = new Tally();
    private final Tally freezes = new Tally();
    private boolean freezeEntered;

    /** The records of other keys that were entered: by authorities all, so a station can't make up more of them. */
    private final Set<NodeRecord> keysEntered = new HashSet<>();

    /**
     * A command that is done.
     *
     * @param by the rule, for people
     * @param signers the names of all whose signatures count
     */
    record Allowed(String by, Set<String> signers) {}

    /** @param told what the station has said, as far as this process has heard */
    Judge(
            AgentCore.Settings settings,
            LocalTrust local,
            AgentCore.Told told,
            AgentStore store,
            AgentSink sink,
            Outbox outbox,
            Link link,
            AuditLog audit) {
        this.audit = audit;
        this.told = told;
        this.self = settings.name();
        this.identity = settings.identity();
        this.sink = sink;
        this.outbox = outbox;
        this.link = link;
        this.trust = new Trust(settings.signatures(), local, store.operators().map(SignedList::stored));
        link.tellsOperators(trust.listNumber());
    }

    /** Says at the start what every refusal will say. */
    void report(Now now) {
        if (trust.local().file().isEmpty()) {
            tell(
                    now,
                    System.Logger.Level.ERROR,
                    "nothing runs here: " + trust.local().problem());
        }
    }

    /** The trust file has changed. One that can't be used changes nothing while there is another. */
    void local(Now now, LocalTrust next) {
        if (!next.replaces(trust.local())) {
            String text = "the rules from before stay in force until a restart: " + next.problem();
            tell(now, System.Logger.Level.ERROR, text);
            audit.record(now, AuditAction.TRUST, Who.ITSELF, text);
            return;
        }
        trust = trust.with(next);
        passedOver = 0; // what the former file refused
        link.tellsOperators(trust.listNumber());
        audit.record(now, AuditAction.TRUST, Who.ITSELF, rules());
        if (next.file().isPresent()) {
            sink.log(System.Logger.Level.INFO, "the trust file was read again");
        } else {
            report(now);
        }
    }

    /** What is in force, for people. */
    String rules() {
        LocalTrust local = trust.local();
        return local.file().isPresent()
                ? "the trust file in force has the SHA-256 %s, the list of operators the number %d"
                        .formatted(local.digest(), trust.listNumber())
                : "no trust file is in force: " + local.problem();
    }

    /** Who has signed, of whom only the first was checked. */
    Who issuer(Document document) {
        return who(document, Set.of(trust.nameOf(document.issuer())));
    }

    static Who who(Document document, Set<String> signers) {
        return new Who(
                Optional.of(String.join(", ", signers)),
                Optional.of(document.issuer().value()),
                Optional.empty());
    }

    /** @throws RefusedException for what no operator has signed */
    void authenticate(SignedDocument signed, Document document) throws RefusedException {
        trust.authenticate(signed, document);
    }

    /** @return what allows it */
    Allowed command(Now now, SignedDocument signed, Document.Command command) throws RefusedException {
        Set<String> signers = trust.signers(signed, command, now.wall());
        checkTarget(command.targets());
        return new Allowed(trust.allow(request(command, signers, now)), signers);
    }

    /** Of what was allowed when it came: keys are revoked, and rules change. */
    Document.Command stillAllowed(Now now, StoredExecution execution) throws RefusedException {
        Document.Command command = execution.command();
        checkTarget(command.targets()); // a journal may have been copied to a machine with other keys
        trust.allow(request(command, trust.signers(execution.signed(), command, now.wall()), now));
        return command;
    }

    /**
     * Everyone may cancel what is his own, and what has not come yet: that the station could as well leave out.
     *
     * @param canceled where it is known here
     * @return the names of all who have signed it
     */
    Set<String> cancel(Now now, SignedDocument signed, Document.Cancel cancel, Optional<StoredExecution> canceled)
            throws RefusedException {
        Set<String> signers = trust.signers(signed, cancel, now.wall());
        checkTarget(cancel.targets());
        boolean own = canceled.isEmpty()
                || canceled.get().signed().signatures().getFirst().key().equals(cancel.issuer());
        if (!own) {
            trust.allow(new Request(
                    "cancel",
                    canceled.get().domain(),
                    JsonObject.of(Map.of()),
                    signers,
                    cancel.targets().size(),
                    now.wall()));
        }
        return signers;
    }

    /**
     * Passes on which other keys of this node were approved.
     *
     * @throws RefusedException where no authority has signed it, or they are not those that wait here
     */
    void otherKeys(Now now, EnrolmentAnswer approval) throws RefusedException {
        Optional<SignedDocument> signed = approval.record();
        if (signed.isEmpty() || !(signed.get().read() instanceof NodeRecord record)) {
            throw new RefusedException("keys: this names no keys of a node");
        }
        trust.checkAuthorities(signed.get(), record, now.wall());
        sink.otherKeys(record, signed.get(), approval.brokerToken());
        if (keysEntered.add(record)) { // the station says it until it is heard with them
            String text = "other keys for the link and the broker are taken, by record %d".formatted(record.number());
            audit.record(now, AuditAction.KEYS, issuer(record), Optional.empty(), text, signed);
        }
    }

    /** Another list of operators; what it does not allow any more does not start. */
    void list(Now now, SignedDocument signed, OperatorList list) {
        try {
            trust.checkList(signed, list, now.wall());
        } catch (RefusedException e) {
            passedOver = Math.max(passedOver, list.number());
            boolean again =
                    trust.list().filter(inForce -> inForce.list().equals(list)).isPresent();
            if (!again) { // the one in force may well come twice
                String text = "the list of operators %d is refused: %s".formatted(list.number(), e.getMessage());
                outbox.error(now, new ErrorEvent("trust", text, now.wall()));
                audit.refused(now, text);
                if (refusedLists.next()) { // a flood must not fill the log
                    sink.log(System.Logger.Level.ERROR, text);
                }
            }
            return;
        }
        trust = trust.with(new SignedList(signed, list));
        sink.write(new JournalWrite.PutOperators(signed.encode()));
        link.tellsOperators(list.number());
        String text = "the list of operators %d is in force".formatted(list.number());
        sink.log(System.Logger.Level.INFO, text);
        audit.record(now, AuditAction.OPERATORS, issuer(list), Optional.empty(), text, Optional.of(signed));
    }

    /** The live station says which list it has, and whether this node is frozen. */
    void heard(Now now, AgentCore.Told next) {
        if (next.frozen() && !told.frozen()) {
            sink.log(
                    System.Logger.Level.WARNING,
                    "frozen: the station hears two agents under this name and key, as after a copy of the data folder; no command starts until one of them is stopped and a person decides, at the station: steward node unfreeze %s"
                            .formatted(self));
            freezeEntered = freezes.next(); // a station that takes it back with each word must not fill the log
            if (freezeEntered) {
                String text =
                        "the station hears two agents under this name and key (time %d)".formatted(freezes.count());
                audit.record(now, AuditAction.FROZEN, Who.ITSELF, text);
            }
        } else if (told.frozen() && !next.frozen()) {
            sink.log(System.Logger.Level.INFO, "not frozen any more: commands start");
            if (freezeEntered) {
                audit.record(now, AuditAction.UNFROZEN, Who.ITSELF, "not frozen any more, by the station's word");
            }
        }
        told = next;
    }

    /** What it has said last. */
    AgentCore.Told told() {
        return told;
    }

    /** Says once why nothing starts, where a list is long on its way. */
    void tick(Now now) {
        if (told.frozen() || !isAwaitingList()) { // a frozen node is not sent its list either
            awaitedSince = OptionalLong.empty();
        } else if (awaitedSince.isEmpty()) {
            awaitedSince = OptionalLong.of(now.millis());
        } else if (now.millis() - awaitedSince.getAsLong() >= SAY_AFTER_MS) {
            awaitedSince = OptionalLong.of(Long.MAX_VALUE);
            tell(
                    now,
                    System.Logger.Level.WARNING,
                    "no command starts until the list of operators %d is here, of which the station has told; list %d is in force"
                            .formatted(told.list(), trust.listNumber()));
        }
    }

    /** Whether nothing may start by what the station has said. */
    boolean holdsStarts() {
        return told.frozen() || isAwaitingList();
    }

    /** Whether a list is on its way that may revoke the key of what waits. */
    private boolean isAwaitingList() {
        return told.list() > Math.max(trust.listNumber(), passedOver);
    }

    /** The station gives names to machines; what is signed for one of them is for no other. */
    private void checkTarget(List<Target> targets) throws RefusedException {
        Target named = targets.stream()
                .filter(target -> target.node().equals(self))
                .findFirst()
                .orElseThrow(
                        () -> new RefusedException("target: the document is not for this node, %s".formatted(self)));
        if (!named.key().equals(identity)) {
            throw new RefusedException(
                    "target: the document is for another machine that is called %s, with the key %s; this one's is %s"
                            .formatted(self, named.key(), identity));
        }
    }

    private static Request request(Document.Command command, Set<String> signers, Now now) {
        return new Request(
                command.method(), command.domain(), command.arguments(), signers, command.mostTargets(), now.wall());
    }

    private void tell(Now now, System.Logger.Level level, String text) {
        sink.log(level, text);
        outbox.error(now, new ErrorEvent("trust", text, now.wall()));
    }
}
