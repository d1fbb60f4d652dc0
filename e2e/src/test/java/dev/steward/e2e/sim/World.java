// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.agent.core.JournalWrite;
import dev.steward.message.Ack;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.Outcome;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.json.JsonObject;
import dev.steward.message.link.Lane;
import dev.steward.message.link.LinkCounters;
import dev.steward.message.link.LinkWrite;
import dev.steward.station.core.Answer;
import dev.steward.station.core.Execution;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One simulation: everything that happens follows from its seed, in one thread, in virtual time. */
final class World {
    private static final Instant START = Instant.parse("2026-06-01T00:00:00Z");
    private static final long DRAIN_WITHIN_MS = Duration.ofHours(2).toMillis();
    private static final int MAX_STEPS = 20_000_000;
    private static final int SCAN_EVERY = 2_000;
    private static final long PROGRESS_EVERY_MS = 5_000;
    private static final Duration DONE_WITHIN = Duration.ofMinutes(2);

    private record Event(long at, long tie, Runnable what) {}

    private final Random random;
    private final Consumer<String> tracer;
    private final boolean tracing;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>((a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.tie, b.tie));
    private final Map<Reached, Long> reached = new EnumMap<>(Reached.class);
    private final Oracle oracle;
    private final Flow flow = new Flow();
    private final SimBroker broker;
    private final List<SimNode> nodes = new ArrayList<>();
    private final List<SimStation> stations = new ArrayList<>();
    private final List<SimOrder> orders = new ArrayList<>();
    private final Map<SimProgram<?>, Boolean> retired = new LinkedHashMap<>();
    private final Set<String> told = new HashSet<>();
    private Plan plan;
    private long millis;
    private long ties;
    private long tickets;
    private long steps;
    private boolean healed;
    private long aheadMillis;

    /** @param tracer takes a line for each thing worth telling; none is made where there is no tracer */
    World(long seed, Optional<Consumer<String>> tracer) {
        this.random = new Random(seed);
        this.tracer = tracer.orElse(line -> {});
        this.tracing = tracer.isPresent();
        this.plan = Plan.draw(random);
        this.oracle = new Oracle(this);
        this.broker = new SimBroker(this);
        stations.add(new SimStation(this, "central", new MemoryLedger()));
        for (int i = 1; i <= plan.nodes(); i++) {
            String name = "ship" + i;
            nodes.add(new SimNode(this, name, new NodeName(name), plan.concurrency(), new MemoryJournal(this::wall)));
        }
    }

    /** Runs it to the end. @throws Violation where an invariant does not hold */
    void run() {
        trace(() -> plan.toString());
        stations.getFirst().start();
        nodes.forEach(SimNode::start);
        plan.meanMillis().forEach((fault, mean) -> after(gap(mean), () -> strike(fault, mean)));
        for (int i = 0; i < plan.load().orders(); i++) {
            after(1_000 + random.nextLong(plan.faultyMillis()), this::order);
        }
        for (int i = 0; i < plan.load().orders() / 3; i++) {
            after(1_000 + random.nextLong(plan.faultyMillis()), this::cancel);
        }
        if (plan.sustained()) {
            after(PROGRESS_EVERY_MS, this::checkProgress);
        }
        runUntil(plan.faultyMillis());
        heal();
        long deadline = millis + DRAIN_WITHIN_MS;
        while (!isDrained()) {
            if (millis >= deadline) {
                throw notDrained();
            }
            runUntil(millis + 5_000);
        }
        oracle.judgeAtRest(primary().ledger());
        harvest();
    }

    private void runUntil(long end) {
        while (!events.isEmpty() && events.peek().at <= end) {
            Event event = events.remove();
            millis = Math.max(millis, event.at);
            if (++steps > MAX_STEPS) {
                throw new Violation("no end after " + steps + " steps");
            }
            event.what.run();
            if (steps % SCAN_EVERY == 0) {
                scan();
            }
        }
        millis = Math.max(millis, end);
    }

    // What the parts of the simulation need.

    Random random() {
        return random;
    }

    Plan plan() {
        return plan;
    }

    long millis() {
        return millis;
    }

    Instant wall() {
        return START.plusMillis(millis);
    }

