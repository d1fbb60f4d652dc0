// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.core;

import dev.steward.message.Ack;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.Outcome;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.audit.AuditEntry.Who;
import dev.steward.message.link.Frame;
import dev.steward.message.link.Lane;
import dev.steward.message.link.Now;
import dev.steward.message.signing.SignedDocument;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Takes documents in messages that were not seen before: has each judged, and hands on what may be done. */
final class Orders {
    /** Of a command that was canceled before it came the own one is not known. */
    private static final Duration LONGEST_DEADLINE = Duration.ofDays(366);

    private final AgentCore.Settings settings;
    private final AgentStore store;
    private final AgentSink sink;
    private final MethodCheck methods;
    private final Outbox outbox;
    private final Judge judge;
    private final Executions executions;
    private final FoundAtStart found;
    private final AuditLog audit;

    Orders(
            AgentCore.Settings settings,
            AgentStore store,
            AgentSink sink,
            MethodCheck methods,
            Outbox outbox,
            Judge judge,
            Executions executions,
            FoundAtStart found,
            AuditLog audit) {
        this.audit = audit;
        this.settings = settings;
        this.store = store;
        this.sink = sink;
        this.methods = methods;
        this.outbox = outbox;
        this.judge = judge;
        this.executions = executions;
        this.found = found;
    }

    /** @throws RefusedException for what no operator has signed: like what can't be read, it leaves nothing behind */
    void command(Now now, SignedDocument signed, Document.Command command, Frame.Data data) throws RefusedException {
        if (store.execution(command.id()).isPresent()) {
            executions.retell(now, command.id(), data.subject());
            return;
        }
        judge.authenticate(signed, command);
        Subject subject = Subject.command(settings.name(), command.method(), command.domain());
        if (!data.subject().equals(subject)) { // whoever passes it on has no say in what becomes of it
            throw new RefusedException(
                    "target: the document belongs on %s, but came on %s".formatted(subject, data.subject()));
        }
        String process = command.method() + "." + command.domain();
        try {
            Judge.Allowed allowed = judge.command(now, signed, command);
            methods.check(command);
            StoredExecution execution = executions.fresh(command.id(), process, data.body(), command.startBefore());
            if (!command.dryRun()) {
                executions.queue(now, execution, command);
            } else if (command.startBefore().isBefore(now.wall())) {
                executions.expire(now, execution);
            } else {
                executions.end(now, execution, Outcomes.dryRun(now, allowed.by()));
            }
            String text = (command.dryRun() ? "dry run of %s, allowed by %s" : "%s, allowed by %s")
                    .formatted(process, allowed.by());
            enter(now, AuditAction.COMMAND, Judge.who(command, allowed.signers()), command.id(), text, signed);
        } catch (RefusedException e) {
            refused(now, command, command.id(), process + ": " + e.getMessage(), signed);
            reject(now, command.id(), process, e.getMessage());
        }
    }

    /** Kept without its document, and no longer than to be told again: nobody may fill the disk with what is refused. */
    private void reject(Now now, CommandId id, String process, String reason) {
        StoredExecution execution = executions.fresh(id, process, new byte[0], now.wall());
        executions.end(now, execution, Outcome.notStarted(ExecutionState.REJECTED, reason, now.wall()));
    }

    /** @throws RefusedException as for a command */
    void cancel(Now now, SignedDocument signed, Document.Cancel cancel, Frame.Data data) throws RefusedException {
        judge.authenticate(signed, cancel);
        CommandId id = cancel.command();
        Optional<StoredExecution> known = store.execution(id);
        if (known.isPresent() && known.get().state().isTerminal()) {
            ended(now, known.get());
            return;
        }
        boolean again = store.isCanceled(id); // what runs may be canceled over and over, until it has stopped
        boolean instead = known.isEmpty() && data.lane() == Lane.CONTROL; // of its command, by the same issuer
        Set<String> signers;
        try {
            signers = judge.cancel(now, signed, cancel, known);
        } catch (RefusedException e) {
            refused(now, cancel, id, "cancel: " + e.getMessage(), signed);
            if (instead) {
                reject(now, id, "cancel.steward", e.getMessage());
            } else {
                outbox.ack(now, "cancel.steward", new Ack.CancelRefused(id, e.getMessage()));
            }
            return;
        }
        if (!again && (instead || known.isPresent())) {
            String text = "cancel of what %s"
                    .formatted(known.map(execution -> "is " + execution.state()).orElse("has not come"));
            enter(now, AuditAction.CANCEL, Judge.who(cancel, signers), id, text, signed);
        }
        if (instead) {
            canceledInstead(now, id, data);
        } else if (known.isEmpty()) {
            outbox.ack(now, "cancel.steward", new Ack.Unknown(id));
        } else if (found.isUnsure(id)) {
            sink.write(new JournalWrite.PutCanceled(id)); // ends it as soon as the station has said what it knows
        } else {
            executions.cancel(now, known.get());
        }
    }

    private void enter(Now now, AuditAction action, Who who, CommandId on, String text, SignedDocument signed) {
        audit.record(now, action, who, Optional.of(on.toString()), text, Optional.of(signed));
    }

    private void refused(Now now, Document document, CommandId on, String text, SignedDocument signed) {
        audit.refused(now, judge.issuer(document), Optional.of(on.toString()), text, Optional.of(signed));
    }

    private void ended(Now now, StoredExecution execution) {
        if (execution.state() == ExecutionState.CANCELED) {
            executions.retell(
                    now,
                    execution.id(),
                    Subject.cancel(settings.name())); // the station has not heard of it, or ordered it twice
        } else {
            String reason = "it has ended: " + execution.state();
            outbox.ack(now, execution.process(), new Ack.CancelRefused(execution.id(), reason));
        }
    }

    /** The command will never start, whatever copy of it is still under way, and for as long as it could. */
    private void canceledInstead(Now now, CommandId id, Frame.Data data) {
        StoredExecution execution =
                executions.fresh(id, "cancel.steward", data.body(), now.wall().plus(LONGEST_DEADLINE));
        executions.end(
                now, execution, Outcome.notStarted(ExecutionState.CANCELED, "canceled before it came", now.wall()));
    }
}
