// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import dev.steward.agent.method.Method;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeName;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.json.JsonObject;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One process: a method for a domain, with a bounded mailbox and as many virtual threads as its concurrency says. What
 * may start is decided by the supervisor; so the mailbox never holds more than its threads can take.
 */
final class AgentProcess {
    /** Where a process tells what happens; called on the process's threads, and may block. */
    interface Listener {
        void spawned(CommandId id, long pid, long startTicks) throws InterruptedException;

        void output(CommandId id, int attempt, OutputChunk chunk) throws InterruptedException;

        void ended(CommandId id, Outcome outcome) throws InterruptedException;

        void failed(CommandId id, String error) throws InterruptedException;
    }

    private record Work(Document.Command command, int attempt) {}

    private final NodeName node;
    private final Method method;
    private final Listener listener;
    private final BlockingQueue<Work> mailbox;
    private final Map<CommandId, Running> running = new ConcurrentHashMap<>();

    AgentProcess(NodeName node, String name, Method method, int concurrency, Listener listener) {
        this.node = node;
        this.method = method;
        this.listener = listener;
        this.mailbox = new ArrayBlockingQueue<>(concurrency);
        for (int i = 0; i < concurrency; i++) {
            Thread.ofVirtual().name(name + "-" + i).start(this::work);
        }
    }

    /** The marker that every operating system process of an execution carries in its environment. */
    static String marker(NodeName node, CommandId id, int attempt) {
        return markers(node, id) + attempt;
    }

    /** How the markers of all starts of a command begin. */
    static String markers(NodeName node, CommandId id) {
        return "STEWARD_EXECUTION=" + node + "/" + id + "/"; // several agents may share a machine
    }

    void start(Document.Command command, int attempt) {
        running.put(command.id(), new Running(node, command, attempt, listener));
        mailbox.add(new Work(command, attempt)); // never full: the supervisor lets in no more than can run
    }

    void stop(CommandId id, ExecutionState state) {
        Running execution = running.get(id);
        if (execution != null) {
            execution.stop = Optional.of(state);
        }
    }

    /** What was started and whose end is not yet in the journal. */
    Set<CommandId> unsettled() {
        return running.keySet();
    }

    /** The end of this execution is in the journal. */
    void settled(CommandId id) {
        running.remove(id);
    }

    private void work() {
        try {
            while (true) {
                Work work = mailbox.take();
                Running execution = running.get(work.command().id());
                if (execution != null) {
                    run(work.command().id(), execution);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // only the end of the program interrupts these threads
        }
    }

    private void run(CommandId id, Running execution) throws InterruptedException {
        try {
            Outcome outcome = method.run(execution);
            listener.ended(id, outcome);
        } catch (RuntimeException | Error e) { // an Error too, for instance where no thread can be made any more
            listener.failed(id, e.toString());
        }
    }

    private static final class Running implements Method.Task {
        private final NodeName node;
        private final Document.Command command;
        private final int attempt;
        private final Listener listener;
        private volatile Optional<ExecutionState> stop = Optional.empty();

        Running(NodeName node, Document.Command command, int attempt, Listener listener) {
            this.node = node;
            this.command = command;
            this.attempt = attempt;
            this.listener = listener;
        }

        @Override
        public String marker() {
            return AgentProcess.marker(node, command.id(), attempt);
        }

        @Override
        public CommandId command() {
            return command.id();
        }

        @Override
        public int attempt() {
            return attempt;
        }

        @Override
        public JsonObject arguments() {
            return command.arguments();
        }

        @Override
        public Optional<Duration> timeout() {
            return command.timeout();
        }

        @Override
        public void spawned(long pid, long startTicks) {
            try {
                listener.spawned(command.id(), pid, startTicks);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void output(OutputChunk chunk) throws InterruptedException {
            listener.output(command.id(), attempt, chunk);
        }

        @Override
        public Optional<ExecutionState> stopRequested() {
            return stop;
        }
    }
}
