// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import dev.steward.message.NodeName;
import dev.steward.message.text.Durations;
import java.time.Duration;
import java.util.Optional;

/** Says once that the station does not answer, and once that it does again: a log without a word looks like health. */
final class StationWatch {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final NodeName station;
    private final String broker;
    private long liveAt;
    private boolean said;

    /** @param broker its address, for the text */
    StationWatch(NodeName station, String broker, long nowMillis) {
        this.station = station;
        this.broker = broker;
        this.liveAt = nowMillis;
    }

    /** What there is to say now. */
    Optional<String> look(long nowMillis, boolean connected, boolean live) {
        if (live) {
            boolean again = said;
            liveAt = nowMillis;
            said = false;
            return again ? Optional.of("the station %s answers again".formatted(station)) : Optional.empty();
        }
        if (said || nowMillis - liveAt < PATIENCE.toMillis()) {
            return Optional.empty();
        }
        said = true;
        String where = connected
                ? "though the broker %s is connected; is it running there, of that name, and was this node not revoked?"
                        .formatted(broker)
                : "as the broker %s is not reached".formatted(broker);
        return Optional.of("the station %s has not answered for %s, %s Trying on; what is to be told to it is kept"
                .formatted(station, Durations.text(PATIENCE), connected ? where : where + "."));
    }
}
