// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.Ack;
import dev.steward.message.CommandId;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeName;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.Times;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.Now;
import java.time.Instant;
import java.util.Optional;

/** What the station makes of the words about each execution. Once a command may have left, the node's word decides. */
final class Executions {
    private final NodeName self;
    private final StationStore store;
    private final StationSink sink;
    private long seq;

    Executions(NodeName self, StationStore store, StationSink sink) {
        this.self = self;
        this.store = store;
        this.sink = sink;
        this.seq = store.lastSeq();
    }

    /** A new one, held or queued. */
    void ordered(Execution execution) {
        sink.write(new LedgerWrite.PutExecution(execution, ++seq, self));
    }

    /** It has as many signatures as it needs, and goes out. */
    void released(Now now, Execution execution, MessageId message) {
        Execution queued = execution.queuedIn(message);
        sink.write(new LedgerWrite.PutMessageId(queued));
        move(execution, queued, self, now.wall(), now, "");
    }

    /** The node's inbox has the command: the link says so. */
    void recorded(Now now, Execution execution) {
        move(execution, execution.to(ExecutionState.RECEIVED), execution.node(), now.wall(), now, "");
    }

    /** @param found what the ledger holds of it */
    void ack(Now now, NodeName node, Ack ack, Optional<Execution> found) {
        if (found.isEmpty() && (ack instanceof Ack.Unsure || ack instanceof Ack.Waiting)) {
            return; // no word about anything that has happened
        }
        if (found.isEmpty()) {
            // A ledger restored from an older copy hears of orders that it has lost; the word is kept all the same.
            String text =
                    "speaks of the command %s, which is not in the ledger: %s".formatted(ack.command(), name(ack));
            sink.write(new LedgerWrite.PutEvent(node, "unknown-command", text, now.wall(), now.wall()));
            return;
        }
        Execution execution = found.get();
        switch (ack) {
            case Ack.Started(CommandId id, int attempt, Instant startedAt) -> {
                boolean corrects = execution.state() != ExecutionState.RUNNING
                        || !execution.startedAt().equals(Optional.of(startedAt));
                boolean news = attempt > execution.attempt() || (attempt == execution.attempt() && corrects);
                if (!execution.isEndedFor(attempt) && news) {
                    started(now, execution, attempt, startedAt);
                }
            }
            case Ack.Waiting waiting -> received(now, execution);
            case Ack.Unsure unsure -> {
                if (!execution.isFinal()) { // what was given up as lost stays so: the answer says it
                    received(now, execution);
                }
            }
            case Ack.Output(CommandId id, int attempt, OutputChunk chunk) -> {
                // Output may overtake the word of its start, and is as good a witness of it.
                boolean shows = attempt > execution.attempt() && !execution.isEndedFor(attempt);
                output(shows ? started(now, execution, attempt, now.wall()) : execution, attempt, chunk);
            }
            case Ack.Finished(CommandId id, Outcome outcome) -> finished(now, execution, outcome);
            case Ack.Unknown unknown -> {
                if (!execution.isFinal()) {
                    String reason = "the node came back with a store that does not know it"
                            + (execution.attempt() > 0 ? "; processes of its start may still run" : "");
                    end(now, execution, ExecutionState.LOST, reason, false);
                }
            }
            case Ack.CancelRefused(CommandId id, String reason) ->
                move(execution, execution, node, now.wall(), now, "cancel refused: " + reason);
        }
    }

    private Execution started(Now now, Execution execution, int attempt, Instant at) {
        long stored = store.outputBytes(execution.command(), execution.node(), attempt);
        Execution running = execution.running(attempt, at).withStored(stored);
        move(execution, running, execution.node(), at, now, "");
        return running;
    }

    private void received(Now now, Execution execution) {
        if (!execution.isEndedFor(0) && execution.state() != ExecutionState.RECEIVED) {
            move(execution, execution.to(ExecutionState.RECEIVED), execution.node(), now.wall(), now, "");
        }
    }

    /** A cancel is on its way to the node, whose word decides. */
    void cancelOrdered(Now now, Execution execution, String issuer) {
        move(execution, execution, self, now.wall(), now, "cancel ordered by " + issuer);
    }

    /** Canceled before it left: the station's word is final. */
    void canceled(Now now, Execution execution) {
        end(now, execution, ExecutionState.CANCELED, "canceled before it left the station", false);
    }

    /** Overdue: final where it never left, else a verdict that the node has yet to confirm. */
    void expired(Now now, Execution execution, boolean neverSent) {
        String reason = execution.state() == ExecutionState.HELD
                ? "not signed by enough operators by its deadline"
                : neverSent ? "not sent by its deadline" : "deadline passed without word from the node";
        end(now, execution, ExecutionState.EXPIRED, reason, !neverSent);
    }

    private void end(Now now, Execution execution, ExecutionState state, String reason, boolean provisional) {
        Outcome verdict = Outcome.without(state, execution.attempt(), reason, execution.startedAt(), now.wall());
        move(execution, execution.ended(verdict, provisional), self, now.wall(), now, "");
    }

    private void finished(Now now, Execution execution, Outcome outcome) {
        if (execution.isEndedFor(outcome.attempt())) {
            boolean other = execution.state() != outcome.state()
                    || execution.attempt() != outcome.attempt()
                    || !execution.startedAt().equals(outcome.startedAt());
            if (other) {
                move(
                        execution,
                        execution,
                        execution.node(),
                        outcome.finishedAt(),
                        now,
                        "the node now says %s, started %s: has it run again from an older copy of its journal?"
                                .formatted(
                                        outcome.state(),
                                        outcome.startedAt().map(Times::text).orElse("never")));
            }
            return; // told again: the first word stands
        }
        Execution withOutput = execution;
        for (OutputChunk chunk : outcome.output()) {
            withOutput = output(withOutput, outcome.attempt(), chunk);
        }
        long stored = store.outputBytes(execution.command(), execution.node(), outcome.attempt());
        Execution after = withOutput.ended(outcome.withoutOutput(), false).withStored(stored);
        move(execution, after, execution.node(), outcome.finishedAt(), now, "");
    }

    /** Output is known by its place, so a repetition changes nothing. */
    private Execution output(Execution execution, int attempt, OutputChunk chunk) {
        if (store.hasOutput(execution.command(), execution.node(), attempt, chunk.stream(), chunk.offset())) {
            return execution;
        }
        long length = attempt == execution.attempt() ? chunk.bytes().length : 0;
        Execution after = execution.withStored(execution.storedBytes() + length);
        sink.write(new LedgerWrite.PutOutput(++seq, after, attempt, chunk));
        return after;
    }

    /** The one way in which an execution changes. */
    private void move(Execution before, Execution after, NodeName saidBy, Instant observedAt, Now now, String remark) {
        sink.write(new LedgerWrite.PutTransition(
                new Transition(++seq, before, after, saidBy, observedAt, now.wall(), remark)));
    }

    private static String name(Ack ack) {
        return switch (ack) {
            case Ack.Started started -> "started";
            case Ack.Waiting waiting -> "waiting";
            case Ack.Unsure unsure -> "unsure";
            case Ack.Output output -> "output";
            case Ack.Finished finished -> finished.outcome().state().toString();
            case Ack.Unknown unknown -> "unknown";
            case Ack.CancelRefused refused -> "cancel refused";
        };
    }
}
