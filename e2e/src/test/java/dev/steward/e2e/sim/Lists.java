// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.CommandId;
import dev.steward.message.OperatorList;
import dev.steward.station.core.Answer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** The lists of operators of a simulation: the first has Bob, the second revokes him. Its dice are its own. */
final class Lists {
    private static final int BOB_PERCENT = 30;

    private final World world;
    private final Random random;
    private final List<byte[]> published = new ArrayList<>();

    Lists(World world, long seed) {
        this.world = world;
        this.random = new Random(seed * 31 + 5);
    }

    void begin() {
        if (random.nextInt(3) > 0) {
            long faulty = world.plan().faultyMillis();
            world.after(random.nextLong(faulty / 4), () -> publish(false));
            world.after(faulty / 2 + random.nextLong(faulty / 2), () -> publish(true));
        }
    }

    /** Who orders next. */
    SimOperator issuer() {
        return !published.isEmpty() && random.nextInt(100) < BOB_PERCENT ? SimOperator.BOB : SimOperator.ANNA;
    }

    /** Who cancels it: mostly whoever has ordered it. */
    SimOperator canceler(SimOrder order) {
        return random.nextInt(4) == 0 ? SimOperator.ANNA : order.issuer();
    }

    private void publish(boolean revoking) {
        var bob = new OperatorList.Operator(
                "bob",
                SimOperator.BOB.key(),
                Optional.empty(),
                revoking ? Optional.of(world.wall()) : Optional.empty());
        published.add(SimOperator.ANNA.signed(new OperatorList(
                CommandId.create(world.wall(), random),
                SimOperator.FLEET,
                SimOperator.KEY.id(),
                world.wall(),
                published.size() + 1L,
                List.of(bob))));
        submit(published.getLast());
    }

    /** Again and again: a ledger may be restored from a copy that does not have it. */
    private void submit(byte[] list) {
        if (!Arrays.equals(list, published.getLast())) {
            return; // another has taken its place
        }
        if (world.primary().isUp() && !isNewest(world.primary().ledger().operators())) {
            world.primary().operators(list, answer -> {
                if (answer instanceof Answer.Refused(Answer.Reason reason, String text)) {
                    throw new Violation("the station refuses a list of operators: %s".formatted(text));
                }
            });
        }
        world.after(10_000, () -> submit(list));
    }

    boolean isNewest(Optional<byte[]> stored) {
        return published.isEmpty() || number(stored) == published.size();
    }

    boolean isRevokedBy(Optional<byte[]> stored) {
        return stored.map(SimOperator::read)
                .map(OperatorList.class::cast)
                .flatMap(list -> list.find(SimOperator.BOB.key().id()))
                .filter(bob -> bob.revokedAt().isPresent())
                .isPresent();
    }

    private static long number(Optional<byte[]> stored) {
        return stored.map(SimOperator::read)
                .map(OperatorList.class::cast)
                .map(OperatorList::number)
                .orElse(0L);
    }
}
