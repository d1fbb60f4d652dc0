// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import static dev.steward.e2e.bench.Report.number;
import static dev.steward.e2e.bench.Samples.ms;

import dev.steward.e2e.LinkProxy;
import dev.steward.message.NodeName;
import java.nio.file.Path;
import java.util.List;

/** What an agent costs that has little to do: its start, its memory, and what goes over its wire. */
final class IdleAgent {
    private static final NodeName NODE = new NodeName("ship1");
    private static final double AIM_BYTES = 1_200;

    private IdleAgent() {}

    static void measure(Report report, Sizes sizes, Path folder) throws Exception {
        try (Site site = Site.start(folder);
                LiveStream stream = site.stream();
                var frames = new FrameCount(site.installation.listen(), NODE.value());
                var proxy = new LinkProxy(site.installation.brokerPort())) {
            Samples starts = starts(site, stream, sizes.starts(), proxy);
            wire(report, sizes.frames(), site, stream, proxy, frames);
            idle(report, sizes, site, proxy, frames, starts);
            site.installation.stop(NODE.value());
        }
    }

    private static Samples starts(Site site, LiveStream stream, int count, LinkProxy proxy) throws Exception {
        var starts = new Samples();
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                site.installation.stop(NODE.value());
                stream.awaitReachable(NODE, false);
            }
            long start = System.nanoTime();
            site.startAgent(NODE.value(), "--broker", site.installation.brokerUrl(proxy.port()));
            starts.add(stream.awaitReachable(NODE, true) - start);
        }
        return starts;
    }

    private static void wire(
            Report report, int commands, Site site, LiveStream stream, LinkProxy proxy, FrameCount frames)
            throws Exception {
        site.echo(stream, NODE);
        Traffic before = Traffic.awaitQuiet(proxy);
        frames.reset();
        for (int i = 0; i < commands; i++) {
            site.echo(stream, NODE);
            Traffic.awaitQuiet(proxy);
        }
        Traffic used = Traffic.at(proxy).since(before);
        double each = (double) used.both() / commands;
        report.figure(
                "an agent's wire for one command with its result",
                "%s bytes".formatted(number(each)),
                "≤ 1,200 bytes",
                each <= AIM_BYTES);
        report.section("The wire of one command");
        report.text("""
                %d commands `echo hi`, each after the wire had been quiet for %d ms, through a TCP proxy that counts what
                passes between agent and broker, TLS's records and without TCP's and IP's own headers: %s bytes from the agent and
                %s to it, a command. A second listener at the broker saw these frames, each a publish to it or a delivery from it;
                means a command, in bytes. What the sum of the table lacks is the protocol's own line for each frame, which names
                the subject's subscription and the sizes, what TLS adds, and answers to pings.
                """.formatted(
                        commands,
                        Traffic.QUIET.toMillis(),
                        number((double) used.toServer() / commands),
                        number((double) used.toClient() / commands)));
        report.table(List.of("Subject", "Frames", "Subject", "Headers", "Body"), frames.rows(commands));
    }

    private static void idle(Report report, Sizes sizes, Site site, LinkProxy proxy, FrameCount frames, Samples starts)
            throws Exception {
        Process agent = site.installation.process(NODE.value());
        ProcessUse begin = ProcessUse.of(agent);
        frames.reset();
        Traffic before = Traffic.at(proxy);
        long start = System.nanoTime();
        Thread.sleep(sizes.idle());
        double seconds = (System.nanoTime() - start) / 1e9;
        Traffic used = Traffic.at(proxy).since(before);
        ProcessUse end = ProcessUse.of(agent);
        double anHour = used.both() * 3600 / seconds;
        report.figure("an idle agent: memory", "%s MiB".formatted(number(end.residentKiB() / 1024.0)));
        report.figure("an idle agent: threads", Long.toString(end.threads()));
        report.figure("an agent's start until the station has its hello", ms(starts.median()));
        report.figure("an agent's wire in an idle hour", "%s kB".formatted(number(anHour / 1000)));
        report.section("An idle agent");
        report.text("""
                Started %d times on a folder that it knows, by `./steward agent`, until the station's live stream calls the node
                reachable: %s. The memory is what is resident at the end of the idle time, %s MiB at the peak before; the threads are
                those that the kernel sees.
                """.formatted(starts.size(), starts.summary(), number(end.peakKiB() / 1024.0)));
        report.text("""
                Idle for %s s with a heartbeat of 30 s and a ping interval of 30 s, as shipped: %s bytes from the agent, %s to
                it, %d hellos both ways, %s s of processor time. The hour is this, scaled.
                """.formatted(
                        number(seconds),
                        number(used.toServer()),
                        number(used.toClient()),
                        frames.frames(".event.hello.steward"),
                        number((end.cpuMillis() - begin.cpuMillis()) / 1000.0)));
        report.raw("start to hello, µs", starts.raw());
    }
}
