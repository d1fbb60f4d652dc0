// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.agent.core.AgentCore;
import dev.steward.agent.core.AgentSink;
import dev.steward.agent.core.JournalWrite;
import dev.steward.agent.core.StoredExecution;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.Refusal;
import dev.steward.message.RefusedException;
import dev.steward.message.WireMessage;
import dev.steward.message.json.JsonObject;
import dev.steward.message.link.Frame;
import dev.steward.message.link.FrameCodec;
import dev.steward.message.link.Now;
import dev.steward.message.link.Session;
import dev.steward.message.seal.ForgedException;
import dev.steward.message.seal.FrameGuard;
import dev.steward.message.signing.SignedDocument;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** An edge unit: a machine with a clock and processes, a disk with a journal, and an agent that comes and goes. */
final class SimNode extends SimProgram<AgentCore> {
    static final AgentCore.Capacity CAPACITY = new AgentCore.Capacity(12, 300_000, 100_000);
    private static final Instrument INSTRUMENT = new Instrument(
            Plan.Fault.AGENT_BREAKDOWN,
            Reached.AGENT_KILLED_BEFORE_COMMIT,
            Reached.AGENT_KILLED_AFTER_COMMIT,
            Reached.AGENT_KILLED_WHILE_SENDING,
            Reached.AGENT_FSYNC_FAILED);
    private static final int KEPT_COPIES = 4;

    /** A disk as it was, and what that disk must know. */
    private record Copy(MemoryJournal disk, Known known) {
        Copy again() {
            return new Copy(disk.copy(), known.copy());
        }
    }

    final NodeName name;
    private final FrameGuard guard;
    private final int concurrency;
    private final List<SimTask> tasks = new ArrayList<>();
    private final HashSet<CommandId> unsettled = new HashSet<>();
    private final List<Copy> copies = new ArrayList<>();
    private final List<CommandId> uncommittedCancels = new ArrayList<>();
    private final SimBroker.Client client;
    private MemoryJournal disk;
    private Known known = new Known();
    private int boots = 1;
    private long nextPid = 100;
    private long skew;
    private boolean isReopening;
    private long heardGeneration;

    /** What the newest hello of this start was said with, where no station has answered it yet. */
    private Optional<Frame.Hello> unanswered = Optional.empty();

    private boolean heardFrozen;

    SimNode(World world, String label, NodeName name, int concurrency, MemoryJournal disk) {
        super(world, label);
        this.name = name;
        this.guard = SimKeys.guardOf(name);
        this.concurrency = concurrency;
        this.disk = disk;
        this.client = world.broker().client(name.value(), new FromBroker());
    }

    MemoryJournal disk() {
        return disk;
    }

    SimBroker.Client client() {
        return client;
    }

    /** The highest generation of a station that this disk has ever held. */
    long heardGeneration() {
        heardGeneration = Math.max(heardGeneration, disk.generation());
        return heardGeneration;
    }

    Known known() {
        return known;
    }

    @Override
    long skewMillis() {
        return skew;
    }

    void jumpClock(long millis) {
        skew += millis;
    }

    void keepCopy() {
        copies.add(new Copy(disk, known).again());
        if (copies.size() > KEPT_COPIES) {
            copies.removeFirst();
        }
    }

    /** Puts an older copy of the whole disk back; the machine boots from it, or the agent alone is stopped for it. */
    boolean restore() {
        if (copies.isEmpty()) {
            return false;
        }
        stopMachineOrAgent();
        Copy copy = copies.get(world.random().nextInt(copies.size())).again();
        disk = copy.disk;
        known = copy.known;
        heardGeneration = 0;
        return true;
    }

    void deleteJournal() {
        stopMachineOrAgent();
        disk = new MemoryJournal(world::wall);
        known = new Known();
        copies.clear();
        heardGeneration = 0;
    }

    SimNode cloned() {
        var clone = new SimNode(world, label + "'", name, concurrency, disk.copy());
        clone.known = known.copy();
        clone.disturb();
        return clone;
    }

    private void stopMachineOrAgent() {
        if (world.random().nextBoolean()) {
            reboot();
        } else {
            kill();
        }
    }

    /** All processes end; pids are given out anew. */
    void reboot() {
        world.trace(() -> label + " reboots");
        kill();
        List.copyOf(tasks).forEach(SimTask::kill);
        boots++;
        nextPid = 100;
        world.reached(Reached.MACHINE_REBOOTED);
    }

