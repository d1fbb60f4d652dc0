// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import dev.steward.agent.core.AgentCore;
import dev.steward.agent.core.AgentSink;
import dev.steward.agent.core.JournalWrite;
import dev.steward.bus.Bus;
import dev.steward.bus.BusListener;
import dev.steward.bus.BusSettings;
import dev.steward.bus.NatsBus;
import dev.steward.e2e.TestNodes;
import dev.steward.e2e.TestOperator;
import dev.steward.e2e.sim.MemoryJournal;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import dev.steward.message.Refusal;
import dev.steward.message.RefusedException;
import dev.steward.message.Space;
import dev.steward.message.WireMessage;
import dev.steward.message.json.JsonObject;
import dev.steward.message.link.Frame;
import dev.steward.message.link.FrameCodec;
import dev.steward.message.link.FrameEncoder;
import dev.steward.message.link.Session;
import dev.steward.message.seal.ForgedException;
import dev.steward.message.seal.Seal;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.store.CommitLoop;
import dev.steward.store.Committer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * An agent of which a thousand fit into one JVM: the production core, committer and bus, with a connection of its own, on
 * a virtual thread; its journal is in memory, and its method answers {@code hi} at once without starting a process.
 */
final class MemoryAgent implements AutoCloseable {
    private static final long TICK_MS = 1_000; // a real agent's is 100: a thousand of those would be the measurement
    private static final int QUEUE = 2048;
    private static final byte[] HI = "hi\n".getBytes(StandardCharsets.UTF_8);

    private final NodeName name;
    private final BlockingQueue<Committer.Input<AgentCore>> inputs = new ArrayBlockingQueue<>(QUEUE);
    private final List<Committer.Input<AgentCore>> ends = new ArrayList<>();
    private final MemoryJournal journal = new MemoryJournal(Instant::now);
    private final Committer<AgentCore> committer = new Committer<>(new Host());
    private final Effects effects = new Effects();
    private final Seal seal;
    private final AgentCore core;
    private final Bus bus;
    private final Thread thread;
    private volatile boolean connected;
    private volatile Optional<String> failure = Optional.empty();

    MemoryAgent(BusSettings broker, NodeName name, Seal seal, String digest, JsonObject facts, RandomGenerator random) {
        this.name = name;
        this.seal = seal;
        var settings = new AgentCore.Settings(
                name,
                TestNodes.target(name.value()).key(),
                NodeName.CENTRAL,
                Session.create(random),
                "benchmark",
                Duration.ofSeconds(30),
                Map.of(),
                AgentCore.Capacity.DEFAULT,
                Signatures.ED25519);
        journal.begin();
        this.core = new AgentCore(
                settings,
                journal,
                effects,
                command -> {},
                random,
                CommitLoop.now(),
                AgentCore.Recovery.atStart(),
                Space.ENOUGH,
                TestOperator.trust(),
                false);
        core.describe(digest, facts);
        journal.commit();
        this.bus = NatsBus.node(broker, name.value(), new FromBus());
        this.thread = Thread.ofVirtual().name("agent-" + name).start(this::run);
    }

    boolean isConnected() {
        return connected;
    }

    /** Why it does not work; empty where it does. */
    Optional<String> failure() {
        return failure;
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
        bus.close();
    }

    private void run() {
        var batch = new ArrayList<Committer.Input<AgentCore>>();
        long nextTick = 0;
        try {
            while (true) {
                if (ends.isEmpty()) {
                    Committer.Input<AgentCore> first = inputs.poll(TICK_MS, TimeUnit.MILLISECONDS);
                    if (first != null) {
                        batch.add(first);
                    }
                }
                inputs.drainTo(batch);
                batch.addAll(ends);
                ends.clear();
                long now = CommitLoop.now().millis();
                if (now >= nextTick) {
                    nextTick = now + TICK_MS;
                    batch.add(AgentCore::tick);
                }
                if (!committer.step(batch, CommitLoop::now)) {
                    failure = Optional.of(name + ": " + committer.failure().orElse("?"));
                    return;
                }
                batch.clear();
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    private final class Host implements Committer.Host<AgentCore> {
        @Override
        public AgentCore begin() {
            journal.begin();
            return core;
        }

        @Override
        public void commit() {
            core.flush();
            journal.commit();
        }

        @Override
        public void carryOut() {
            effects.carryOut();
        }

        @Override
        public void reopen() {
            throw new IllegalStateException("a journal in memory does not come back");
        }
    }

    private final class Effects implements AgentSink {
        private record Start(Document.Command command, int attempt) {}

        private final FrameEncoder encoder = new FrameEncoder();
        private final List<Frame> frames = new ArrayList<>();
        private final List<Start> starts = new ArrayList<>();

        @Override
        public void write(JournalWrite write) {
            journal.apply(write);
        }

        @Override
        public void send(Frame frame) {
            frames.add(frame);
        }

        @Override
        public void start(String process, Document.Command command, int attempt) {
            starts.add(new Start(command, attempt));
        }

        @Override
        public void killLeftovers(CommandId id) {} // nothing is ever left over

        @Override
        public void stop(CommandId id, ExecutionState state) {} // nothing ever runs on

        @Override
        public void otherKeys(NodeRecord record, SignedDocument signed, Optional<String> brokerToken) {}

        @Override
        public void log(System.Logger.Level level, String text) {}

        void carryOut() {
            frames.forEach(frame -> bus.publish(seal.seal(encoder.encode(frame))));
            frames.clear();
            starts.forEach(start ->
                    ends.add((core, now) -> core.ended(now, start.command.id(), outcome(start.attempt, now.wall()))));
            starts.clear();
        }

        private static Outcome outcome(int attempt, Instant at) {
            return new Outcome(
                    ExecutionState.SUCCEEDED,
                    attempt,
                    OptionalInt.of(0),
                    Optional.empty(),
                    Optional.of(at),
                    at,
                    Optional.of(Duration.ZERO),
                    HI.length,
                    0,
                    HI.length,
                    List.of(new OutputChunk(OutputStreamName.STDOUT, 0, HI)));
        }
    }

    private final class FromBus implements BusListener {
        @Override
        public void connected() throws InterruptedException {
            connected = true;
            inputs.put(AgentCore::connected);
        }

        @Override
        public void disconnected(String why) throws InterruptedException {
            connected = false;
            inputs.put(AgentCore::disconnected);
        }

        @Override
        public void message(WireMessage message, long position) throws InterruptedException {
            try {
                seal.open(message);
                Frame frame = FrameCodec.decode(message);
                inputs.put((core, now) -> core.frame(now, frame));
            } catch (ForgedException e) {
                failure = Optional.of(name + ": " + e.getMessage());
            } catch (RefusedException e) {
                Refusal refusal = Refusal.of(message, e.getMessage());
                inputs.put((core, now) -> core.undecodable(now, refusal));
            }
        }
    }
}
