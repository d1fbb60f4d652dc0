// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.operator.Identity;
import dev.steward.message.CommandId;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.seal.LinkKey;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.signing.VerificationKey;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;

/** What somebody says of a node, unsigned. */
final class Records {
    private static final LinkKey LINK_KEY = LinkKeyPair.generate().key();

    private Records() {}

    static NodeRecord approval(Identity by, String name, VerificationKey key, long number) {
        return record(by, name, key, number, Optional.empty());
    }

    static NodeRecord revocation(Identity by, String name, VerificationKey key, long number) {
        return record(by, name, key, number, Optional.of(CommandLineFixture.NOW));
    }

    private static NodeRecord record(
            Identity by, String name, VerificationKey key, long number, Optional<Instant> revokedAt) {
        Instant now = CommandLineFixture.NOW;
        return new NodeRecord(
                CommandId.create(now, new Random(number)),
                by.fleet(),
                by.id(),
                now,
                number,
                new NodeName(name),
                key,
                LINK_KEY,
                Optional.of(key),
                revokedAt);
    }
}