    /** As on SIGTERM: nothing new starts, what runs may end, then it is interrupted. */
    void stopGently() {
        int mine = incarnation();
        world.reached(Reached.AGENT_STOPPED);
        disturb();
        input((core, now) -> core.drain());
        world.after(2_000, () -> ifStill(mine, () -> input((core, now) -> core.interruptAll())));
        world.after(3_000, () -> ifStill(mine, () -> input(AgentCore::leave)));
        world.after(3_100, () -> ifStill(mine, this::kill));
    }

    private void ifStill(int started, Runnable what) {
        if (isUp() && started == incarnation()) {
            what.run();
        }
    }

    /** The lowest attempt of this command whose process is alive on this machine, whoever started it. */
    OptionalInt alive(CommandId command) {
        return tasks.stream()
                .filter(task -> task.command().equals(command))
                .mapToInt(SimTask::attempt)
                .min();
    }

    @Override
    public void reopen() {
        disturb();
        isReopening = true;
        super.reopen();
    }

    @Override
    void kill() {
        disturb();
        client.disconnect();
        super.kill();
        unsettled.clear();
    }

    @Override
    void start() {
        isReopening = false;
        killLeftovers();
        world.invariants().audit(this);
        super.start();
        if (isUp()) {
            client.connectSoon();
        }
    }

    /** What the agent does before it recovers: by marker, as processes are found on a real machine. */
    private void killLeftovers() {
        for (StoredExecution execution : disk.executions()) {
            if (execution.state() == ExecutionState.RUNNING) {
                boolean sameBoot = execution.bootId().equals(bootId());
                for (SimTask task : List.copyOf(tasks)) {
                    boolean marked = task.command().equals(execution.id()) && task.attempt() == execution.attempt();
                    if (sameBoot && marked) {
                        world.reached(Reached.LEFTOVER_KILLED);
                        task.kill();
                    }
                }
            }
        }
    }

    private String bootId() {
        return label + "-boot-" + boots;
    }

    @Override
    AgentCore newCore(Now now) {
        var settings = new AgentCore.Settings(
                name,
                SimKeys.target(name).key(),
                NodeName.CENTRAL,
                Session.create(world.random()),
                bootId(),
                world.plan().heartbeat(),
                Map.of("test.sim", concurrency),
                CAPACITY,
                SimOperator.SIGNATURES);
        unanswered = Optional.empty();
        heardFrozen &= isReopening;
        var fresh = new AgentCore(
                settings,
                disk,
                new Sink(),
                SimNode::check,
                world.random(),
                now,
                isReopening ? AgentCore.Recovery.of(core(), Set.copyOf(unsettled)) : AgentCore.Recovery.atStart(),
                look(),
                SimOperator.TRUST,
                false);
        var facts = new LinkedHashMap<String, Object>();
        facts.put("boot", bootId());
        fresh.describe(bootId(), JsonObject.of(facts));
        return fresh;
    }

    /** Whether the last word of a live station to this process was that this node is frozen. */
    boolean hasHeardThatItIsFrozen() {
        return heardFrozen;
    }

    private void hear(Frame frame) {
        if (!(frame instanceof Frame.Hello hello)
                || unanswered.isEmpty()
                || hello.envelope().generation() < disk.generation()
                || hello.peer()
                        .filter(to -> !to.equals(unanswered.get().envelope().session()))
                        .isPresent()
                || hello.echo().orElse(0) != unanswered.get().nonce()) {
            return;
        }
        unanswered = Optional.empty();
        if (!hello.leaving()) {
            if (hello.frozen() && !heardFrozen) {
                world.reached(Reached.NODE_HEARD_THAT_IT_IS_FROZEN);
            }
            heardFrozen = hello.frozen();
        }
    }

    /** A process of this machine has ended or was ended. */
    void gone(SimTask task) {
        tasks.remove(task);
    }

    /** What its agent has heard of its end is durable. */
    void settled(CommandId command) {
        unsettled.remove(command);
    }

    /** Something happens to its agent that may interrupt what it runs. */
    void disturb() {
        world.oracle().disturbed(name);
    }

    private static void check(Document.Command command) throws RefusedException {
        if (command.arguments().has("refuse")) {
            throw new RefusedException("this node does not want it");
        }
    }

    @Override
    void reconnect(AgentCore fresh) {
        if (client.isConnected()) {
            fresh.connected(now());
        }
    }

    @Override
    void beginStore() {
        disk.begin();
    }

    @Override
    void endBatch(AgentCore core) {
        core.flush();
    }

