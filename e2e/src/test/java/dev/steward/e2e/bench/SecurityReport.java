// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import static dev.steward.e2e.bench.Report.number;
import static dev.steward.e2e.bench.Samples.ms;
import static dev.steward.e2e.bench.Samples.ratio;

import dev.steward.e2e.bench.Primitives.Step;
import dev.steward.e2e.bench.Site.Broker;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The figures, aims and section of {@link Security}. */
final class SecurityReport {
    private static final double AIM_TIMES = 1.5;
    private static final double AIM_MB = 12;
    private static final double AIM_START_MS = 250;
    private static final double AIM_BYTES = 250;
    private static final double AIM_REVOKED_SECONDS = 5;

    private static final double NANOS_PER_MS = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MB_PER_KIB = 1024 / 1e6;

    private final Report report;
    private final Security costs;

    SecurityReport(Report report, Security costs) {
        this.report = report;
        this.costs = costs;
    }

    void tell(Sizes sizes) {
        againstOpen();
        alwaysOn();
        againstNothing();
        revocation();
        report.section("Security");
        report.text("""
                *With* means a broker as `steward up` and `steward broker config` make it: TLS 1.3, known by the key of its
                authority, and a login with a signed token. *Without* is the same `nats-server` with neither, to which agent and
                station speak by `nats://`. The two take turns in this run, with everything else alike: sealed frames and signed
                documents are in both, as the product has no switch for them.
                """);
        pace();
        agent(sizes);
        steps();
        derivation();
        samples();
    }

    private void againstOpen() {
        OnOff latency = costs.pace().latency();
        for (int percent : List.of(50, 99)) {
            times(
                    "TLS and login: order to ledger, p" + percent,
                    ms(latency.on().percentile(percent)),
                    ms(latency.off().percentile(percent)),
                    latency.ratio(percent));
        }
        OnOff command = costs.pace().aCommand();
        times(
                "TLS and login: commands a second",
                aSecond(command.on().value(50)),
                aSecond(command.off().value(50)),
                command.ratio(50));
        more("TLS and login: an idle agent's memory", megabytes(residentMore()), AIM_MB, "MB");
        more("TLS and login: an agent's start until its hello", startMore() / NANOS_PER_MS, AIM_START_MS, "ms");
        more("TLS and login: an agent's wire for one command", bytesMore(), AIM_BYTES, "bytes");
    }

    private void alwaysOn() {
        String frame = " a frame of %d bytes".formatted(Primitives.FRAME_BYTES);
        step("to seal" + frame, Step.SEAL);
        step("to open" + frame, Step.OPEN);
        step("to sign a document", Step.SIGN);
        step("to check a document's signature", Step.CHECK);
        SealedBytes sealed = costs.sealed();
        report.figure(
                "always on: MACs, signature, fingerprints of one command",
                "%s + %s + %s bytes as sent"
                        .formatted(each(sealed.macs()), each(sealed.signatures()), each(sealed.fingerprints())));
    }

    private void step(String what, Step step) {
        report.figure(
                "always on: " + what,
                "%s in an agent, %s in the station"
                        .formatted(
                                micros(costs.inAgent().median(step)),
                                micros(costs.inStation().median(step))));
    }

    private void againstNothing() {
        OnOff latency = costs.pace().latency();
        double whole = latency.off().value(50) - costs.alwaysOn();
        times(
                "all security: order to ledger, p50, derived",
                ms(latency.on().median()),
                ms(whole / NANOS_PER_MS),
                latency.on().value(50) / whole);
        OnOff command = costs.pace().aCommand();
        double each = command.off().value(50) - costs.alwaysOn();
        times(
                "all security: commands a second, derived",
                aSecond(command.on().value(50)),
                aSecond(each),
                command.on().value(50) / each);
        more(
                "all security: an idle agent's memory, derived",
                megabytes(residentMore() + costs.inAgent().residentKiB()),
                AIM_MB,
                "MB");
        more(
                "all security: an agent's start until its hello, derived",
                (startMore() + costs.alwaysOnAtStart()) / NANOS_PER_MS,
                AIM_START_MS,
                "ms");
        more(
                "all security: an agent's wire for one command, derived",
                bytesMore() + costs.alwaysOnBytes(),
                AIM_BYTES,
                "bytes");
    }

