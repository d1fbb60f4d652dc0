// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.core;

import dev.steward.message.Ack;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ErrorEvent;
import dev.steward.message.ExecutionState;
import dev.steward.message.Inquiry;
import dev.steward.message.Limits;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.RefusedException;
import dev.steward.message.Space;
import dev.steward.message.Subject;
import dev.steward.message.link.Frame;
import dev.steward.message.link.Lane;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.Now;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What becomes of each command on this node: received, running, ended; told once and again whenever asked. */
final class Executions {
    /** How long an ended execution is kept to be told again. */
    private static final Duration KEEP_ENDED = Duration.ofDays(7);

    private static final long FORGET_EVERY_MS = 600_000;
    private static final long EXPIRE_EVERY_MS = 1_000;

    /** How long the station has, after contact, to name by itself what it has not heard the end of. */
    private static final long ASK_AFTER_MS = 3_000;

    /** What is known of a running execution beside its stored record. */
    private record Running(String process, int attempt) {}

    private final AgentCore.Settings settings;
    private final AgentStore store;
    private final AgentSink sink;
    private final MethodCheck methods;
    private final Outbox outbox;
    private final Supervisor supervisor;
    private final Map<CommandId, Running> running = new HashMap<>();
    /**
     * What was waiting in the journal at the start. The journal may be an older copy, from before a start that the
     * station has heard of, so none of it starts until the station has said what it knows.
     */
    private final Set<CommandId> unsure = new LinkedHashSet<>();

    /** All of {@link #unsure} at the start, settled or not. */
    private Set<CommandId> foundWaiting = Set.of();

    private long position;
    private boolean draining;
    private Space space;
    private long forgetAt;
    private long expireAt;
    private long askAt = Long.MAX_VALUE;
    private Optional<MessageId> lastAsked = Optional.empty();

    Executions(
            AgentCore.Settings settings,
            AgentStore store,
            AgentSink sink,
            MethodCheck methods,
            Outbox outbox,
            Space space) {
        this.settings = settings;
        this.store = store;
        this.sink = sink;
        this.methods = methods;
        this.outbox = outbox;
        this.space = space;
        this.supervisor = new Supervisor(settings.concurrency());
        this.position = store.lastExecutionPosition();
    }

    /** Takes up what the journal holds; what ran and is not alive was interrupted. */
    void recover(Now now, AgentCore.Recovery recovery) {
        Set<CommandId> alive = recovery.alive();
        for (StoredExecution execution : store.open()) {
            if (execution.state() != ExecutionState.RUNNING) {
                if (recovery.isSureOf(execution.id()) && !store.isCanceled(execution.id())) {
                    supervisor.add(execution);
                } else {
                    addUnsure(execution);
                }
            } else if (alive.contains(execution.id())) {
                running.put(execution.id(), new Running(execution.process(), execution.attempt()));
                supervisor.process(execution.process()).started(execution.id());
                if (store.isCanceled(execution.id())) {
                    sink.stop(execution.id(), ExecutionState.CANCELED);
                }
            } else {
                interrupted(now, execution);
            }
        }
        foundWaiting = Set.copyOf(unsure);
        startAll(now);
    }

    void output(Now now, CommandId id, int attempt, OutputChunk chunk) {
        Running execution = running.get(id);
        if (execution != null
                && execution.attempt == attempt
                && (space.low() || !outbox.output(now, execution.process, new Ack.Output(id, attempt, chunk)))) {
            sink.write(new JournalWrite.PutDropped(id, chunk.stream(), chunk.offset(), chunk.bytes().length));
        }
    }

    void ended(Now now, CommandId id, Outcome outcome) {
        Running execution = running.get(id);
        if (execution == null) {
            return;
        }
        StoredExecution stored = stored(id);
        if (outcome.state() == ExecutionState.INTERRUPTED && mayRunAgain(stored)) {
            running.remove(id);
            supervisor.process(execution.process).ended(id);
            requeue(now, stored);
        } else {
            end(now, stored, outcome.withKeptBytes(outcome.keptBytes() - store.droppedBytes(id)));
        }
    }