    @Override
    void commitStore() {
        disk.commit();
        Known since = known;
        var canceled = List.copyOf(uncommittedCancels);
        uncommittedCancels.clear();
        // What starts by this very commit had begun before its cancel came.
        world.after(0, () -> canceled.forEach(id -> world.oracle().cancelRecorded(since, name, id)));
    }

    @Override
    void rollBackStore() {
        disk.rollback();
        uncommittedCancels.clear();
    }

    @Override
    void committed() {
        world.invariants().node(this);
    }

    @Override
    long tickMillis() {
        return world.plan().tickMillis();
    }

    @Override
    void tick(AgentCore core, Now now) {
        core.space(now, look());
        core.tick(now);
    }

    @Override
    Instrument instrument() {
        return INSTRUMENT;
    }

    private final class Sink implements AgentSink {
        @Override
        public void write(JournalWrite write) {
            wrote();
            disk.apply(write);
            world.sightings().write(write);
            if (write instanceof JournalWrite.PutOperators) {
                world.reached(Reached.LIST_IN_FORCE);
            }
            if (write instanceof JournalWrite.PutAudit(long number, byte[] entry, var hash)
                    && new String(entry, StandardCharsets.UTF_8).contains("station's audit log went back")) {
                world.reached(Reached.STATION_LOG_WENT_BACK);
            }
            if (write instanceof JournalWrite.PutCanceled(CommandId id)) {
                uncommittedCancels.add(id);
            }
        }

        @Override
        public void send(Frame frame) {
            if (frame instanceof Frame.Hello hello) {
                unanswered = Optional.of(hello);
            }
            afterCommit(() -> {
                world.invariants().told(SimNode.this, frame);
                world.flow().sent(SimNode.this, frame);
                client.publish(SimKeys.atNode(name).seal(FrameCodec.encode(frame)));
            });
        }

        @Override
        public void start(String process, Document.Command command, int attempt) {
            if (isLow()) {
                throw new Violation(label + " starts " + command.id() + " without room for its outcome");
            }
            world.oracle().decided(SimNode.this, command.id());
            starts();
            int parent = incarnation();
            afterCommit(() -> {
                unsettled.add(command.id());
                long alive = tasks.stream().filter(SimTask::isWatched).count();
                if (alive >= concurrency) {
                    throw new Violation(
                            "%s runs %d commands at once, and may run %d".formatted(label, alive + 1, concurrency));
                }
                var task = new SimTask(SimNode.this, command, attempt, parent, nextPid++);
                world.trace(() -> "%s runs %s attempt %d".formatted(label, command.id(), attempt));
                world.oracle().started(SimNode.this, command, attempt);
                tasks.add(task);
                task.run();
            });
        }

        @Override
        public void killLeftovers(CommandId id) {
            for (SimTask task : List.copyOf(tasks)) {
                if (task.command().equals(id)) {
                    world.reached(Reached.UNKNOWN_LEFTOVER_KILLED);
                    task.kill();
                }
            }
        }

        @Override
        public void stop(CommandId id, ExecutionState state) {
            afterCommit(() -> List.copyOf(tasks).stream()
                    .filter(task -> task.isWatched() && task.command().equals(id))
                    .forEach(task -> task.stop(state)));
        }

        @Override
        public void otherKeys(NodeRecord record, SignedDocument signed, Optional<String> brokerToken) {}

        @Override
        public void log(System.Logger.Level level, String text) {
            world.trace(() -> label + " logs: " + text);
        }
    }

    private final class FromBroker implements SimBroker.Listener {
        @Override
        public boolean isUp() {
            return SimNode.this.isUp();
        }

        @Override
        public void connected() {
            input(AgentCore::connected);
        }

        @Override
        public void disconnected() {
            input(AgentCore::disconnected);
        }

        @Override
        public void message(WireMessage message, OptionalLong position) {
            try {
                guard.open(message);
                Frame frame = FrameCodec.decode(message);
                world.flow().arrived(SimNode.this, frame);
                input((core, now) -> {
                    hear(frame);
                    core.frame(now, frame);
                });
            } catch (ForgedException e) {
                world.reached(Reached.FORGED_FRAME_REFUSED);
                guard.refused(e.kind(), message).ifPresent(text -> input((core, now) -> core.forged(now, text)));
            } catch (RefusedException e) {
                input((core, now) -> core.undecodable(now, Refusal.of(message, e.getMessage())));
            }
        }
    }
}
