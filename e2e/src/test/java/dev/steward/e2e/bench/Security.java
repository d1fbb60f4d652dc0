// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import static dev.steward.e2e.bench.Primitives.Step.CHECK;
import static dev.steward.e2e.bench.Primitives.Step.KEYS;
import static dev.steward.e2e.bench.Primitives.Step.OPEN;
import static dev.steward.e2e.bench.Primitives.Step.SEAL;

import dev.steward.e2e.bench.Site.Broker;
import java.nio.file.Path;
import java.util.List;

/**
 * What security costs. TLS and login at the broker can be had or not, and are measured with and without, in turn. Sealed
 * frames, signed documents and fingerprints can't be switched off: they are measured by themselves.
 *
 * @param revocation nanoseconds until a node that is there obeys an operator no more
 * @param inAgent the single steps with an agent's flags
 * @param inStation likewise with the station's
 * @param sealed what {@code commands} of {@code agent} carried
 */
record Security(
        Pace pace,
        AgentCost agent,
        Samples revocation,
        PrimitiveCosts inAgent,
        PrimitiveCosts inStation,
        SealedBytes sealed) {
    static void measure(Report report, Sizes sizes, Path folder) throws Exception {
        OnOff latency;
        AgentCost agent;
        Samples revocation;
        try (Side on = Side.start(folder, Broker.SECURED);
                Side off = Side.start(folder, Broker.OPEN)) {
            List<Side> turns = List.of(on, off);
            latency = Pace.latency(turns, sizes);
            agent = AgentCost.measure(turns, sizes);
            revocation = Revocation.measure(on, sizes.starts());
        }
        Pace pace = Pace.measure(latency, sizes, folder);
        int steps = sizes.security().steps();
        new SecurityReport(
                        report,
                        new Security(
                                pace,
                                agent,
                                revocation,
                                PrimitiveCosts.measure(agent.agentFlags(), steps, agent.document()),
                                PrimitiveCosts.measure(agent.stationFlags(), steps, agent.document()),
                                SealedBytes.of(agent.frames(), Side.NODE)))
                .tell(sizes);
    }

    double framesFromNode() {
        return (double) sealed.fromNode() / agent.commands();
    }

    double framesToNode() {
        return (double) sealed.toNode() / agent.commands();
    }

    /**
     * Nanoseconds of all that a command costs that can't be switched off: each of its frames is sealed and opened, its
     * document checked by the station and by the agent. They count as if they were done one after the other.
     */
    double alwaysOn() {
        return framesToNode() * (inStation.median(SEAL) + inAgent.median(OPEN))
                + framesFromNode() * (inAgent.median(SEAL) + inStation.median(OPEN))
                + inStation.median(CHECK)
                + inAgent.median(CHECK);
    }

    /** Nanoseconds before an agent's first hello can be sent and its answer believed, in a JVM that is new to all of it. */
    double alwaysOnAtStart() {
        return inAgent.first(KEYS) + inAgent.first(SEAL) + inAgent.first(OPEN);
    }

    double alwaysOnBytes() {
        return (double) sealed.bytes() / agent.commands();
    }
}
