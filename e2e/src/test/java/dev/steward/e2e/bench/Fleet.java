// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import static dev.steward.e2e.bench.Samples.ms;
import static dev.steward.e2e.bench.Samples.ratio;

import dev.steward.agent.facts.Facts;
import dev.steward.bus.BusSettings;
import dev.steward.e2e.Await;
import dev.steward.e2e.Installation;
import dev.steward.message.NodeName;
import dev.steward.message.json.JsonObject;
import dev.steward.message.seal.Seal;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** One command for a whole fleet. */
final class Fleet implements AutoCloseable {
    private static final double AIM_MS = 500;
    private static final Duration LOOK = Duration.ofMillis(2);
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final Samples together = new Samples();
    private final Samples yardstick = new Samples();
    private final Samples queued = new Samples();
    private final Samples connected = new Samples();
    private final List<MemoryAgent> agents = new ArrayList<>();
    private final List<NodeName> names = new ArrayList<>();
    private final Site site;
    private long executions;

    private Fleet(Site site) {
        this.site = site;
    }

    static void measure(Report report, Sizes sizes, Path folder) throws Exception {
        try (Site site = Site.start(folder);
                Fleet fleet = new Fleet(site)) {
            fleet.start(sizes.agents());
            try (Installation open = Site.openBroker(folder);
                    var plain = new PlainFleet(open.brokerUrl(), sizes.agents())) {
                for (int i = -sizes.fleetWarmup(); i < sizes.fleetRounds(); i++) {
                    fleet.one(plain, i >= 0);
                }
            }
            for (int i = 0; i < sizes.restarts(); i++) {
                fleet.restart(sizes.queuedEach());
            }
            site.requireSuccess(fleet.executions);
            fleet.tell(report, sizes);
        }
    }

    private void start(int size) throws Exception {
        JsonObject facts = Facts.collect(Map.of(), "benchmark");
        var random = new SecureRandom();
        var seals = new ArrayList<Seal>();
        for (int i = 0; i < size; i++) {
            var name = new NodeName("unit%04d".formatted(i));
            names.add(name);
            seals.add(site.installation.nodes.seal(name.value()));
        }
        site.installation.letIn(site.installation.nodes.records(name -> true));
        for (int i = 0; i < size; i++) {
            agents.add(
                    new MemoryAgent(bus(names.get(i)), names.get(i), seals.get(i), Facts.digest(facts), facts, random));
        }
        Await.until("the fleet is there", LIMIT, () -> reachable() == size);
    }

    private BusSettings bus(NodeName name) {
        return BusSettings.of(site.installation.brokerUrl(), name.value(), site.installation.login(name.value()));
    }

    private long reachable() throws Exception {
        return site.client.nodes().stream().filter(node -> node.reachable()).count();
    }

    private void one(PlainFleet plain, boolean counts) throws Exception {
        long bare = plain.round();
        Site.Echo echo = site.echo(names);
        long start = System.nanoTime();
        site.order(List.of(echo));
        site.awaitAll(LOOK);
        long took = System.nanoTime() - start;
        executions += names.size();
        requireNoFailure();
        if (counts) {
            yardstick.add(bare);
            together.add(took);
        }
    }

    private void restart(int queuedEach) throws Exception {
        site.installation.kill("broker");
        Await.until("all are cut off", LIMIT, () -> agents.stream().noneMatch(MemoryAgent::isConnected));
        Await.until("the station knows", LIMIT, () -> reachable() == 0);
        var echoes = new ArrayList<Site.Echo>();
        for (int i = 0; i < queuedEach; i++) {
            echoes.add(site.echo(names));
        }
        site.order(echoes);
        site.installation.startBroker();
        long start = System.nanoTime();
        Thread watch = Thread.ofVirtual().start(() -> {
            try {
                Await.until("all are connected", LIMIT, () -> agents.stream().allMatch(MemoryAgent::isConnected));
                connected.add(System.nanoTime() - start);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        site.awaitAll(LOOK);
        queued.add(System.nanoTime() - start);
        watch.join();
        executions += (long) names.size() * queuedEach;
        requireNoFailure();
    }

    private void requireNoFailure() {
        Optional<String> failure =
                agents.stream().flatMap(agent -> agent.failure().stream()).findFirst();
        if (failure.isPresent()) {
            throw new IllegalStateException("an agent has failed: " + failure.get());
        }
    }

    private void tell(Report report, Sizes sizes) throws Exception {
        int size = sizes.agents();
        ProcessUse station = ProcessUse.of(site.installation.process("station"));
        report.figure(
                "one command to %,d nodes, until all ends are in the ledger".formatted(size),
                "%s, %s × the yardstick"
                        .formatted(ms(together.median()), ratio(together.median() / yardstick.median())),
                "≤ 0.5 s",
                together.median() <= AIM_MS);
        report.figure(
                "%,d that wait (%d a node), after the broker's restart"
                        .formatted(size * sizes.queuedEach(), sizes.queuedEach()),
                ms(queued.median()));
        report.section("A fleet");
        report.text("""
                %,d agents in the benchmark's JVM, which shares the machine with station and broker, real processes with their real
                stores. Each agent has the production core and a NATS connection of its own, on virtual threads; **its journal is in
                memory, its method answers at once without a process, and it ticks each second, not ten times**. So this measures
                station, links and broker, not the agents' disks. The time goes from the call of the API until the ledger, read as a
                file, has no open execution. The yardstick: as many bare NATS clients in the same JVM, each answers a message of 400
                bytes at once, by a broker with neither TLS nor login; nothing is stored. %d rounds of each, in turn, after a warm-up.
                """.formatted(size, together.size()));
        report.table(
                List.of("Time", "Median", "At most"),
                List.of(
                        row("one command to all", together),
                        row("yardstick", yardstick),
                        row("after the restart: all %,d".formatted(size * sizes.queuedEach()), queued),
                        row("… of it until every agent has a connection", connected)));
        report.text("""
                For the restart the broker is killed; once agents and station have seen it, %d commands to all are ordered, and the
                broker is started again. The time goes from when it listens. Agents and station try for a connection with a
                back-off of their own, as shipped. Both halves of all handshakes of TLS, and the agents' logins, are done on this one
                machine. The station had %s MiB of memory at its peak.
                """.formatted(sizes.queuedEach(), Report.number(station.peakKiB() / 1024.0)));
        report.raw("one command to all, µs", together.raw());
        report.raw("yardstick, µs", yardstick.raw());
        report.raw("after the restart, µs", queued.raw());
    }

    private static List<String> row(String what, Samples samples) {
        return List.of(what, ms(samples.median()), ms(samples.max()));
    }

    /** All at once: each waits a second for the end of its connection where that is one of TLS. */
    @Override
    public void close() throws Exception {
        try (ExecutorService closing = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Void>> ends = agents.stream().map(Fleet::end).toList();
            for (Future<Void> end : closing.invokeAll(ends)) {
                end.get();
            }
        }
    }

    private static Callable<Void> end(MemoryAgent agent) {
        return () -> {
            agent.close();
            return null;
        };
    }
}