    void failed(Now now, CommandId id, String error) {
        Running execution = running.get(id);
        if (execution == null) {
            return;
        }
        ProcessQueue process = supervisor.process(execution.process);
        long down = process.failed(now.millis());
        String text = "process %s failed and starts again in %d ms: %s".formatted(process.name(), down, error);
        sink.log(System.Logger.Level.ERROR, text);
        outbox.error(now, new ErrorEvent("process " + process.name(), text, now.wall()));
        StoredExecution stored = stored(id);
        end(now, stored, interruption(now, stored, "its process failed: " + error));
    }

    void tick(Now now) {
        if (now.millis() >= expireAt) {
            expireAt = now.millis() + EXPIRE_EVERY_MS;
            supervisor.removeExpired(now.wall()).forEach(id -> expire(now, stored(id)));
        }
        if (now.millis() >= forgetAt) {
            forgetAt = now.millis() + FORGET_EVERY_MS;
            sink.write(new JournalWrite.ForgetEnded(now.wall().minus(KEEP_ENDED), now.wall()));
        }
        if (now.millis() >= askAt) {
            askAt = Long.MAX_VALUE;
            ask(now);
        }
        startAll(now); // a process that was down may be up again
    }

    private void ask(Now now) {
        if (lastAsked.isEmpty()) { // else the questions are in the outbox, and will be answered in this conversation
            unsure.forEach(
                    id -> lastAsked = Optional.of(outbox.ack(now, stored(id).process(), new Ack.Unsure(id))));
        }
    }

    /** The station has recorded a message of this start. */
    void recorded(MessageId message) {
        if (lastAsked.filter(message::equals).isPresent()) {
            lastAsked = Optional.empty();
        }
    }

    /** The station is there, in a new conversation. */
    void contact(Now now) {
        askAt = now.millis() + ASK_AFTER_MS;
    }

    /** Where space is low nothing starts: the outcome of what runs must find room. The station is told once. */
    void space(Now now, Space next) {
        space = next;
        if (next.low() != store.isLow()) {
            sink.write(new JournalWrite.PutLow(next.low()));
            String text = next.low()
                    ? next.text() + "; no command starts until there is room"
                    : "the disk has room again; commands start";
            outbox.error(now, new ErrorEvent("disk", text, now.wall()));
        }
    }

    boolean isSpaceLow() {
        return space.low();
    }

    void drain() {
        draining = true;
    }

    void interruptAll() {
        running.keySet().forEach(id -> sink.stop(id, ExecutionState.INTERRUPTED));
    }

    Set<CommandId> foundWaiting() {
        return foundWaiting;
    }

    Collection<CommandId> running() {
        return running.keySet();
    }

    int waitingCount() {
        return supervisor.waitingCount();
    }

    long waitingBytes() {
        return supervisor.waitingBytes();
    }

    /** A command in a message that was not seen before. */
    void command(Now now, Document.Command command, Frame.Data data) {
        if (store.execution(command.id()).isPresent()) {
            retell(now, command.id(), data.subject());
            return;
        }
        String process = data.subject().method() + "." + data.subject().domain();
        var execution = new StoredExecution(
                command.id(),
                ++position,
                process,
                data.body(),
                ExecutionState.RECEIVED,
                0,
                "",
                command.startBefore(),
                Optional.empty(),
                Optional.empty());
        try {
            if (!process.equals(command.method() + "." + command.domain())) {
                throw new RefusedException("the document is for %s.%s, but came on %s"
                        .formatted(command.method(), command.domain(), data.subject()));
            }
            if (!command.targets().contains(settings.name())) {
                throw new RefusedException("the document is not for this node");
            }
            methods.check(command);
        } catch (RefusedException e) {
            end(now, execution, Outcome.notStarted(ExecutionState.REJECTED, e.getMessage(), now.wall()));
            return;
        }
        sink.write(new JournalWrite.PutExecution(execution));
        supervisor.add(execution);
        start(now, supervisor.process(process));
    }

