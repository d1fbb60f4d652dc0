// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import dev.steward.e2e.bench.Site.Broker;
import java.util.List;

/** The same, measured in turn with a broker that is secured and one that is open, so that drift meets both alike. */
record OnOff(Samples on, Samples off) {
    /** The order of the turns. */
    static final List<Broker> TURNS = List.of(Broker.SECURED, Broker.OPEN);

    OnOff() {
        this(new Samples(), new Samples());
    }

    Samples of(Broker broker) {
        return broker == Broker.SECURED ? on : off;
    }

    /** How many times what it is without. */
    double ratio(int percent) {
        return on.value(percent) / off.value(percent);
    }

    /** How much more it is, at the median, in the samples' own unit. */
    double more() {
        return on.value(50) - off.value(50);
    }
}
