// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import dev.steward.agent.core.AgentCore;
import dev.steward.agent.core.AgentSink;
import dev.steward.agent.core.JournalWrite;
import dev.steward.agent.enrolment.Admission;
import dev.steward.agent.enrolment.Enrolment;
import dev.steward.agent.enrolment.MakeKeys;
import dev.steward.agent.facts.Facts;
import dev.steward.agent.method.Leftovers;
import dev.steward.agent.method.Method;
import dev.steward.agent.method.Methods;
import dev.steward.bus.BusListener;
import dev.steward.bus.NatsBus;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeRecord;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.Refusal;
import dev.steward.message.RefusedException;
import dev.steward.message.Space;
import dev.steward.message.WireMessage;
import dev.steward.message.json.JsonObject;
import dev.steward.message.link.Frame;
import dev.steward.message.link.FrameCodec;
import dev.steward.message.link.FrameEncoder;
import dev.steward.message.link.Now;
import dev.steward.message.link.Session;
import dev.steward.message.seal.ForgedException;
import dev.steward.message.seal.FrameGuard;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.store.CommitLoop;
import dev.steward.store.Committer;
import dev.steward.store.FolderLock;
import dev.steward.store.Reserve;
import dev.steward.store.TrustFileWatch;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * The agent's loop: receive, decide, commit, send. Inputs that arrive while a commit is under way share the next one.
 * Nobody else touches the journal or decides anything.
 */
public final class Agent {
    private static final System.Logger LOG = System.getLogger(Agent.class.getName());
    private static final long TICK_MS = 100;

    private final AgentSettings settings;
    private final RandomGenerator random = new SecureRandom();
    private final CommitLoop<AgentCore> loop;
    private final Map<String, AgentProcess> processes = new ConcurrentHashMap<>();
    private final Effects effects = new Effects();
    private final FolderLock lock;
    private final Reserve reserve;
    private final TrustFileWatch trustFile;
    private final StationWatch stationWatch;
    private final KeysInUse keys;
    private final FrameGuard guard;
    private final Methods methods;
    private Journal journal;
    private AgentCore core;
    private final NatsBus bus;
    private volatile boolean connected;
    private volatile boolean stopping;

    /**
     * Takes the data folder, recovers what it holds, and starts; returns at once.
     *
     * @throws RefusedException where the data folder is another node's
     */
    public Agent(AgentSettings settings) throws RefusedException {
        this.settings = settings;
        this.lock = FolderLock.take(settings.data());
        checkStillEnrolledSo(settings);
        LOG.log(
                System.Logger.Level.INFO,
                "node {0}, identity {1}",
                settings.name(),
                settings.keys().id());
        this.keys = new KeysInUse(settings.data(), new Admission(settings.enrolment(), settings.keys()));
        this.guard = new FrameGuard(keys);
        this.methods = new Methods(
                new MakeKeys(settings.data(), settings.enrolment(), settings.keys()),
                new ShowAudit(
                        settings.data(), settings.enrolment(), settings.keys().identity()));
        this.reserve = Reserve.in(settings.data());
        this.journal = Journal.open(settings.data());
        journal.claim(settings.name(), settings.station());
        reserve.look(CommitLoop.now().millis());
        this.trustFile = new TrustFileWatch(settings.trust());
        this.stationWatch = new StationWatch(
                settings.station(), settings.bus().shownUrl(), CommitLoop.now().millis());
        this.loop = new CommitLoop<>("agent-" + settings.name(), TICK_MS, new Host());
        killLeftovers();
        journal.begin();
        this.core = newCore(AgentCore.Recovery.atStart());
        this.bus = NatsBus.node(settings.bus(), settings.name().value(), new FromBus());
        commit();
        effects.carryOut();
        loop.start();
    }

    /**
     * Stops: nothing new starts, what runs may end within the grace time, then it is interrupted.
     *
     * @return why not all could be recorded; empty where it was
     */
    public Optional<String> stop() throws InterruptedException {
        stopping = true;
        return loop.awaitEnd(settings.grace());
    }

