// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.EnrolmentAnswer;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.Refusal;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.WireMessage;
import dev.steward.message.link.Frame;
import dev.steward.message.link.FrameCodec;
import dev.steward.message.link.Lane;
import dev.steward.message.link.LinkWrite;
import dev.steward.message.link.Now;
import dev.steward.message.link.Session;
import dev.steward.message.seal.ForgedException;
import dev.steward.message.seal.FrameGuard;
import dev.steward.message.signing.VerificationKey;
import dev.steward.message.trust.Trust;
import dev.steward.station.core.Answer;
import dev.steward.station.core.LedgerWrite;
import dev.steward.station.core.LiveTokens;
import dev.steward.station.core.StationCore;
import dev.steward.station.core.StationSink;
import dev.steward.station.core.Transition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** A station: its ledger, and the program that comes and goes. */
final class SimStation extends SimProgram<StationCore> {
    private static final Instrument INSTRUMENT = new Instrument(
            Plan.Fault.STATION_BREAKDOWN,
            Reached.STATION_KILLED_BEFORE_COMMIT,
            Reached.STATION_KILLED_AFTER_COMMIT,
            Reached.STATION_KILLED_WHILE_SENDING,
            Reached.STATION_FSYNC_FAILED);
    private static final int KEPT_COPIES = 4;
    private static final String VIA = "simulator";

    /** A node has a cancel, by its own word. */
    private record ConfirmedCancel(CommandId command, NodeName node) {}

    private final SimBroker.Reader reader;
    private final FrameGuard guard = SimKeys.stationGuard();
    private final List<MemoryLedger> copies = new ArrayList<>();
    private final List<Transition> uncommitted = new ArrayList<>();
    private final List<LedgerWrite.PutEvent> uncommittedEvents = new ArrayList<>();
    private final List<LedgerWrite.PutOutput> uncommittedOutput = new ArrayList<>();
    private final List<ConfirmedCancel> uncommittedConfirmed = new ArrayList<>();
    /** What nodes have told besides executions: each once, as long as it is the same ledger. */
    private final Set<String> events = new HashSet<>();

    private MemoryLedger ledger;
    private long generation;
    private int startedAs = -1;
    private String mailboxIncarnation = "";
    private long mailboxPosition;
    private long storedPosition;

    SimStation(World world, String label, MemoryLedger ledger) {
        super(world, label);
        this.ledger = ledger;
        this.reader = world.broker().reader(NodeName.CENTRAL.value(), new FromBroker(), new Position());
    }

    MemoryLedger ledger() {
        return ledger;
    }

    SimBroker.Reader reader() {
        return reader;
    }

    long generation() {
        return generation;
    }

    void keepCopy() {
        copies.add(ledger.copy());
        if (copies.size() > KEPT_COPIES) {
            copies.removeFirst();
        }
    }

    boolean restore() {
        if (copies.isEmpty()) {
            return false;
        }
        kill();
        ledger = copies.get(world.random().nextInt(copies.size())).copy();
        events.clear();
        return true;
    }

    /** Orders; {@code answered} is called once the answer is durable, or never. */
    void order(List<byte[]> documents, Consumer<Answer> answered) {
        input((core, now) -> {
            Answer answer = core.order(now, VIA, documents);
            afterCommit(() -> answered.accept(answer));
        });
    }

    /** Puts a list of operators in force; {@code answered} as with an order. */
    void operators(byte[] list, Consumer<Answer> answered) {
        input((core, now) -> {
            Answer answer = core.operators(now, VIA, List.of(list));
            world.trace(() -> label + " takes a list: " + answer);
            afterCommit(() -> answered.accept(answer));
        });
    }

    /** A person says that only one machine of this name is left. */
    void unfreeze(NodeName node) {
        input((core, now) -> {
            Answer answer = core.unfreeze(now, VIA, node);
            world.trace(() -> label + " unfreezes " + node + ": " + answer);
        });
    }

    boolean isFrozen(NodeName node) {
        return Optional.ofNullable(ledger.knownNodes().get(node))
                .flatMap(MemoryLedger.Node::frozenSince)
                .isPresent();
    }

    /** Cancels; {@code answered} is called once the answer is durable, or never. */
    void cancel(CommandId command, List<byte[]> documents, Consumer<Answer> answered) {
        input((core, now) -> {
            Answer answer = core.cancel(now, VIA, command, documents);
            world.trace(() -> label + " cancels " + command + ": " + answer);
            afterCommit(() -> answered.accept(answer));
        });
    }

    @Override
    void kill() {
        reader.disconnect();
        super.kill();
    }

    @Override
    void start() {
        super.start();
        if (isUp()) {
            reader.connectSoon();
        }
    }

