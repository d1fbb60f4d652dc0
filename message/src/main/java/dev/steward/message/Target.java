// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.KeyId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which machine a document is for: the name by which it is reached, and its identity. Names can be given to another
 * machine by whoever passes a document on; the key can't.
 *
 * @param key of the node's identity, as whoever signs knows it
 */
public record Target(NodeName node, KeyId key) {
    private static final Set<String> FIELDS = Set.of("node", "key");

    static List<Map<String, Object>> json(List<Target> targets) {
        return targets.stream().map(Target::json).toList();
    }

    private Map<String, Object> json() {
        var json = new LinkedHashMap<String, Object>();
        json.put("node", node);
        json.put("key", key);
        return json;
    }

    static List<Target> read(JsonObject document) throws RefusedException {
        var targets = new ArrayList<Target>();
        var names = new HashSet<NodeName>();
        for (JsonObject each : document.objects("targets", Limits.TARGETS_PER_DOCUMENT)) {
            each.onlyKnown(FIELDS);
            var target = new Target(NodeName.parse(each.text("node")), KeyId.parse(each.text("key")));
            if (!names.add(target.node)) {
                throw new RefusedException("'targets' names %s twice".formatted(target.node));
            }
            targets.add(target);
        }
        if (targets.isEmpty()) {
            throw new RefusedException("'targets' is empty");
        }
        return targets;
    }
}
