// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import dev.steward.e2e.Await;
import dev.steward.e2e.LinkProxy;
import java.time.Duration;

/** Bytes that have passed a proxy, as TCP carries them: under TLS its records, without TCP's and IP's own headers. */
record Traffic(long toServer, long toClient) {
    /** After so long without a byte nothing of a command is under way any more. */
    static final Duration QUIET = Duration.ofMillis(500);

    private static final Duration LIMIT = Duration.ofSeconds(30);

    static Traffic at(LinkProxy proxy) {
        return new Traffic(proxy.bytesToServer(), proxy.bytesToClient());
    }

    /** What has passed once nothing passes any more. */
    static Traffic awaitQuiet(LinkProxy proxy) throws Exception {
        var last = new Object() {
            Traffic traffic = at(proxy);
            long since = System.nanoTime();
        };
        Await.until("the wire is silent", LIMIT, () -> {
            Traffic now = at(proxy);
            if (!now.equals(last.traffic)) {
                last.traffic = now;
                last.since = System.nanoTime();
            }
            return System.nanoTime() - last.since >= QUIET.toNanos();
        });
        return last.traffic;
    }

    Traffic since(Traffic before) {
        return new Traffic(toServer - before.toServer, toClient - before.toClient);
    }

    long both() {
        return toServer + toClient;
    }
}
