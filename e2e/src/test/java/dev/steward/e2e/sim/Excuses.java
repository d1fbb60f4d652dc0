// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.NodeName;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Until when a store was replaced or stood twice. What was ordered before that may have been forgotten by it; of what is
 * ordered later nothing is excused.
 */
final class Excuses {
    private static final long NEVER = -1;
    private static final long STILL = Long.MAX_VALUE;

    private final World world;
    private final Map<NodeName, Long> disks = new HashMap<>();
    private final Map<NodeName, Long> clones = new HashMap<>();
    private final Set<Key> forged = new HashSet<>();
    private long ledger = NEVER;
    private long stations = NEVER;

    Excuses(World world) {
        this.world = world;
    }

    void diskReplaced(NodeName node) {
        disks.put(node, world.millis());
    }

    void cloned(NodeName node) {
        clones.put(node, STILL);
    }

    void cloneEnded(NodeName node) {
        clones.put(node, world.millis());
    }

    void ledgerReplaced() {
        ledger = world.millis();
    }

    void secondStation() {
        stations = STILL;
    }

    void secondStationEnded() {
        stations = world.millis();
    }

    /** Another document was sent to the node in the place of the genuine one. */
    void forged(Key key) {
        forged.add(key);
    }

    boolean forgery(SimOrder order, NodeName node) {
        return forged.contains(new Key(order.id(), node));
    }

    boolean disk(SimOrder order, NodeName node) {
        return order.orderedAt() <= disks.getOrDefault(node, NEVER);
    }

    boolean clone(SimOrder order, NodeName node) {
        return order.orderedAt() <= clones.getOrDefault(node, NEVER);
    }

    /** Whether the disk of that name was ever another one, or an older copy. */
    boolean anyDisk(NodeName node) {
        return disks.containsKey(node) || clones.containsKey(node);
    }

    /** Whether two machines have ever spoken under this name. */
    boolean anyClone(NodeName node) {
        return clones.containsKey(node);
    }

    boolean ledger(SimOrder order) {
        return order.orderedAt() <= ledger || stations(order);
    }

    /** Whether a station beside the one that is judged may have spoken of it. */
    boolean stations(SimOrder order) {
        return order.orderedAt() <= stations;
    }

    /** Whether nothing that may have forgotten it has happened. */
    boolean none(SimOrder order, NodeName node) {
        return !disk(order, node) && !clone(order, node) && !ledger(order) && !forgery(order, node);
    }
}
