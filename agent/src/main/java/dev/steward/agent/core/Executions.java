// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.core;

import dev.steward.message.Ack;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ErrorEvent;
import dev.steward.message.ExecutionState;
import dev.steward.message.Limits;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.RefusedException;
import dev.steward.message.Space;
import dev.steward.message.Subject;
import dev.steward.message.link.Now;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What becomes of each command on this node: received, running, ended; told once and again whenever asked. */
final class Executions {
    /** How long an ended execution is kept to be told again. */
    static final Duration KEEP_ENDED = Duration.ofDays(7);

    private static final long FORGET_EVERY_MS = 600_000;
    private static final long EXPIRE_EVERY_MS = 1_000;

    /** What is known of a running execution beside its stored record. */
    private record Running(String process, int attempt) {}

    private final AgentCore.Settings settings;
    private final AgentStore store;
    private final AgentSink sink;
    private final Judge judge;
    private final Outbox outbox;
    private final Supervisor supervisor;
    private final AuditLog audit;
    private final Map<CommandId, Running> running = new HashMap<>();
    private long position;
    private boolean draining;
    private Space space;
    /** What is being queued. */
    private Optional<Document.Command> judged = Optional.empty();

    private long forgetAt;
    private long expireAt;

    Executions(
            AgentCore.Settings settings,
            AgentStore store,
            AgentSink sink,
            Judge judge,
            Outbox outbox,
            Supervisor supervisor,
            Space space,
            AuditLog audit) {
        this.audit = audit;
        this.settings = settings;
        this.store = store;
        this.sink = sink;
        this.judge = judge;
        this.outbox = outbox;
        this.space = space;
        this.supervisor = supervisor;
        this.position = store.lastExecutionPosition();
    }

    /** Goes on with what still runs in this very process. */
    void resume(StoredExecution execution) {
        running.put(execution.id(), new Running(execution.process(), execution.attempt()));
        supervisor.process(execution.process()).started(execution.id());
        if (store.isCanceled(execution.id())) {
            sink.stop(execution.id(), ExecutionState.CANCELED);
        }
    }

    /** A command that is new here; recorded and queued with {@link #queue}, or ended at once with {@link #end}. */
    StoredExecution fresh(CommandId id, String process, byte[] document, Instant startBefore) {
        return StoredExecution.received(id, ++position, process, document, startBefore);
    }

    /**
     * Queues a command that was judged in this very step, and starts it where it may start at once.
     *
     * @throws RefusedException where it needs one process too many; nothing was done
     */
    void queue(Now now, StoredExecution execution, Document.Command command) throws RefusedException {
        if (supervisor.hasNoRoomFor(execution.process())) {
            throw new RefusedException(
                    "this node has %d processes, and '%s' would be another one; a start of the agent forgets those that are idle"
                            .formatted(Limits.PROCESSES, execution.process()));
        }
        sink.write(new JournalWrite.PutExecution(execution));
        supervisor.add(execution);
        judged = Optional.of(command);
        start(now, supervisor.process(execution.process()));
        judged = Optional.empty();
    }

    /** Ends what waits; what runs is stopped, and ends when it has. */
    void cancel(Now now, StoredExecution execution) {
        if (supervisor.remove(execution)) {
            end(
                    now,
                    execution,
                    Outcomes.unstarted(now, execution, ExecutionState.CANCELED, "canceled before it started"));
        } else {
            sink.write(new JournalWrite.PutCanceled(execution.id()));
            sink.stop(execution.id(), ExecutionState.CANCELED);
        }
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
        startAll(now); // a process that was down may be up again
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

    Collection<CommandId> running() {
        return running.keySet();
    }

    int waitingCount() {
        return supervisor.waitingCount();
    }

    long waitingBytes() {
        return supervisor.waitingBytes();
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

    void startAll(Now now) {
        supervisor.processes().forEach(process -> start(now, process));
    }

    void start(Now now, ProcessQueue process) {
        while (!draining && !space.low() && !judge.holdsStarts()) {
            Optional<CommandId> next = supervisor.next(process, now.millis());
            if (next.isEmpty()) {
                return;
            }
            StoredExecution execution = stored(next.get());
            if (execution.startBefore().isBefore(now.wall())) {
                expire(now, execution);
            } else {
                judgeAndSpawn(now, process, execution);
            }
        }
    }

    /** What has waited is judged again: its key may have been revoked since it came, or the trust file changed. */
    private void judgeAndSpawn(Now now, ProcessQueue process, StoredExecution waiting) {
        Optional<Document.Command> fresh = judged.filter(command -> command.id().equals(waiting.id()));
        try {
            spawn(now, process, waiting, fresh.isPresent() ? fresh.get() : judge.stillAllowed(now, waiting));
        } catch (RefusedException e) {
            audit.refused(
                    now,
                    judge.issuer(waiting.command()),
                    Optional.of(waiting.id().toString()),
                    "not any more: " + e.getMessage(),
                    Optional.of(waiting.signed()));
            end(now, waiting, Outcomes.unstarted(now, waiting, ExecutionState.REJECTED, e.getMessage()));
        }
    }

    private void spawn(Now now, ProcessQueue process, StoredExecution waiting, Document.Command command) {
        StoredExecution execution = waiting.running(waiting.attempt() + 1, settings.bootId(), now.wall());
        // Recorded as running before the spawn, never after: a crash in between must not look like a free one.
        sink.write(new JournalWrite.PutExecution(execution));
        outbox.ack(now, execution.process(), new Ack.Started(execution.id(), execution.attempt(), now.wall()));
        process.started(execution.id());
        running.put(execution.id(), new Running(execution.process(), execution.attempt()));
        sink.start(execution.process(), command, execution.attempt());
    }

    boolean mayRunAgain(StoredExecution execution) {
        return execution.command().repeatable()
                && execution.attempt() < Limits.ATTEMPTS
                && !store.isCanceled(execution.id());
    }

    /** Waits to run again. */
    void requeue(Now now, StoredExecution execution) {
        StoredExecution again = execution.waiting();
        sink.write(new JournalWrite.PutExecution(again));
        outbox.ack(now, again.process(), new Ack.Waiting(again.id()));
        supervisor.add(again);
    }

    void expire(Now now, StoredExecution execution) {
        end(now, execution, Outcomes.unstarted(now, execution, ExecutionState.EXPIRED, "not started by its deadline"));
    }

    /** The one way in which an execution ends. */
    void end(Now now, StoredExecution execution, Outcome outcome) {
        byte[] ack = new Ack.Finished(execution.id(), outcome).encode();
        sink.write(new JournalWrite.PutExecution(execution.ended(outcome.state(), ack)));
        outbox.finished(now, execution.process(), ack);
        if (running.remove(execution.id()) != null) {
            ProcessQueue process = supervisor.process(execution.process());
            process.ended(execution.id());
            start(now, process);
        }
    }

    Outcome interruption(Now now, StoredExecution execution, String reason) {
        return Outcomes.stopped(now, execution, store.isCanceled(execution.id()), reason);
    }

    StoredExecution stored(CommandId id) {
        return store.execution(id)
                .orElseThrow(() -> new IllegalStateException("execution " + id + " is not in the journal"));
    }
}