    void cancel(Now now, Document.Cancel cancel, Frame.Data data) {
        CommandId id = cancel.command();
        Optional<StoredExecution> found = store.execution(id);
        if (!cancel.targets().contains(settings.name())) {
            outbox.error(now, new ErrorEvent("cancel " + id, "the document is not for this node", now.wall()));
        } else if (found.isEmpty() && data.lane() == Lane.CONTROL) {
            canceledInstead(now, id, data);
        } else if (found.isEmpty()) {
            outbox.ack(now, "cancel.steward", new Ack.Unknown(id));
        } else if (found.get().state() == ExecutionState.CANCELED) {
            retell(now, id, Subject.cancel(settings.name())); // the station has not heard of it, or ordered it twice
        } else if (found.get().state().isTerminal()) {
            String reason = "it has ended: " + found.get().state();
            outbox.ack(now, found.get().process(), new Ack.CancelRefused(id, reason));
        } else if (unsure.contains(id)) {
            sink.write(new JournalWrite.PutCanceled(id)); // ends it as soon as the station has said what it knows
        } else if (supervisor.remove(found.get())) {
            end(
                    now,
                    found.get(),
                    Outcomes.unstarted(now, found.get(), ExecutionState.CANCELED, "canceled before it started"));
        } else {
            sink.write(new JournalWrite.PutCanceled(id));
            sink.stop(id, ExecutionState.CANCELED);
        }
    }

