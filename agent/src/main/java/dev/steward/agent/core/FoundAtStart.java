// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.core;

import dev.steward.message.Ack;
import dev.steward.message.CommandId;
import dev.steward.message.ExecutionState;
import dev.steward.message.Inquiry;
import dev.steward.message.Outcome;
import dev.steward.message.link.Frame;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.Now;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What the journal held when this core took it up. It may be an older copy, from before a start that the station has
 * heard of, so nothing that waited in it starts until the station has said what it knows.
 */
final class FoundAtStart {
    /** How long the station has, after contact, to name by itself what it has not heard the end of. */
    private static final long ASK_AFTER_MS = 3_000;

    private final AgentCore.Settings settings;
    private final AgentStore store;
    private final AgentSink sink;
    private final Outbox outbox;
    private final Supervisor supervisor;
    private final Executions executions;
    private final Set<CommandId> unsure = new LinkedHashSet<>();

    /** All of {@link #unsure} at the start, settled or not. */
    private Set<CommandId> waiting = Set.of();

    private long askAt = Long.MAX_VALUE;
    private Optional<MessageId> lastAsked = Optional.empty();

    FoundAtStart(
            AgentCore.Settings settings,
            AgentStore store,
            AgentSink sink,
            Outbox outbox,
            Supervisor supervisor,
            Executions executions) {
        this.settings = settings;
        this.store = store;
        this.sink = sink;
        this.outbox = outbox;
        this.supervisor = supervisor;
        this.executions = executions;
    }

    /** What ran and is not alive was interrupted. */
    void recover(Now now, AgentCore.Recovery recovery) {
        for (StoredExecution execution : store.open()) {
            if (execution.state() != ExecutionState.RUNNING) {
                if (recovery.isSureOf(execution.id()) && !store.isCanceled(execution.id())) {
                    supervisor.add(execution);
                } else {
                    hold(execution);
                }
            } else if (recovery.alive().contains(execution.id())) {
                executions.resume(execution);
            } else {
                interrupted(now, execution);
            }
        }
        waiting = Set.copyOf(unsure);
        executions.startAll(now);
    }

    Set<CommandId> waiting() {
        return waiting;
    }

    boolean isUnsure(CommandId id) {
        return unsure.contains(id);
    }

    /** The station is there, in a new conversation. */
    void contact(Now now) {
        askAt = now.millis() + ASK_AFTER_MS;
    }

    void tick(Now now) {
        if (now.millis() >= askAt) {
            askAt = Long.MAX_VALUE;
            if (lastAsked
                    .isEmpty()) { // else the questions are in the outbox, and will be answered in this conversation
                unsure.forEach(id -> lastAsked =
                        Optional.of(outbox.ack(now, executions.stored(id).process(), new Ack.Unsure(id))));
            }
        }
    }

    /** The station has recorded a message of this start. */
    void recorded(MessageId message) {
        if (lastAsked.filter(message::equals).isPresent()) {
            lastAsked = Optional.empty();
        }
    }

    void inquiry(Now now, Inquiry inquiry, Frame.Data data) {
        boolean asksNow = inquiry.session().equals(settings.session())
                && inquiry.conversation() == data.envelope().conversation()
                && data.id().session().equals(data.envelope().session());
        if (!asksNow) {
            return; // from before, or from an earlier start of the station: in this conversation it asks anew
        }
        for (Inquiry.Entry entry : inquiry.commands()) {
            if (unsure.remove(entry.command())) {
                settle(now, executions.stored(entry.command()), entry);
            } else {
                executions.retell(now, entry.command(), data.subject());
            }
        }
    }

    /** The station has said what it knows of a command that was found waiting in the journal. */
    private void settle(Now now, StoredExecution execution, Inquiry.Entry known) {
        CommandId id = execution.id();
        if (known.ended().isPresent()) {
            supervisor.remove(execution);
            close(now, execution, known.attempt(), known.ended().get());
        } else if (known.attempt() > execution.attempt()) {
            supervisor.remove(execution);
            StoredExecution started = execution.afterStart(known.attempt());
            sink.killLeftovers(id); // no journal has named the processes of that start
            if (executions.mayRunAgain(started)) {
                executions.requeue(now, started);
                executions.startAll(now);
            } else {
                String reason = "the station has heard of start %d, and this journal is an older copy"
                        .formatted(known.attempt());
                executions.end(now, started, executions.interruption(now, started, reason));
            }
        } else if (store.isCanceled(id)) {
            supervisor.remove(execution);
            executions.end(
                    now,
                    execution,
                    Outcomes.unstarted(now, execution, ExecutionState.CANCELED, "canceled before it started"));
        } else {
            if (known.attempt() > 0) {
                outbox.ack(now, execution.process(), new Ack.Waiting(id)); // to run again
            }
            supervisor.release(execution);
            executions.start(now, supervisor.process(execution.process()));
        }
    }

    /** An end that the station knows better than this journal: kept, and told only when asked for. */
    private void close(Now now, StoredExecution execution, int attempt, ExecutionState end) {
        Outcome outcome = Outcomes.saidByStation(now, execution, attempt, end);
        byte[] ack = new Ack.Finished(execution.id(), outcome).encode();
        sink.write(new JournalWrite.PutExecution(execution.ended(outcome.state(), ack)));
    }

    private void interrupted(Now now, StoredExecution execution) {
        if (executions.mayRunAgain(execution)) {
            StoredExecution again = execution.waiting();
            sink.write(new JournalWrite.PutExecution(again));
            hold(again);
            return;
        }
        String what = execution.bootId().equals(settings.bootId()) ? "the agent" : "the machine";
        executions.end(now, execution, executions.interruption(now, execution, what + " went down while it ran"));
    }

    private void hold(StoredExecution execution) {
        unsure.add(execution.id());
        supervisor.add(execution);
        supervisor.hold(execution);
    }
}
