// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import static dev.steward.e2e.bench.Samples.ms;
import static dev.steward.e2e.bench.Samples.ratio;

import dev.steward.e2e.Installation;
import dev.steward.message.NodeName;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** From the order of one command to its end in the ledger, one command at a time. */
final class Latency {
    private static final NodeName NODE = new NodeName("ship1");
    private static final double AIM = 2;
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final Samples whole = new Samples();
    private final Samples ordered = new Samples();
    private final Samples running = new Samples();
    private final Samples yardstick = new Samples();
    private final Samples request = new Samples();
    private final Samples spawn = new Samples();

    static void measure(Report report, Sizes sizes, Path folder) throws Exception {
        new Latency().run(report, sizes, folder);
    }

    private void run(Report report, Sizes sizes, Path folder) throws Exception {
        try (Site site = Site.start(folder);
                LiveStream stream = site.stream();
                Installation open = Site.openBroker(folder);
                Connection responder = Nats.connect(open.brokerUrl());
                Connection requester = Nats.connect(open.brokerUrl())) {
            site.startAgent(NODE.value());
            site.installation.awaitReachable(NODE.value(), true);
            var dispatcher = responder.createDispatcher(message -> {
                try {
                    responder.publish(
                            message.getReplyTo(),
                            message.getSubject().endsWith("spawn") ? PlainSpawn.echo() : new byte[3]);
                } catch (Exception e) {
                    throw new IllegalStateException(e); // the requester waits in vain and says so
                }
            });
            dispatcher.subscribe("plain.*");
            responder.flush(ANSWER);
            for (int i = -sizes.warmup(); i < sizes.latencySamples(); i++) {
                one(site, stream, requester, i >= 0);
            }
            site.requireSuccess(sizes.warmup() + sizes.latencySamples());
        }
        tell(report);
    }

    private void one(Site site, LiveStream stream, Connection requester, boolean counts) throws Exception {
        long plain = request(requester, "plain.spawn");
        long bare = request(requester, "plain.bare");
        long spawnStart = System.nanoTime();
        PlainSpawn.echo();
        long spawned = System.nanoTime() - spawnStart;

        Site.Timing steward = site.echo(stream, NODE);
        if (counts) {
            yardstick.add(plain);
            request.add(bare);
            spawn.add(spawned);
            ordered.add(steward.answered());
            running.add(steward.started());
            whole.add(steward.ended());
        }
    }

    private static long request(Connection connection, String subject) throws Exception {
        long start = System.nanoTime();
        if (connection.request(subject, new byte[0], ANSWER) == null) {
            throw new IllegalStateException("no answer to " + subject);
        }
        return System.nanoTime() - start;
    }

    private void tell(Report report) {
        double times = whole.median() / yardstick.median();
        report.figure(
                "`echo hi`, from order to ledger, p50",
                "%s, %s × the yardstick".formatted(ms(whole.median()), ratio(times)),
                "≤ 2 × the yardstick",
                times <= AIM);
        report.figure(
                "the same, p99",
                "%s, %s × the yardstick's p99"
                        .formatted(ms(whole.percentile(99)), ratio(whole.percentile(99) / yardstick.percentile(99))));
        report.section("Latency of one command");
        report.text("""
                Broker, station and agent as shipped, each a process, every store durable. One command at a time: from the
                order through the HTTP API until the live stream tells of its success, which the ledger has recorded. In turn with
                it the yardstick: a raw NATS request, answered with the output of an `echo hi` that the responder spawns by
                `ProcessBuilder`; requester and responder are in the benchmark's JVM, their broker has neither TLS nor login. %d samples
                each, after a warm-up.
                """.formatted(whole.size()));
        report.table(
                List.of("Time", "p50", "p99", "at most"),
                List.of(
                        row("order to end in the ledger", whole),
                        row("… of it until the API has answered", ordered),
                        row("… until its start is told", running),
                        row("yardstick: request, spawn, reply", yardstick),
                        row("a bare request and reply", request),
                        row("a bare spawn", spawn)));
        report.raw("order to end in the ledger, µs", whole.raw());
        report.raw("yardstick, µs", yardstick.raw());
    }

    private static List<String> row(String what, Samples samples) {
        return List.of(what, ms(samples.median()), ms(samples.percentile(99)), ms(samples.max()));
    }
}