    /** The settings were read before the folder was this agent's alone; its keys may have been others' to change. */
    private void checkStillEnrolledSo(AgentSettings settings) throws RefusedException {
        boolean same = Enrolment.in(settings.data())
                .filter(each -> each.record().equals(settings.enrolment().record()))
                .isPresent();
        if (!same) {
            lock.close();
            throw new RefusedException("%s was given other keys just now; start again".formatted(settings.data()));
        }
    }

    private void commit() {
        core.flush();
        journal.commit();
    }

    private final class Host implements CommitLoop.Host<AgentCore> {
        private long interruptAt = Long.MAX_VALUE;

        @Override
        public AgentCore begin() {
            journal.begin();
            return core;
        }

        @Override
        public void commit() {
            Agent.this.commit();
        }

        @Override
        public void carryOut() {
            effects.carryOut();
        }

        @Override
        public void reopen() {
            effects.drop();
            reserve.giveUp();
            journal.close();
            journal = Journal.open(settings.data());
            var alive = new HashSet<CommandId>();
            processes.values().forEach(process -> alive.addAll(process.unsettled()));
            journal.begin();
            core = newCore(AgentCore.Recovery.of(core, alive));
            if (connected) {
                core.connected(CommitLoop.now());
            }
            Agent.this.commit();
        }

        @Override
        public void tick(Now now, List<Committer.Input<AgentCore>> batch) {
            Space space = reserve.look(now.millis());
            batch.add((agent, at) -> agent.space(at, space));
            trustFile.look(now.millis()).ifPresent(trust -> batch.add((agent, at) -> agent.trust(at, trust)));
            batch.add(AgentCore::tick);
            stationWatch
                    .look(now.millis(), connected, core.isLive())
                    .ifPresent(text -> LOG.log(System.Logger.Level.WARNING, text));
            if (stopping && interruptAt == Long.MAX_VALUE) {
                interruptAt = now.millis() + settings.grace().toMillis();
                batch.add((agent, at) -> agent.drain());
            } else if (now.millis() >= interruptAt) {
                batch.add((agent, at) -> agent.interruptAll());
            }
        }

        @Override
        public boolean isDone() {
            return interruptAt != Long.MAX_VALUE && core.isIdle();
        }

        @Override
        public void close() {
            journal.begin();
            core.leave(CommitLoop.now());
            Agent.this.commit();
            effects.carryOut();
            bus.close();
            journal.close();
            lock.close();
        }

        /** What runs would run on unwatched, and its end be told as an interruption. */
        @Override
        public void abandon() {
            processes.values().stream()
                    .flatMap(process -> process.unsettled().stream())
                    .forEach(id -> Leftovers.killMarked(AgentProcess.markers(settings.name(), id)));
        }
    }

    private AgentCore newCore(AgentCore.Recovery recovery) {
        JsonObject facts = Facts.collect(settings.labels(), settings.version());
        var coreSettings = new AgentCore.Settings(
                settings.name(),
                settings.enrolment().identity(),
                settings.station(),
                Session.create(random),
                Leftovers.bootId(),
                settings.heartbeat(),
                settings.concurrency(),
                AgentCore.Capacity.DEFAULT,
                Signatures.ED25519);
        var fresh = new AgentCore(
                coreSettings,
                journal,
                effects,
                this::check,
                random,
                CommitLoop.now(),
                recovery,
                reserve.space(),
                trustFile.trust(),
                stopping);
        fresh.describe(Facts.digest(facts), facts);
        return fresh;
    }

    private void killLeftovers() {
        List<Leftovers.Recorded> recorded = journal.spawned().stream()
                .map(spawned -> new Leftovers.Recorded(
                        AgentProcess.marker(settings.name(), spawned.id(), spawned.attempt()),
                        spawned.bootId(),
                        spawned.pid(),
                        spawned.startTicks()))
                .toList();
        int killed = recorded.isEmpty() ? 0 : Leftovers.kill(recorded);
        if (killed > 0) {
            LOG.log(System.Logger.Level.WARNING, "killed {0} processes that an earlier start had left", killed);
        }
    }

    private void check(Document.Command command) throws RefusedException {
        Method method = methods.named(command.method())
                .orElseThrow(() -> new RefusedException("this node has no method '%s'".formatted(command.method())));
        method.check(command.arguments());
    }

