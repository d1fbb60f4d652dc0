// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import dev.steward.e2e.bench.Site.Broker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How fast commands go at a secured broker and at an open one.
 *
 * @param latency of one command, from its order to its end in the ledger
 * @param aCommand nanoseconds for each of many that were ordered at once
 */
record Pace(OnOff latency, OnOff aCommand, List<Round> rounds) {
    /** A part of what {@code aCommand} holds, with what else is known of it. */
    record Round(Broker broker, int commands, Throughput.Measured measured) {}

    /** @param latency as it was measured before, with nothing else beside it */
    static Pace measure(OnOff latency, Sizes sizes, Path folder) throws Exception {
        var aCommand = new OnOff();
        var rounds = new ArrayList<Round>();
        for (int i = 0; i < sizes.security().rounds(); i++) {
            for (Broker broker : OnOff.TURNS) {
                Throughput.Measured measured =
                        Throughput.steward(sizes.security().commands(), folder, broker);
                aCommand.of(broker).add(Math.round(1e9 / measured.rate()));
                rounds.add(new Round(broker, sizes.security().commands(), measured));
            }
        }
        return new Pace(latency, aCommand, rounds);
    }

    static OnOff latency(List<Side> turns, Sizes sizes) throws Exception {
        var latency = new OnOff();
        for (Side side : turns) {
            side.startAgent();
        }
        for (int i = -sizes.warmup(); i < sizes.latencySamples(); i++) {
            for (Side side : turns) {
                long took = side.echo().ended();
                if (i >= 0) {
                    latency.of(side.broker).add(took);
                }
            }
        }
        for (Side side : turns) {
            side.site.requireSuccess(sizes.warmup() + sizes.latencySamples());
        }
        return latency;
    }
}
