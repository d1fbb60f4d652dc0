// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.cli.terminal.Failure;
import dev.steward.message.RefusedException;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.json.JsonObject;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A node as the station knows it.
 *
 * @param fingerprint of the key that is let in under that name; empty where none is, or none is any more
 * @param rotating whether other keys of its were approved with which it has not spoken yet; a station from before that was
 *     possible says nothing
 * @param audit how far the log that it keeps itself had come, as the station has heard last; an older station says nothing
 * @param frozenSince since when two agents speak under its identity, so that nothing starts there
 */
public record NodeInfo(
        String name,
        Optional<String> fingerprint,
        Optional<Boolean> rotating,
        boolean reachable,
        Optional<Instant> lastHeardAt,
        Optional<Instant> frozenSince,
        Optional<AuditMark> audit,
        Map<String, String> labels,
        Optional<JsonObject> facts,
        JsonObject json) {

    /**
     * The names that an order may mean.
     *
     * @param written as the operator has written them
     * @throws Failure where one is that of a node that is not let in: another name is not meant then
     */
    public static List<String> orderable(List<NodeInfo> nodes, List<String> written) throws Failure {
        for (NodeInfo node : nodes) {
            boolean named = written.stream()
                    .flatMap(list -> Arrays.stream(list.split(",", -1)))
                    .anyMatch(term -> term.strip().equals(node.name()));
            if (named && node.fingerprint().isEmpty()) {
                throw Failure.usage(
                        "%s is not let in: its key was revoked, or nobody has approved it\n  nothing was ordered; `steward node pending` lists who waits"
                                .formatted(node.name()));
            }
        }
        return nodes.stream()
                .filter(node -> node.fingerprint().isPresent())
                .map(NodeInfo::name)
                .toList();
    }

    /** The keys that the station lets in, by name. */
    public static Map<String, String> fingerprints(List<NodeInfo> nodes) {
        var fingerprints = new HashMap<String, String>();
        nodes.forEach(node -> node.fingerprint().ifPresent(key -> fingerprints.put(node.name(), key)));
        return fingerprints;
    }

    private static Optional<AuditMark> audit(Optional<JsonObject> json) throws RefusedException {
        return json.isEmpty() ? Optional.empty() : Optional.of(AuditMark.from(json.get()));
    }

    static NodeInfo from(JsonObject json) throws RefusedException {
        return new NodeInfo(
                json.text("name"),
                json.optionalText("fingerprint"),
                json.has("rotating") ? Optional.of(json.bool("rotating")) : Optional.empty(),
                json.bool("reachable"),
                json.optionalTime("lastHeardAt"),
                json.optionalTime("frozenSince"),
                audit(json.optionalObject("audit")),
                json.textMap("labels"),
                json.optionalObject("facts"),
                json);
    }
}
