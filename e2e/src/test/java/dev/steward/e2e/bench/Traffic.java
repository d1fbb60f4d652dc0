// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

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
    static Traffic awaitQuiet(LinkProxy proxy) throws InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        Traffic last = at(proxy);
        long since = System.nanoTime();
        while (System.nanoTime() - since < QUIET.toNanos()) {
            Thread.sleep(10);
            Traffic now = at(proxy);
            if (!now.equals(last)) {
                last = now;
                since = System.nanoTime();
            }
            if (since > end) {
                throw new IllegalStateException("the wire does not fall silent");
            }
        }
        return last;
    }

    Traffic since(Traffic before) {
        return new Traffic(toServer - before.toServer, toClient - before.toClient);
    }

    long both() {
        return toServer + toClient;
    }
}