    private void revocation() {
        double slowest = costs.revocation().value(100) / NANOS_PER_SECOND;
        report.figure(
                "an operator is revoked: until a node that is there refuses",
                String.format(
                        Locale.ROOT,
                        "%.2f s, at most %.2f s of %d",
                        costs.revocation().value(50) / NANOS_PER_SECOND,
                        slowest,
                        costs.revocation().size()),
                "≤ %.0f s".formatted(AIM_REVOKED_SECONDS),
                slowest <= AIM_REVOKED_SECONDS);
    }

    private void times(String what, String with, String without, double times) {
        report.figure(
                what,
                "%s, without %s: %s × the time".formatted(with, without, ratio(times)),
                "≤ %s ×".formatted(AIM_TIMES),
                times <= AIM_TIMES);
    }

    private void more(String what, double more, double aim, String unit) {
        report.figure(
                what,
                String.format(Locale.ROOT, "%+.1f %s", more, unit),
                String.format(Locale.ROOT, "≤ +%.0f %s", aim, unit),
                more <= aim);
    }

    private void pace() {
        Pace pace = costs.pace();
        report.text(
                """
                *Latency*: two installations stand side by side, each with broker, station and agent; one command `echo hi` at a
                time is ordered in turn at the one and the other, and timed as in the part above: %d each, after a warm-up.
                *Commands a second*: fresh installations in turn, %d of each; the median of what a command takes counts.
                """.formatted(pace.latency().on().size(), pace.aCommand().on().size()));
        report.table(
                List.of("Order to end in the ledger", "p50", "p99", "at most"),
                OnOff.TURNS.stream()
                        .map(broker -> {
                            Samples times = pace.latency().of(broker);
                            return List.of(name(broker), ms(times.median()), ms(times.percentile(99)), ms(times.max()));
                        })
                        .toList());
        report.text("Processor time is for a command, with the starts of the processes in it:");
        report.table(
                List.of("Broker", "Commands a second", "The agent", "The station", "The broker"),
                pace.rounds().stream()
                        .map(round -> List.of(
                                name(round.broker()),
                                number(round.measured().rate()),
                                processor(round, round.measured().agent()),
                                processor(round, round.measured().station()),
                                processor(round, round.measured().broker())))
                        .toList());
    }

    private void agent(Sizes sizes) {
        AgentCost agent = costs.agent();
        report.text("""
                *The agent* is started anew %d times at each broker, in turn, on a folder that it knows and through a TCP proxy, until
                the station's live stream calls it reachable. Then it runs one command, rests for %d s, and its resident memory is
                read: %s MB with, %s MB without, at the median.
                """.formatted(
                        agent.start().on().size(),
                        sizes.security().rest().toSeconds(),
                        number(megabytes(agent.resident().on().value(50))),
                        number(megabytes(agent.resident().off().value(50)))));
        report.text("""
                *Its wire*: %d commands at each broker, in turn, each followed until the wire had been quiet for %d ms. The proxy
                stands between agent and broker and knows nothing of TLS: it counts what TCP carries, both ways, which is TLS's
                records there, with their headers and tags, and without TCP's and IP's own. Nobody minds the proxy: the broker is
                known by its authority's key, not by the address at which it is reached. A command and its result took %s bytes with
                and %s without, at the median; each record of TLS 1.3 adds 22.
                """.formatted(
                        agent.commands(),
                        Traffic.QUIET.toMillis(),
                        number(agent.bytes().on().value(50)),
                        number(agent.bytes().off().value(50))));
    }