    /** The latest that any clock has ever shown. */
    Instant latestWall() {
        return wall().plusMillis(aheadMillis);
    }

    long steps() {
        return steps;
    }

    long ticket() {
        return ++tickets;
    }

    Oracle oracle() {
        return oracle;
    }

    Flow flow() {
        return flow;
    }

    SimBroker broker() {
        return broker;
    }

    /** The station that the operator speaks with. */
    SimStation primary() {
        return stations.getFirst();
    }

    void after(long delay, Runnable what) {
        events.add(new Event(millis + Math.max(0, delay), ++ties, what));
    }

    void reached(Reached what) {
        reached(what, 1);
    }

    private void reached(Reached what, long times) {
        reached.merge(what, times, Long::sum);
    }

    Map<Reached, Long> counts() {
        return reached;
    }

    void trace(Supplier<String> text) {
        if (tracing) {
            tracer.accept("%8.3f %s".formatted(millis / 1000.0, text.get()));
        }
    }

    /** A program has gone down; somebody starts it again. */
    void down(SimProgram<?> program) {
        if (!retired.containsKey(program)) {
            after(100 + random.nextInt(healed ? 1_000 : 15_000), () -> {
                if (!program.isUp() && !retired.containsKey(program)) {
                    program.start();
                }
            });
        }
    }

    /** Counts what can only be seen in what the agents write. */
    void sawWrite(JournalWrite write) {
        switch (write) {
            case JournalWrite.PutExecution(var execution)
            when execution.finished().isPresent() -> sawEnd(execution.finished().get());
            case JournalWrite.OfLink(LinkWrite.PutOutbox(var entry))
            when entry.lane() == Lane.RESULTS && entry.subject().kind() == Subject.Kind.ACK -> {
                switch (decode(entry.body())) {
                    case Ack.Unsure unsure -> reached(Reached.ASKED_BEFORE_A_START);
                    case Ack.Finished(CommandId id, Outcome outcome) -> {
                        if (!told.add(entry.peer() + entry.subject().toString() + id + outcome.finishedAt())) {
                            reached(Reached.TOLD_AGAIN);
                        }
                    }
                    default -> {}
                }
            }
            default -> {}
        }
    }

    private void sawEnd(byte[] ack) {
        if (decode(ack) instanceof Ack.Finished(CommandId id, Outcome outcome)) {
            String reason = outcome.reason().orElse("");
            if (reason.contains("the station had recorded the end")) {
                reached(Reached.JOURNAL_OLDER_THAN_AN_END);
            } else if (reason.contains("the station has heard of start")) {
                reached(Reached.JOURNAL_OLDER_THAN_A_START);
            }
        }
    }

    private static Ack decode(byte[] body) {
        try {
            return Ack.decode(body);
        } catch (RefusedException e) {
            throw new IllegalStateException(e);
        }
    }

    // Invariants.

    void checkNode(SimNode node) {
        if (node.disk().generation() < node.heardGeneration()) {
            throw new Violation("%s obeys a station of generation %d; generation %d has spoken"
                    .formatted(node.label, node.disk().generation(), node.heardGeneration()));
        }
        long bulk = node.disk().bulkBytes();
        if (bulk > SimNode.CAPACITY.bulkBytes()) {
            throw new Violation("%s keeps %d bytes of streamed output, limit %d"
                    .formatted(node.label, bulk, SimNode.CAPACITY.bulkBytes()));
        }
    }

    /** Whether anything has happened to an agent of this name that may have interrupted what it ran. */
    boolean isDisturbed(NodeName name) {
        return nodes.stream().anyMatch(node -> node.name.equals(name) && node.isDisturbed());
    }

    void checkStation(SimStation station) {
        if (station.ledger().quarantined() > Limits.QUARANTINE_ROWS) {
            throw new Violation(station.label + " keeps too much in quarantine");
        }
    }

