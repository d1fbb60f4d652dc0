// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import dev.steward.e2e.TestOperator;
import dev.steward.message.CommandId;
import dev.steward.message.OperatorList;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.SignedDocument;
import dev.steward.store.Database;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** How long a node that is there goes on to obey an operator who was revoked: until it has committed the list that says so. */
final class Revocation {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final long PAUSE_NANOS = 1_000_000;

    private final Site site;
    private final Database journal;
    private final SecureRandom random = new SecureRandom();
    private final Ed25519 key = Ed25519.generate();

    private Revocation(Site site, Database journal) {
        this.site = site;
        this.journal = journal;
    }

    /** Revokes one operator so many times, who is let in again in between; nanoseconds from the request on. */
    static Samples measure(Side side, int rounds) throws Exception {
        var times = new Samples();
        try (Database journal = Database.openReadOnly(
                side.site.installation.agentFolder(Side.NODE.value()).resolve("journal.db"))) {
            var revocation = new Revocation(side.site, journal);
            for (int i = 0; i < rounds; i++) {
                revocation.publish(2 * i + 1, Optional.empty());
                times.add(revocation.publish(2 * i + 2, Optional.of(Instant.now())));
            }
        }
        return times;
    }

    private long publish(long number, Optional<Instant> revokedAt) throws Exception {
        Instant now = Instant.now();
        var operator =
                new OperatorList.Operator("temporary", key.key(), Optional.of(now.plus(Duration.ofDays(1))), revokedAt);
        byte[] list = TestOperator.sign(new OperatorList(
                CommandId.create(now, random),
                TestOperator.FLEET,
                TestOperator.KEY.key().id(),
                now,
                number,
                List.of(operator)));
        long start = System.nanoTime();
        if (!site.installation.offer(List.of(list), "operators")) {
            throw new IllegalStateException("the station does not take list %d".formatted(number));
        }
        while (inForce() < number) {
            if (System.nanoTime() - start > LIMIT.toNanos()) {
                throw new IllegalStateException(
                        "the node has list %d, not %d, after %s".formatted(inForce(), number, LIMIT));
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return System.nanoTime() - start;
    }

    private long inForce() throws RefusedException {
        Optional<String> stored =
                journal.first("SELECT value FROM meta WHERE key = 'operators'", row -> row.getString(1));
        return stored.isPresent()
                        && SignedDocument.decode(stored.get().getBytes(StandardCharsets.UTF_8))
                                        .read()
                                instanceof OperatorList list
                ? list.number()
                : 0;
    }
}