    private void steps() {
        report.text(
                """
                *Always on*: each step alone, %s times in turn with the others, in JVMs of their own. Their flags are those of the
                agent and the station that ran here, taken from the kernel: the first compiler alone, a small heap. *First* is the
                first time in that JVM, with its classes. A document is that of `echo hi`, for one node, and signed by one key; to
                sign it includes writing it. `keys` is what a link needs once, at its start.
                """.formatted(number((long) costs.inAgent().samples(Step.SEAL).size())));
        report.table(
                List.of("Step", "Agent: first", "p50", "p99", "Station: first", "p50", "p99"),
                Arrays.stream(Step.values())
                        .map(step -> List.of(
                                step.toString(),
                                micros(costs.inAgent().first(step)),
                                micros(costs.inAgent().median(step)),
                                micros(costs.inAgent().samples(step).value(99)),
                                micros(costs.inStation().first(step)),
                                micros(costs.inStation().median(step)),
                                micros(costs.inStation().samples(step).value(99))))
                        .toList());
    }

    private void derivation() {
        report.text("""
                *All security* is on against nothing at all, which no build can be: so it is derived. What a command needs of the
                steps above is taken from what was measured without TLS and login: a listener at the broker saw %s frames from the
                agent and %s to it, a command (hellos left out), each of which is sealed once and opened once; and its document is
                checked once by the station and once by the agent. That is %s, counted as if one step followed the other and
                nothing else ran meanwhile, and so rather too much. The operator's signature is made before the clock runs, and
                its %s are not in it. On the wire the listener's frames were packed once more without signature, and without
                fingerprints, by the code that packs them; what that saves, and the headers with the MACs, is added: %s bytes. To
                the start are added the first `keys`, `seal` and `open` in an agent's JVM, %s, and to the memory what that JVM had
                grown by after the first of each step but `sign`, %s MB: also too much, as it holds classes that an agent needs anyway.
                Trust files, lists of operators, records of nodes and
                enrolment cost nothing for each command, and are in no figure.
                """.formatted(
                        number(costs.framesFromNode()),
                        number(costs.framesToNode()),
                        ms(costs.alwaysOn() / NANOS_PER_MS),
                        micros(costs.inStation().median(Step.SIGN)),
                        number(costs.alwaysOnBytes()),
                        ms(costs.alwaysOnAtStart() / NANOS_PER_MS),
                        number(megabytes(costs.inAgent().residentKiB()))));
    }

    private void samples() {
        for (Broker broker : OnOff.TURNS) {
            String name = name(broker);
            AgentCost agent = costs.agent();
            report.raw(
                    name + ": order to end in the ledger, µs",
                    costs.pace().latency().of(broker).raw());
            report.raw(name + ": start to hello, µs", agent.start().of(broker).raw());
            report.raw(
                    name + ": resident memory, KiB", agent.resident().of(broker).raw(1));
            report.raw(
                    name + ": bytes for one command", agent.bytes().of(broker).raw(1));
        }
        report.raw("revocation of an operator, µs", costs.revocation().raw());
    }

    private double residentMore() {
        return costs.agent().resident().more();
    }

    private double startMore() {
        return costs.agent().start().more();
    }

    private double bytesMore() {
        return costs.agent().bytes().more();
    }

    private String each(long bytes) {
        return number((double) bytes / costs.agent().commands());
    }

    private static String processor(Pace.Round round, ProcessUse use) {
        return ms((double) use.cpuMillis() / round.commands());
    }

    private static String name(Broker broker) {
        return switch (broker) {
            case SECURED -> "with TLS and login";
            case OPEN -> "without";
        };
    }

    private static double megabytes(double kib) {
        return kib * MB_PER_KIB;
    }

    private static String aSecond(double nanosEach) {
        return number(1e9 / nanosEach) + " a second";
    }

    private static String micros(double nanos) {
        return number(nanos / 1_000) + " µs";
    }
}