    /** What is too much to look at in every step. */
    private void scan() {
        for (SimNode node : nodes) {
            var waiting = node.disk().open().stream()
                    .filter(execution -> execution.state() == ExecutionState.RECEIVED)
                    .toList();
            long bytes = waiting.stream()
                    .mapToLong(execution -> execution.document().length)
                    .sum();
            if (waiting.size() >= SimNode.CAPACITY.inboxCommands()) {
                reached(Reached.INBOX_FULL);
            }
            long limit = SimNode.CAPACITY.inboxBytes() + Limits.WINDOW_BYTES + Limits.DOCUMENT_BYTES;
            if (bytes > limit) {
                throw new Violation(
                        "%s has %d bytes of commands waiting, limit %d".formatted(node.label, bytes, limit));
            }
        }
        if (oracle.isLedgerReplaced()) {
            return;
        }
        for (SimOrder order : orders) {
            if (order.isAccepted()) {
                order.targets().forEach(node -> isNotForgotten(order.id(), node));
            }
        }
    }

    private void isNotForgotten(CommandId command, NodeName node) {
        Optional<Execution> execution = primary().ledger().execution(command, node);
        if (execution.isEmpty()) {
            throw new Violation("the accepted order %s for %s is not in the ledger".formatted(command, node));
        }
        boolean waits = execution.get().state() == ExecutionState.QUEUED
                && !execution.get().provisional();
        if (waits
                && primary().ledger().outboxAfter(node, Lane.CONTROL, 0, Integer.MAX_VALUE).stream()
                        .noneMatch(entry ->
                                entry.id().toString().equals(execution.get().messageId()))) {
            throw new Violation("%s for %s is queued and not in the outbox".formatted(command, node));
        }
    }

    /** Under a sustained load with faults that never end, each command must come to its end in its time. */
    private void checkProgress() {
        for (Execution execution : primary().ledger().executions()) {
            Duration age = Duration.between(execution.orderedAt(), wall());
            if (!execution.isFinal() && age.compareTo(DONE_WITHIN) > 0) {
                throw new Violation("%s on %s is still %s after %s"
                        .formatted(execution.command(), execution.node(), execution.state(), age));
            }
        }
        after(PROGRESS_EVERY_MS, this::checkProgress);
    }

    private boolean isDrained() {
        MemoryLedger ledger = primary().ledger();
        return primary().isUp()
                && nodes.stream().allMatch(SimNode::isUp)
                && orders.stream().allMatch(SimOrder::isAnswered)
                && ledger.outboxSize() == 0
                && nodes.stream().allMatch(node -> node.disk().outboxSize() == 0)
                && ledger.executions().stream().allMatch(Execution::isFinal);
    }

    private Violation notDrained() {
        var text = new StringBuilder("not drained after %d s without faults:".formatted(DRAIN_WITHIN_MS / 1000));
        MemoryLedger ledger = primary().ledger();
        text.append(" station's outbox ").append(ledger.outboxSize());
        nodes.forEach(node -> text.append(
                ", outbox of %s %d".formatted(node.label, node.disk().outboxSize())));
        ledger.executions().stream()
                .filter(execution -> !execution.isFinal())
                .limit(10)
                .forEach(execution -> text.append(", %s on %s %s%s"
                        .formatted(
                                execution.command(),
                                execution.node(),
                                execution.state(),
                                execution.provisional() ? " (provisional)" : "")));
        orders.stream()
                .filter(order -> !order.isAnswered())
                .limit(5)
                .forEach(order -> text.append(", order %s has no answer".formatted(order.id())));
        return new Violation(text.toString());
    }

    private void harvest() {
        for (SimNode node : nodes) {
            harvest(node.core().counters());
        }
        primary().core().counters().forEach(this::harvest);
    }

    private void harvest(LinkCounters counters) {
        reached(Reached.LINK_REPEAT, counters.repeats);
        reached(Reached.LINK_DUPLICATE, counters.duplicates);
        reached(Reached.LINK_GAP, counters.gaps);
        reached(Reached.LINK_STALE, counters.stale);
        reached(Reached.LINK_OVER_WINDOW, counters.overWindow);
        reached(Reached.LINK_NOT_LIVE, counters.notLive);
        reached(Reached.LINK_STALE_GENERATION, counters.staleGeneration);
    }

    // The operator.

