// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.NodeName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** One simulation: everything that happens follows from its seed, in one thread, in virtual time. */
final class World {
    private static final Instant START = Instant.parse("2026-06-01T00:00:00Z");
    private static final long DRAIN_WITHIN_MS = Duration.ofHours(2).toMillis();
    private static final int MAX_STEPS = 20_000_000;
    private static final int SCAN_EVERY = 2_000;

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
    private final Operator operator;
    private final Attacker attacker;
    private final Faults faults;
    private final Invariants invariants = new Invariants(this);
    private final Sightings sightings = new Sightings(this);
    private Plan plan;
    private long millis;
    private long ties;
    private long tickets;
    private long steps;
    private boolean healed;

    /** @param tracer takes a line for each thing worth telling; none is made where there is no tracer */
    World(long seed, Optional<Consumer<String>> tracer) {
        this.random = new Random(seed);
        this.tracer = tracer.orElse(line -> {});
        this.tracing = tracer.isPresent();
        this.plan = Plan.draw(random);
        this.oracle = new Oracle(this);
        this.broker = new SimBroker(this);
        this.operator = new Operator(this, seed);
        this.attacker = new Attacker(this, seed);
        this.faults = new Faults(this, nodes, stations);
        List<NodeName> names = IntStream.rangeClosed(1, plan.nodes())
                .mapToObj(i -> new NodeName("ship" + i))
                .toList();
        stations.add(new SimStation(this, "central", SimKeys.ledger(names)));
        for (NodeName name : names) {
            nodes.add(new SimNode(this, name.value(), name, plan.concurrency(), new MemoryJournal(this::wall)));
        }
    }

    /** Runs it to the end. @throws Violation where an invariant does not hold */
    void run() {
        trace(() -> plan.toString());
        stations.getFirst().start();
        nodes.forEach(SimNode::start);
        faults.begin();
        for (int i = 0; i < plan.load().orders(); i++) {
            after(1_000 + random.nextLong(plan.faultyMillis()), operator::order);
        }
        for (int i = 0; i < plan.load().orders() / 3; i++) {
            after(1_000 + random.nextLong(plan.faultyMillis()), operator::cancel);
        }
        operator.publishLists();
        operator.watchForClones();
        if (plan.sustained()) {
            after(Invariants.PROGRESS_EVERY_MS, invariants::progress);
        }
        runUntil(plan.faultyMillis());
        trace(() -> "faults end");
        healed = true;
        plan = plan.healed();
        faults.end();
        long deadline = millis + DRAIN_WITHIN_MS;
        while (!isDrained()) {
            if (millis >= deadline) {
                throw notDrained();
            }
            runUntil(millis + 5_000);
        }
        oracle.judgeAtRest(primary().ledger());
        nodes.forEach(node -> sightings.link(node.core().counters()));
        primary().core().counters().forEach(sightings::link);
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
                invariants.scan();
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

    /** The latest that the clock of a node has ever shown. */
    Instant latestWall(NodeName name) {
        return wall().plusMillis(faults.aheadMillis(name));
    }

    long steps() {
        return steps;
    }

    long ticket() {
        return ++tickets;
    }

    boolean isHealed() {
        return healed;
    }

    List<SimNode> nodes() {
        return nodes;
    }

    Attacker attacker() {
        return attacker;
    }

    Operator operator() {
        return operator;
    }

    Invariants invariants() {
        return invariants;
    }

    Sightings sightings() {
        return sightings;
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

    void reached(Reached what, long times) {
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
        if (!faults.isRetired(program)) {
            after(100 + random.nextInt(plan.downMillis()), () -> {
                if (!program.isUp() && !faults.isRetired(program)) {
                    program.start();
                }
            });
        }
    }

    private boolean isDrained() {
        MemoryLedger ledger = primary().ledger();
        return primary().isUp()
                && nodes.stream().allMatch(SimNode::isUp)
                && operator.orders().stream().allMatch(SimOrder::isAnswered)
                && operator.isListKnown()
                && nodes.stream().allMatch(node -> operator.isListOf(node.disk().operators()))
                && ledger.nodes().stream().noneMatch(node -> node.frozenSince().isPresent())
                && ledger.outboxSize() == 0
                && nodes.stream().allMatch(node -> node.disk().outboxSize() == 0)
                && ledger.executions().stream()
                        .allMatch(execution -> execution.isFinal()
                                || oracle.isForged(execution.command(), execution.node())); // it may never come
    }

    private Violation notDrained() {
        var text = new StringBuilder("not drained after %d s without faults:".formatted(DRAIN_WITHIN_MS / 1000));
        MemoryLedger ledger = primary().ledger();
        text.append(" station's outbox ").append(ledger.outboxSize());
        ledger.nodes().stream()
                .filter(node -> node.frozenSince().isPresent())
                .forEach(node -> text.append(", frozen: ").append(node.name()));
        text.append(", list known: ").append(operator.isListKnown());
        nodes.forEach(node -> text.append(", list of %s %s"
                .formatted(node.label, operator.isListOf(node.disk().operators()))));
        nodes.forEach(node -> text.append(
                ", outbox of %s %d".formatted(node.label, node.disk().outboxSize())));
        ledger.executions().stream()
                .filter(execution -> !execution.isFinal())
                .limit(10)
                .forEach(execution -> text.append(", %s %s%s, at the node %s"
                        .formatted(
                                Oracle.name(execution),
                                execution.state(),
                                execution.provisional() ? " (provisional)" : "",
                                nodes.stream()
                                        .filter(node -> node.name.equals(execution.node()))
                                        .flatMap(node -> node.disk().execution(execution.command()).stream())
                                        .map(stored -> stored.state().toString())
                                        .toList())));
        operator.orders().stream()
                .filter(order -> !order.isAnswered())
                .limit(5)
                .forEach(order -> text.append(", order %s has no answer".formatted(order.id())));
        return new Violation(text.toString());
    }
}
