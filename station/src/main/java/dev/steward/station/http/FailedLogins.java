// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.Limits;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts wrong credentials by address. Good ones are never asked for here: somebody else at the same address, or the
 * owner, is not locked out. Thread-safe.
 */
final class FailedLogins {
    static final Duration WINDOW = Duration.ofMinutes(1);

    private record Failures(Instant since, int count) {}

    private final InstantSource clock;
    private final Map<String, Failures> failures = new LinkedHashMap<>();

    FailedLogins(InstantSource clock) {
        this.clock = clock;
    }

    /** What to answer to a wrong credential: what is {@code otherwise} said, unless there were too many. */
    synchronized ApiException refusal(String address, ApiException otherwise) {
        Instant now = clock.instant();
        @Nullable Failures before = failures.get(address);
        if (before == null || isOver(before, now)) {
            failures.remove(address);
            makeRoom();
            failures.put(address, new Failures(now, 1));
            return otherwise;
        }
        if (before.count < Limits.FAILED_LOGINS) {
            failures.put(address, new Failures(before.since, before.count + 1));
            return otherwise;
        }
        return ApiException.tooManyFailures(Duration.between(now, before.since.plus(WINDOW)));
    }

    /** A clock that was set back must not make a minute longer. */
    private static boolean isOver(Failures failures, Instant now) {
        return now.isBefore(failures.since) || !now.isBefore(failures.since.plus(WINDOW));
    }

    private void makeRoom() {
        if (failures.size() >= Limits.FAILED_LOGIN_ADDRESSES) {
            failures.remove(failures.keySet().iterator().next()); // the one that began first
        }
    }
}