    private void order() {
        List<NodeName> names = nodes.stream().map(node -> node.name).distinct().toList();
        var targets = new ArrayList<>(names);
        Collections.shuffle(targets, random);
        int count = random.nextInt(3) == 0 ? targets.size() : 1 + random.nextInt(Math.min(3, targets.size()));
        var id = CommandId.create(wall(), random);
        var arguments = new LinkedHashMap<String, Object>();
        arguments.put(SimNode.LENGTH, lengthMillis());
        boolean unwanted = random.nextInt(15) == 0;
        if (unwanted) {
            arguments.put("refuse", true);
        }
        if (chance(plan.load().largePercent())) {
            reached(Reached.LARGE_DOCUMENT);
            arguments.put("padding", "x".repeat(50_000 + random.nextInt(150_000)));
        }
        Instant startBefore = wall().plusSeconds(random.nextInt(5) == 0 ? 3 + random.nextInt(60) : 6 * 3600);
        boolean repeatable = random.nextInt(3) == 0;
        int parts = (count + Limits.TARGETS_PER_DOCUMENT - 1) / Limits.TARGETS_PER_DOCUMENT;
        var documents = new ArrayList<byte[]>();
        for (int part = 1; part <= parts; part++) {
            documents.add(new Document.Command(
                            id,
                            part,
                            parts,
                            "operator",
                            wall(),
                            targets.subList(
                                    (part - 1) * Limits.TARGETS_PER_DOCUMENT,
                                    Math.min(count, part * Limits.TARGETS_PER_DOCUMENT)),
                            "test",
                            "sim",
                            JsonObject.of(arguments),
                            startBefore,
                            Optional.empty(),
                            repeatable)
                    .encode());
        }
        var order = new SimOrder(id, targets.subList(0, count), documents, unwanted);
        oracle.ordered(order);
        orders.add(order);
        submit(order, false);
    }