    /** Came in the place of its command, which so will never start, whatever copy of it is still under way. */
    private void canceledInstead(Now now, CommandId id, Frame.Data data) {
        var execution = new StoredExecution(
                id,
                ++position,
                "cancel.steward",
                data.body(),
                ExecutionState.RECEIVED,
                0,
                "",
                now.wall().plus(KEEP_ENDED), // its deadline is not known
                Optional.empty(),
                Optional.empty());
        end(now, execution, Outcomes.unstarted(now, execution, ExecutionState.CANCELED, "canceled before it came"));
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
                settle(now, stored(entry.command()), entry);
            } else {
                retell(now, entry.command(), data.subject());
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
            if (mayRunAgain(started)) {
                requeue(now, started);
                startAll(now);
            } else {
                String reason = "the station has heard of start %d, and this journal is an older copy"
                        .formatted(known.attempt());
                end(now, started, interruption(now, started, reason));
            }
        } else if (store.isCanceled(id)) {
            supervisor.remove(execution);
            end(
                    now,
                    execution,
                    Outcomes.unstarted(now, execution, ExecutionState.CANCELED, "canceled before it started"));
        } else {
            if (known.attempt() > 0) {
                outbox.ack(now, execution.process(), new Ack.Waiting(id)); // to run again
            }
            supervisor.release(execution);
            start(now, supervisor.process(execution.process()));
        }
    }

    /** An end that the station knows better than this journal: kept, and told only when asked for. */
    private void close(Now now, StoredExecution execution, int attempt, ExecutionState end) {
        Outcome outcome = Outcomes.saidByStation(now, execution, attempt, end);
        byte[] ack = new Ack.Finished(execution.id(), outcome).encode();
        sink.write(new JournalWrite.PutExecution(execution.ended(outcome.state(), ack)));
    }

    /** Says what is known of a command, once more. */
    void retell(Now now, CommandId id, Subject subject) {
        Optional<StoredExecution> found = store.execution(id);
        if (found.isEmpty()) {
            outbox.ack(now, subject.method() + "." + subject.domain(), new Ack.Unknown(id));
            return;
        }
        StoredExecution execution = found.get();
        if (execution.finished().isPresent()) {
            outbox.finished(now, execution.process(), execution.finished().get());
        } else if (execution.state() == ExecutionState.RUNNING) {
            outbox.ack(
                    now,
                    execution.process(),
                    new Ack.Started(
                            id, execution.attempt(), execution.startedAt().orElse(now.wall())));
        } else {
            outbox.ack(now, execution.process(), new Ack.Waiting(id));
        }
    }

    private void startAll(Now now) {
        supervisor.processes().forEach(process -> start(now, process));
    }

    private void start(Now now, ProcessQueue process) {
        while (!draining && !space.low()) {
            Optional<CommandId> next = supervisor.next(process, now.millis());
            if (next.isEmpty()) {
                return;
            }
            StoredExecution execution = stored(next.get());
            if (execution.startBefore().isBefore(now.wall())) {
                expire(now, execution);
            } else {
                spawn(now, process, execution);
            }
        }
    }

    private void spawn(Now now, ProcessQueue process, StoredExecution waiting) {
        Document.Command command = decode(waiting);
        StoredExecution execution = waiting.running(waiting.attempt() + 1, settings.bootId(), now.wall());
        // Recorded as running before the spawn, never after: a crash in between must not look like a free one.
        sink.write(new JournalWrite.PutExecution(execution));
        outbox.ack(now, execution.process(), new Ack.Started(execution.id(), execution.attempt(), now.wall()));
        process.started(execution.id());
        running.put(execution.id(), new Running(execution.process(), execution.attempt()));
        sink.start(execution.process(), command, execution.attempt());
    }

    private void interrupted(Now now, StoredExecution execution) {
        if (mayRunAgain(execution)) {
            StoredExecution again = execution.waiting();
            sink.write(new JournalWrite.PutExecution(again));
            addUnsure(again);
            return;
        }
        String what = execution.bootId().equals(settings.bootId()) ? "the agent" : "the machine";
        end(now, execution, interruption(now, execution, what + " went down while it ran"));
    }

    private void addUnsure(StoredExecution execution) {
        unsure.add(execution.id());
        supervisor.add(execution);
        supervisor.hold(execution);
    }

    private boolean mayRunAgain(StoredExecution execution) {
        return decode(execution).repeatable()
                && execution.attempt() < Limits.ATTEMPTS
                && !store.isCanceled(execution.id());
    }

    /** Waits to run again. */
    private void requeue(Now now, StoredExecution execution) {
        StoredExecution again = execution.waiting();
        sink.write(new JournalWrite.PutExecution(again));
        outbox.ack(now, again.process(), new Ack.Waiting(again.id()));
        supervisor.add(again);
    }

    private void expire(Now now, StoredExecution execution) {
        end(now, execution, Outcomes.unstarted(now, execution, ExecutionState.EXPIRED, "not started by its deadline"));
    }

    /** The one way in which an execution ends. */
    private void end(Now now, StoredExecution execution, Outcome outcome) {
        byte[] ack = new Ack.Finished(execution.id(), outcome).encode();
        sink.write(new JournalWrite.PutExecution(execution.ended(outcome.state(), ack)));
        outbox.finished(now, execution.process(), ack);
        if (running.remove(execution.id()) != null) {
            ProcessQueue process = supervisor.process(execution.process());
            process.ended(execution.id());
            start(now, process);
        }
    }

    private Outcome interruption(Now now, StoredExecution execution, String reason) {
        return Outcomes.stopped(now, execution, store.isCanceled(execution.id()), reason);
    }

    private StoredExecution stored(CommandId id) {
        return store.execution(id)
                .orElseThrow(() -> new IllegalStateException("execution " + id + " is not in the journal"));
    }

    private static Document.Command decode(StoredExecution execution) {
        try {
            if (Document.decode(execution.document()) instanceof Document.Command command) {
                return command;
            }
        } catch (RefusedException e) {
            throw new IllegalStateException("the journal's document of " + execution.id() + ": " + e.getMessage(), e);
        }
        throw new IllegalStateException("the journal holds no command under " + execution.id());
    }
}
