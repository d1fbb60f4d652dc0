// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import static dev.steward.e2e.bench.Report.number;

import dev.steward.message.NodeName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Thousands of commands in one order, to one node. */
final class Throughput {
    private static final NodeName NODE = new NodeName("ship1");
    private static final int AT_ONCE = 4;
    private static final double AIM = 0.7;
    private static final long STATION_KIB = 300 * 1024;
    private static final long AGENT_KIB = 100 * 1024;
    private static final Duration LOOK = Duration.ofMillis(100);

    /** How one installation did. */
    record Measured(double rate, double orderSeconds, ProcessUse station, ProcessUse agent, ProcessUse broker) {}

    private record Round(PlainSpawn.Rate before, PlainSpawn.Rate after, Measured steward) {
        /** Of the two halves together. */
        double plainRate() {
            return 2 / (1 / before.aSecond() + 1 / after.aSecond());
        }

        double plainCpuMillis() {
            return (before.cpuMillis() + after.cpuMillis()) / 2;
        }

        double ratio() {
            return steward.rate / plainRate();
        }
    }

    private Throughput() {}

    static void measure(Report report, Sizes sizes, Path folder) throws Exception {
        int commands = sizes.throughputCommands();
        PlainSpawn.rate(Math.ceilDiv(commands, 10), AT_ONCE); // warm-up
        var rounds = new ArrayList<Round>();
        for (int i = 0; i < sizes.throughputRounds(); i++) {
            rounds.add(round(commands, folder));
        }
        tell(report, commands, rounds);
    }

    private static Round round(int commands, Path folder) throws Exception {
        PlainSpawn.Rate before = PlainSpawn.rate(Math.ceilDiv(commands, 2), AT_ONCE);
        Measured measured = steward(commands, folder, Site.Broker.SECURED);
        PlainSpawn.Rate after = PlainSpawn.rate(Math.ceilDiv(commands, 2), AT_ONCE);
        return new Round(before, after, measured);
    }

    /** Orders so many of a fresh installation. */
    static Measured steward(int commands, Path folder, Site.Broker broker) throws Exception {
        try (Site site = Site.start(folder, broker)) {
            site.startAgent(NODE.value(), "--concurrency", "shellcommand.operatingsystem=" + AT_ONCE);
            site.installation.awaitReachable(NODE.value(), true);
            var echoes = new ArrayList<Site.Echo>();
            for (int i = 0; i < commands; i++) {
                echoes.add(site.echo(List.of(NODE)));
            }
            long start = System.nanoTime();
            site.order(echoes);
            double orderSeconds = (System.nanoTime() - start) / 1e9;
            site.awaitAll(LOOK);
            double rate = commands * 1e9 / (System.nanoTime() - start);
            site.requireSuccess(commands);
            return new Measured(
                    rate,
                    orderSeconds,
                    ProcessUse.of(site.installation.process("station")),
                    ProcessUse.of(site.installation.process(NODE.value())),
                    ProcessUse.of(site.installation.process("broker")));
        }
    }

    private static void tell(Report report, int commands, List<Round> rounds) {
        List<Round> sorted =
                rounds.stream().sorted(Comparator.comparingDouble(Round::ratio)).toList();
        Round median = sorted.get(sorted.size() / 2);
        long stationPeak = rounds.stream()
                .mapToLong(round -> round.steward.station.peakKiB())
                .max()
                .orElseThrow();
        long agentPeak = rounds.stream()
                .mapToLong(round -> round.steward.agent.peakKiB())
                .max()
                .orElseThrow();
        report.figure(
                "%,d `echo hi` to one node, %d at once".formatted(commands, AT_ONCE),
                "%s a second, %s of the yardstick"
                        .formatted(number(median.steward.rate), Samples.ratio(median.ratio())),
                "≥ %s of the yardstick".formatted(AIM),
                median.ratio() >= AIM);
        report.figure("the station's memory at its peak", mib(stationPeak), "≤ 300 MiB", stationPeak <= STATION_KIB);
        report.figure("the agent's memory at its peak", mib(agentPeak), "≤ 100 MiB", agentPeak <= AGENT_KIB);
        report.section("Throughput of one node");
        report.text("""
                One call of the API orders %,d commands `echo hi` for one agent with `concurrency` %d; the time goes from the call
                until the ledger holds the last end. Station and agent are freshly started for each round, without a warm-up. The
                yardstick is a plain Java loop that spawns `echo hi`, reads its output and waits for it, on %d threads, half of the
                commands before and half after; its JVM is warm. The round with the median ratio counts.
                """.formatted(commands, AT_ONCE, AT_ONCE));
        report.table(
                List.of("Commands a second", "Yardstick", "Ratio", "Call answered after", "Station's peak", "Agent's"),
                rounds.stream()
                        .map(round -> List.of(
                                number(round.steward.rate),
                                number(round.plainRate()),
                                Samples.ratio(round.ratio()),
                                number(round.steward.orderSeconds) + " s",
                                mib(round.steward.station.peakKiB()),
                                mib(round.steward.agent.peakKiB())))
                        .toList());
        Measured steward = median.steward;
        report.text("Processor time a command, in the round with the median ratio, starts included:");
        report.table(
                List.of("Of", "A command", "Busiest threads, where they still live"),
                List.of(
                        List.of("the yardstick, its children included", Samples.ms(median.plainCpuMillis()), ""),
                        List.of(
                                "the agent's children",
                                Samples.ms((double) steward.agent.childMillis() / commands),
                                ""),
                        List.of("the agent", cpu(steward.agent, commands), steward.agent.busiestThreads()),
                        List.of("the station", cpu(steward.station, commands), steward.station.busiestThreads()),
                        List.of("the broker", cpu(steward.broker, commands), "")));
    }

    private static String cpu(ProcessUse use, int commands) {
        return Samples.ms((double) use.cpuMillis() / commands);
    }

    private static String mib(long kib) {
        return number(kib / 1024.0) + " MiB";
    }
}
