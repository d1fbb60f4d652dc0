// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.Limits;
import dev.steward.message.Tally;
import dev.steward.message.audit.AuditEntry.Who;
import dev.steward.station.core.AuditAction;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Has refusals noted in the audit log: of each who is refused the 1st, 2nd, 4th, 8th … in an hour, so that nobody fills
 * the log. Thread-safe.
 */
final class Refusals implements Errors.Refused {
    private static final Duration PERIOD = Duration.ofHours(1);

    /** Everybody else, where there are too many. */
    private static final String OTHERS = "others";

    private final Orders orders;
    private final InstantSource clock;
    private final Map<String, Tally> tallies = new HashMap<>();
    private Instant until = Instant.MIN;

    Refusals(Orders orders, InstantSource clock) {
        this.orders = orders;
        this.clock = clock;
    }

    @Override
    public void note(Context context, ApiException e) throws InterruptedException {
        Optional<String> caller = Caller.find(context).map(Caller::name);
        Tally tally = of(caller.orElse("") + " " + context.ip() + " " + e.status());
        if (tally.next()) {
            orders.note(
                    AuditAction.REFUSED,
                    caller.map(Who::via).orElse(Who.ITSELF),
                    "%d for %s %s from %s%s: %s"
                            .formatted(
                                    e.status(),
                                    context.method(),
                                    path(context),
                                    context.ip(),
                                    tally.count() == 1 ? "" : " (%d times)".formatted(tally.count()),
                                    e.getMessage()));
        }
    }

    private synchronized Tally of(String who) {
        Instant now = clock.instant();
        if (!now.isBefore(until)) {
            tallies.clear();
            until = now.plus(PERIOD);
        }
        boolean room = tallies.size() < Limits.AUDIT_REFUSED || tallies.containsKey(who);
        return tallies.computeIfAbsent(room ? who : OTHERS, key -> new Tally());
    }

    private static String path(Context context) {
        String path = context.path();
        return path.length() > 100 ? path.substring(0, 100) + "…" : path;
    }
}