    @Override
    StationCore newCore(Now now) {
        if (startedAs != incarnation()) {
            startedAs = incarnation(); // once a process, not at each reopening of the store
            generation = ledger.raiseGeneration(now.wall());
            mailboxIncarnation = "";
            mailboxPosition = 0;
            storedPosition = 0;
        }
        return new StationCore(
                NodeName.CENTRAL,
                Session.create(world.random()),
                generation,
                ledger,
                new Sink(),
                world.random(),
                now,
                look(),
                SimOperator.SIGNATURES,
                SimOperator.TRUST,
                record -> Optional.empty(),
                (now1, number, hash) -> Optional.empty());
    }

    @Override
    void reconnect(StationCore fresh) {
        storedPosition = 0;
        mailboxPosition = ledger.mailboxPosition(mailboxIncarnation);
        if (reader.isConnected()) {
            fresh.connected(now());
        }
    }

    @Override
    void beginStore() {
        ledger.begin();
    }

    @Override
    void endBatch(StationCore core) {
        core.flush(now());
        if (mailboxPosition > 0 && mailboxPosition != storedPosition) {
            ledger.putMailboxPosition(mailboxIncarnation, mailboxPosition);
            storedPosition = mailboxPosition;
        }
    }

    @Override
    void commitStore() {
        ledger.commit();
        for (LedgerWrite.PutEvent event : uncommittedEvents) {
            boolean news = events.add(event.node() + " " + event.at() + " " + event.source() + " " + event.text());
            if (!news && !world.oracle().excuses().anyClone(event.node())) {
                throw new Violation(
                        "%s has recorded an event of %s twice: %s".formatted(label, event.node(), event.text()));
            }
        }
        var durable = List.copyOf(uncommitted);
        var outputs = List.copyOf(uncommittedOutput);
        var confirmed = List.copyOf(uncommittedConfirmed);
        forgetUncommitted();
        durable.forEach(transition -> world.oracle().judge(this, transition));
        outputs.forEach(output -> world.oracle().judge(this, output));
        confirmed.forEach(cancel -> world.oracle().cancelConfirmed(cancel.command(), cancel.node()));
    }

    @Override
    void rollBackStore() {
        ledger.rollback();
        forgetUncommitted();
    }

    private void forgetUncommitted() {
        uncommitted.clear();
        uncommittedEvents.clear();
        uncommittedOutput.clear();
        uncommittedConfirmed.clear();
    }

    @Override
    void committed() {
        if (world.random().nextInt(10) == 0) {
            reader.recordedUpTo(mailboxPosition);
        }
        world.invariants().station(this);
    }

    @Override
    long tickMillis() {
        return 2 * world.plan().tickMillis();
    }

    @Override
    void tick(StationCore core, Now now) {
        core.space(look());
        core.tick(now);
    }

    @Override
    Instrument instrument() {
        return INSTRUMENT;
    }

    private final class Sink implements StationSink {
        @Override
        public void write(LedgerWrite write) {
            wrote();
            confirmedCancel(write).ifPresent(uncommittedConfirmed::add);
            if (write instanceof LedgerWrite.PutCancel(NodeName node, var cancel) && isKept(node, cancel.document())) {
                world.reached(Reached.CANCEL_TOLD_AGAIN);
            }
            ledger.apply(write);
            switch (write) {
                case LedgerWrite.PutCommand command
                when isLow() -> throw new Violation(label + " takes an order without room for it");
                case LedgerWrite.PutOutput output
                when isLow() -> throw new Violation(label + " takes output without room for it");
                case LedgerWrite.PutTransition(Transition transition) -> uncommitted.add(transition);
                case LedgerWrite.PutFrozen(NodeName node, Optional<Instant> since) -> {
                    if (since.isPresent() && !world.oracle().excuses().anyClone(node)) {
                        throw new Violation("%s freezes %s, of which there is only one".formatted(label, node));
                    }
                    world.reached(since.isPresent() ? Reached.NODE_FROZEN : Reached.NODE_UNFROZEN);
                }
                case LedgerWrite.PutOutput output -> uncommittedOutput.add(output);
                case LedgerWrite.PutEvent event
                when event.source().equals("unknown-command") -> world.reached(Reached.UNKNOWN_COMMAND);
                case LedgerWrite.PutEvent event
                when event.source().equals("clone") -> world.reached(Reached.TWO_OF_ONE_NAME);
                case LedgerWrite.PutEvent event
                when event.source().equals("audit") -> {
                    if (!world.oracle().excuses().anyDisk(event.node())) {
                        throw new Violation("%s: %s, and its disk was never replaced".formatted(label, event.text()));
                    }
                    world.reached(Reached.NODE_LOG_WENT_BACK);
                }
                case LedgerWrite.PutEvent event
                when event.source().equals("generation") -> world.reached(Reached.REFUSED_BY_NODE);
                case LedgerWrite.PutEvent event
                when event.source().equals("operators") -> world.reached(Reached.NODE_WITH_A_NEWER_LIST);
                case LedgerWrite.PutEvent event
                when event.node().equals(NodeName.CENTRAL) ->
                    uncommittedEvents.add(event); // of frames that nobody reads
                case LedgerWrite.PutEvent event
                when isLow() -> throw new Violation(label + " takes an event without room for it");
                case LedgerWrite.PutEvent event -> {
                    uncommittedEvents.add(event);
                    if (event.source().equals("disk")) {
                        world.reached(Reached.STATION_TOLD_OF_FULL_DISK);
                    }
                }
                default -> {}
            }
        }

