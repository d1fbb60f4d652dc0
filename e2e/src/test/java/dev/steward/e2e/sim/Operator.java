// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.Target;
import dev.steward.message.json.JsonObject;
import dev.steward.station.core.Answer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Orders and cancels, as a patient person does: hands the same bytes in until there is an answer. */
final class Operator {
    private static final long WATCH_EVERY_MS = 3_000;

    private final World world;
    private final Random random;
    private final List<SimOrder> orders = new ArrayList<>();
    private final Lists lists;

    Operator(World world, long seed) {
        this.world = world;
        this.random = world.random();
        this.lists = new Lists(world, seed);
    }

    void publishLists() {
        lists.begin();
    }

    /** Whether the station has the newest list that is published. */
    boolean isListKnown() {
        return isListOf(world.primary().ledger().operators());
    }

    boolean isListOf(Optional<byte[]> stored) {
        return lists.isNewest(stored);
    }

    boolean isRevokedBy(Optional<byte[]> stored) {
        return lists.isRevokedBy(stored);
    }

    List<SimOrder> orders() {
        return orders;
    }

    void order() {
        List<NodeName> names =
                world.nodes().stream().map(node -> node.name).distinct().toList();
        var targets = new ArrayList<>(names);
        Collections.shuffle(targets, random);
        int count = random.nextInt(3) == 0 ? targets.size() : 1 + random.nextInt(Math.min(3, targets.size()));
        var id = CommandId.create(world.wall(), random);
        var arguments = new LinkedHashMap<String, Object>();
        arguments.put(SimTask.LENGTH, lengthMillis());
        boolean unwanted = random.nextInt(15) == 0;
        if (unwanted) {
            arguments.put("refuse", true);
        }
        if (chance(world.plan().load().largePercent())) {
            world.reached(Reached.LARGE_DOCUMENT);
            arguments.put("padding", "x".repeat(50_000 + random.nextInt(150_000)));
        }
        Instant startBefore = world.wall().plusSeconds(random.nextInt(5) == 0 ? 3 + random.nextInt(60) : 6 * 3600);
        boolean repeatable = random.nextInt(3) == 0;
        int parts = (count + Limits.TARGETS_PER_DOCUMENT - 1) / Limits.TARGETS_PER_DOCUMENT;
        var documents = new ArrayList<byte[]>();
        SimOperator issuer = lists.issuer();
        for (int part = 1; part <= parts; part++) {
            documents.add(issuer.signed(new Document.Command(
                    id,
                    SimOperator.FLEET,
                    part,
                    parts,
                    issuer.key().id(),
                    world.wall(),
                    machines(targets.subList(
                            (part - 1) * Limits.TARGETS_PER_DOCUMENT,
                            Math.min(count, part * Limits.TARGETS_PER_DOCUMENT))),
                    "test",
                    "sim",
                    JsonObject.of(arguments),
                    startBefore,
                    Optional.empty(),
                    repeatable,
                    false)));
        }
        var order = new SimOrder(id, issuer, targets.subList(0, count), documents, unwanted, world.millis());
        world.oracle().ordered(order);
        orders.add(order);
        submit(order, false);
    }

    private static List<Target> machines(List<NodeName> names) {
        return names.stream().map(SimKeys::target).toList();
    }

    private int lengthMillis() {
        if (world.plan().sustained()) {
            return 1 + random.nextInt(200);
        }
        return chance(world.plan().load().slowPercent()) ? 20_000 : 1 + random.nextInt(3_000);
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    /** Hands an order in until there is an answer, the same bytes each time. */
    private void submit(SimOrder order, boolean again) {
        if (again) {
            world.reached(Reached.ORDER_REPEATED);
        }
        if (world.primary().isUp()) {
            world.primary().order(order.documents(), answer -> {
                world.trace(
                        () -> "order " + order.id() + " for " + order.targets().size() + " nodes: " + answer);
                if (answer instanceof Answer.Accepted) {
                    order.accept();
                } else if (answer instanceof Answer.Refused(Answer.Reason reason, String text)
                        && reason == Answer.Reason.NO_SPACE) {
                    world.reached(Reached.ORDER_WITHOUT_ROOM); // the same again, when there may be room
                } else {
                    order.refuse();
                }
            });
        }
        world.after(10_000, () -> {
            if (!order.isAnswered()) {
                submit(order, true);
            }
        });
    }

    /** Who knows that the ledger is an older copy hands in again what it may have lost. */
    void orderAgain() {
        for (SimOrder order : orders) {
            if (order.isAccepted() && random.nextBoolean()) {
                world.after(1_000 + random.nextInt(20_000), () -> submit(order, true));
            }
        }
    }

    /** Unfreezes what is frozen once its twin is gone, and now and then too early. */
    void watchForClones() {
        if (world.primary().isUp()) {
            world.nodes().stream().map(node -> node.name).distinct().forEach(this::watchForClones);
        }
        world.after(WATCH_EVERY_MS, this::watchForClones);
    }

    private void watchForClones(NodeName name) {
        if (world.primary().isFrozen(name)) {
            boolean alone = world.nodes().stream()
                            .filter(node -> node.name.equals(name))
                            .count()
                    == 1;
            if (alone || random.nextInt(10) == 0) {
                world.primary().unfreeze(name);
            }
        }
    }

    void cancel() {
        if (orders.isEmpty() || !world.primary().isUp()) {
            return;
        }
        SimOrder order = orders.get(orders.size() - 1 - random.nextInt(Math.min(orders.size(), 5)));
        if (order.isAccepted()) {
            SimOperator by = lists.canceler(order);
            order.cancel();
            List<NodeName> targets =
                    order.targets().subList(0, Math.min(order.targets().size(), Limits.TARGETS_PER_DOCUMENT));
            var cancel = new Document.Cancel(
                    CommandId.create(world.wall(), random),
                    SimOperator.FLEET,
                    by.key().id(),
                    world.wall(),
                    machines(targets),
                    order.id());
            world.primary().cancel(order.id(), List.of(by.signed(cancel)), answer -> {
                if (answer instanceof Answer.Accepted) {
                    world.oracle().cancelAccepted(order, targets, by);
                }
            });
        }
    }
}