    /** Holds back what must wait for the commit. */
    private final class Effects implements AgentSink {
        private record Start(String process, Document.Command command, int attempt) {}

        private record Stop(CommandId id, ExecutionState state) {}

        private final FrameEncoder encoder = new FrameEncoder();
        private final List<Frame> frames = new ArrayList<>();
        private final List<Start> starts = new ArrayList<>();
        private final List<Stop> stops = new ArrayList<>();
        private final List<CommandId> settled = new ArrayList<>();

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
            starts.add(new Start(process, command, attempt));
        }

        @Override
        public void killLeftovers(CommandId id) {
            Leftovers.killMarked(AgentProcess.markers(settings.name(), id));
        }

        @Override
        public void stop(CommandId id, ExecutionState state) {
            stops.add(new Stop(id, state));
        }

        @Override
        public void otherKeys(NodeRecord record, SignedDocument signed, Optional<String> brokerToken)
                throws RefusedException {
            keys.take(record, signed, brokerToken);
        }

        @Override
        public void log(System.Logger.Level level, String text) {
            LOG.log(level, text);
        }

        void carryOut() {
            settled.forEach(id -> processes.values().forEach(process -> process.settled(id)));
            starts.forEach(start -> process(start.process()).start(start.command(), start.attempt()));
            stops.forEach(stop -> processes.values().forEach(process -> process.stop(stop.id(), stop.state())));
            frames.forEach(frame -> bus.publish(keys.sealed(encoder.encode(frame))));
            changeKeys();
            drop();
        }

        /** What was said until now was said with the former ones. */
        private void changeKeys() {
            try {
                if (keys.change()) {
                    LOG.log(System.Logger.Level.INFO, "other keys were approved, and are in use from now on");
                    keys.login().ifPresent(bus::login);
                }
            } catch (RefusedException e) {
                throw new IllegalStateException("keys that were taken: " + e.getMessage(), e);
            }
        }

        void drop() {
            starts.clear();
            stops.clear();
            settled.clear();
            frames.clear();
        }

        private AgentProcess process(String name) {
            return processes.computeIfAbsent(name, key -> {
                String method = key.substring(0, key.indexOf('.'));
                return new AgentProcess(
                        settings.name(),
                        key,
                        methods.named(method).orElseThrow(),
                        settings.concurrency().getOrDefault(key, 1),
                        new FromProcess());
            });
        }
    }

    private final class FromProcess implements AgentProcess.Listener {
        @Override
        public void spawned(CommandId id, long pid, long startTicks) throws InterruptedException {
            loop.put((core, now) -> core.spawned(id, pid, startTicks));
        }

        @Override
        public void output(CommandId id, int attempt, OutputChunk chunk) throws InterruptedException {
            loop.put((core, now) -> core.output(now, id, attempt, chunk), chunk.bytes().length);
        }

        @Override
        public void ended(CommandId id, Outcome outcome) throws InterruptedException {
            loop.put((core, now) -> {
                core.ended(now, id, outcome);
                effects.settled.add(id);
            });
        }

        @Override
        public void failed(CommandId id, String error) throws InterruptedException {
            loop.put((core, now) -> {
                core.failed(now, id, error);
                effects.settled.add(id);
            });
        }
    }

    private final class FromBus implements BusListener {
        @Override
        public void connected() throws InterruptedException {
            connected = true;
            loop.put(AgentCore::connected);
        }

        @Override
        public void disconnected(String why) throws InterruptedException {
            connected = false;
            loop.put(AgentCore::disconnected);
        }

        @Override
        public void message(WireMessage message, long position) throws InterruptedException {
            try {
                FrameGuard.Opened opened = guard.open(message);
                keys.heard(opened);
                Frame frame = FrameCodec.decode(opened.message());
                loop.put((core, now) -> core.frame(now, frame), frame.heldBytes());
            } catch (ForgedException e) {
                Optional<String> text = guard.refused(e.kind(), message);
                if (text.isPresent()) {
                    loop.put((core, now) -> core.forged(now, text.get()));
                }
            } catch (RefusedException e) {
                Refusal refusal = Refusal.of(message, e.getMessage());
                loop.put(
                        (core, now) -> core.undecodable(now, refusal),
                        refusal.kept().encodedBytes());
            }
        }
    }
}