        private boolean isKept(NodeName node, Document.Cancel document) {
            return ledger.cancel(document.command(), node)
                    .filter(kept -> kept.document().equals(document))
                    .isPresent();
        }

        private Optional<ConfirmedCancel> confirmedCancel(LedgerWrite write) {
            if (!(write instanceof LedgerWrite.OfLink(LinkWrite.DeleteOutbox(long position)))) {
                return Optional.empty();
            }
            return ledger.outbox(position)
                    // In the place of its command nobody can tell which of the two the node has.
                    .filter(entry ->
                            entry.lane() == Lane.RESULTS && entry.subject().equals(Subject.cancel(entry.peer())))
                    .flatMap(entry -> confirmedCancel(entry.peer(), (Document.Cancel) SimOperator.read(entry.body())));
        }

        /** A node may refuse Bob's, when he is revoked. */
        private static Optional<ConfirmedCancel> confirmedCancel(NodeName node, Document.Cancel cancel) {
            return cancel.issuer().equals(SimOperator.BOB.key().id())
                    ? Optional.empty()
                    : Optional.of(new ConfirmedCancel(cancel.command(), node));
        }

        @Override
        public void send(Frame frame) {
            if (frame instanceof Frame.Data data && isFrozen(data.envelope().to())) {
                throw new Violation("%s sends %s to %s, which is frozen"
                        .formatted(label, data.subject(), data.envelope().to()));
            }
            afterCommit(() -> {
                world.flow().sent(SimStation.this, frame);
                if (frame instanceof Frame.Data data) {
                    world.oracle().judgeSend(SimStation.this, data);
                }
                reader.publish(SimKeys.atStation(frame.envelope().to())
                        .seal(FrameCodec.encode(world.attacker().touch(frame))));
            });
        }

        @Override
        public void presence(NodeName node, boolean reachable, Instant lastHeardAt) {}

        @Override
        public void trust(Trust trust) {}

        @Override
        public void answer(EnrolmentRequest request, EnrolmentAnswer answer) {}

        @Override
        public void node(NodeRecord record, Optional<NodeRecord> former) {}

        @Override
        public void apiTokens(LiveTokens tokens) {}

        @Override
        public void shutOut(VerificationKey login, Instant until) {}

        @Override
        public void log(System.Logger.Level level, String text) {
            world.trace(() -> label + " logs: " + text);
        }
    }

    private final class Position implements SimBroker.Position {
        @Override
        public void in(String incarnation, LongConsumer answer) {
            input((core, now) -> {
                mailboxIncarnation = incarnation;
                storedPosition = 0;
                mailboxPosition = ledger.mailboxPosition(incarnation);
                answer.accept(mailboxPosition);
            });
        }
    }

    private final class FromBroker implements SimBroker.Listener {
        @Override
        public boolean isUp() {
            return SimStation.this.isUp();
        }

        @Override
        public void connected() {
            input(StationCore::connected);
        }

        @Override
        public void disconnected() {
            input(StationCore::disconnected);
        }

        @Override
        public void message(WireMessage message, OptionalLong position) {
            try {
                guard.open(message);
                Frame frame = FrameCodec.decode(message);
                world.flow().arrived(SimStation.this, frame);
                input((core, now) -> {
                    core.frame(now, frame);
                    mailboxPosition = position.orElseThrow();
                });
            } catch (ForgedException e) {
                world.reached(Reached.FORGED_FRAME_REFUSED);
                Optional<String> worth = guard.refused(e.kind(), message);
                input((core, now) -> {
                    worth.ifPresent(text -> core.forged(now, text));
                    mailboxPosition = position.orElseThrow();
                });
            } catch (RefusedException e) {
                input((core, now) -> {
                    core.undecodable(now, Refusal.of(message, e.getMessage()));
                    mailboxPosition = position.orElseThrow();
                });
            }
        }
    }
}
