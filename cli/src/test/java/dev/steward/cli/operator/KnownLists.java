// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import dev.steward.message.CommandId;
import dev.steward.message.OperatorList;
import dev.steward.message.OperatorList.Operator;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Lists for tests. */
public final class KnownLists {
    public static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    private KnownLists() {}

    public static KnownList signed(Identity by, long number, List<Operator> operators) throws Exception {
        return KnownList.of(by.sign(new OperatorList(
                CommandId.create(NOW, new Random(number)), by.fleet(), by.id(), NOW, number, operators)));
    }

    public static Operator active(Identity who) {
        return new Operator(who.name(), who.signer().key(), Optional.empty(), Optional.empty());
    }

    public static Operator revoked(Identity who) {
        return new Operator(who.name(), who.signer().key(), Optional.empty(), Optional.of(NOW));
    }
}