    private int lengthMillis() {
        if (plan.sustained()) {
            return 1 + random.nextInt(200);
        }
        return chance(plan.load().slowPercent()) ? 20_000 : 1 + random.nextInt(3_000);
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    /** Hands an order in until there is an answer, the same bytes each time. */
    private void submit(SimOrder order, boolean again) {
        if (again) {
            reached(Reached.ORDER_REPEATED);
        }
        if (primary().isUp()) {
            primary().order(order.documents(), answer -> {
                trace(() -> "order " + order.id() + " for " + order.targets().size() + " nodes: " + answer);
                if (answer instanceof Answer.Accepted) {
                    order.accept();
                } else {
                    order.refuse();
                }
            });
        }
        after(10_000, () -> {
            if (!order.isAnswered()) {
                submit(order, true);
            }
        });
    }

    /** Who knows that the ledger is an older copy hands in again what it may have lost. */
    private void orderAgain() {
        for (SimOrder order : orders) {
            if (order.isAccepted() && random.nextBoolean()) {
                after(1_000 + random.nextInt(20_000), () -> submit(order, true));
            }
        }
    }

    private void cancel() {
        if (orders.isEmpty() || !primary().isUp()) {
            return;
        }
        SimOrder order = orders.get(orders.size() - 1 - random.nextInt(Math.min(orders.size(), 5)));
        if (order.isAccepted()) {
            order.cancel();
            List<NodeName> targets =
                    order.targets().subList(0, Math.min(order.targets().size(), Limits.TARGETS_PER_DOCUMENT));
            var cancel = new Document.Cancel(CommandId.create(wall(), random), "operator", wall(), targets, order.id());
            primary().cancel(order.id(), List.of(cancel.encode()));
        }
    }

    // Faults.

    private long gap(long mean) {
        return 500 + random.nextLong(2 * mean);
    }

    private void strike(Plan.Fault fault, long mean) {
        if (healed) {
            return;
        }
        trace(() -> "fault " + fault);
        SimNode node = nodes.get(random.nextInt(nodes.size()));
        switch (fault) {
            case AGENT_BREAKDOWN -> node.arm(breakdown());
            case AGENT_STOP -> node.stopGently();
            case STATION_BREAKDOWN -> primary().arm(breakdown());
            case REBOOT -> node.reboot();
            case JOURNAL_RESTORED -> {
                if (random.nextBoolean()) {
                    node.keepCopy();
                } else if (node.restore()) {
                    reached(Reached.JOURNAL_RESTORED);
                    oracle.diskReplaced(node.name);
                }
            }
            case JOURNAL_DELETED -> {
                reached(Reached.JOURNAL_DELETED);
                oracle.diskReplaced(node.name);
                node.deleteJournal();
            }
            case NODE_CLONED -> cloneNode(node);
            case LEDGER_RESTORED -> {
                if (random.nextBoolean()) {
                    primary().keepCopy();
                } else if (primary().restore()) {
                    reached(Reached.LEDGER_RESTORED);
                    oracle.ledgerReplaced();
                    orderAgain();
                }
            }
            case SECOND_STATION -> secondStation();
            case MAILBOX_ROLLED_BACK -> broker.rollMailboxBack();
            case MAILBOX_WIPED -> broker.wipeMailbox();
            case MAILBOX_FULL -> {
                broker.limitMailbox(random.nextInt(3_000));
                after(random.nextInt(20_000), () -> broker.limitMailbox(Long.MAX_VALUE));
            }
            case BROKER_DOWN -> broker.goDown(random.nextInt(30_000));
            case SLOW_CONSUMER -> {
                reached(Reached.SLOW_CONSUMER_CUT_OFF);
                node.client().disconnect();
                node.client().connectSoon();
            }
            case WITHHOLD ->
                broker.withhold(
                        random.nextBoolean() ? node.name.value() : NodeName.CENTRAL.value(),
                        1_000 + random.nextInt(60_000));
            case REPLAY -> broker.replay();
            case GARBAGE -> broker.garbage(random.nextBoolean() ? node.name.value() : NodeName.CENTRAL.value());
            case CLOCK_JUMP -> {
                long jump = random.nextInt(7_200_000) - 3_600_000L;
                reached(jump > 0 ? Reached.CLOCK_JUMPED_AHEAD : Reached.CLOCK_JUMPED_BACK);
                node.jumpClock(jump);
                aheadMillis = Math.max(aheadMillis, node.skewMillis());
            }
            case LINK_CUT -> {
                node.client().hold();
                after(random.nextInt(40_000), () -> node.client().release());
            }
        }
        after(gap(mean), () -> strike(fault, mean));
    }

    private SimProgram.Breakdown breakdown() {
        SimProgram.Breakdown[] all = SimProgram.Breakdown.values();
        return all[random.nextInt(all.length)];
    }

    private void cloneNode(SimNode node) {
        if (nodes.stream().filter(other -> other.name.equals(node.name)).count() > 1) {
            return;
        }
        reached(Reached.NODE_CLONED);
        oracle.cloned(node.name);
        SimNode clone = node.cloned();
        nodes.add(clone);
        clone.start();
        after(10_000 + random.nextInt(50_000), () -> endClone(node, clone));
    }

    private void endClone(SimNode node, SimNode clone) {
        if (nodes.contains(node) && nodes.contains(clone)) {
            retire(random.nextBoolean() ? node : clone);
        }
    }

    private void retire(SimNode node) {
        retired.put(node, true);
        nodes.remove(node);
        node.reboot();
        broker.forget(node.client());
    }

    private void secondStation() {
        if (stations.size() > 1) {
            return;
        }
        reached(Reached.SECOND_STATION);
        oracle.ledgerReplaced();
        var second = new SimStation(this, "central'", primary().ledger().copy());
        stations.add(second);
        second.start();
        after(10_000 + random.nextInt(50_000), this::endSecondStation);
    }

    private void endSecondStation() {
        if (stations.size() > 1) {
            SimStation gone = stations.remove(random.nextInt(2));
            retired.put(gone, true);
            gone.kill();
            broker.forget(gone.reader());
            // A person has decided which one it is, and starts that one anew, so that its generation is the highest.
            primary().kill();
        }
    }

    private void heal() {
        trace(() -> "faults end");
        healed = true;
        plan = plan.healed();
        while (true) {
            Optional<SimNode> twin = nodes.stream()
                    .filter(node -> nodes.stream().anyMatch(other -> other != node && other.name.equals(node.name)))
                    .findFirst();
            if (twin.isEmpty()) {
                break;
            }
            retire(twin.get());
        }
        endSecondStation();
        broker.heal();
    }
}
