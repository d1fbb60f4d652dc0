// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.fuzz;

import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.Signatures;
import dev.steward.message.trust.LocalTrust;
import dev.steward.message.trust.Request;
import dev.steward.message.trust.Trust;
import dev.steward.message.trust.TrustFile;
import dev.steward.message.yaml.YamlNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** JSON and YAML, which hold everything else. */
final class Texts {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final List<Request> REQUESTS = List.of(
            request("shellcommand", Map.of("command", List.of("journalctl", "-u", "nginx", "--lines=100"))),
            request("shellcommand", Map.of("shell", "uptime")),
            request("cancel", Map.of()));

    private Texts() {}

    private static Request request(String method, Map<String, Object> arguments) {
        return new Request(method, "operatingsystem", JsonObject.of(arguments), Set.of("anna"), 1, NOW);
    }

    static void json(byte[] input) throws RefusedException {
        same(Json.object(input, Limits.FRAME_BYTES));
    }

    private static void same(JsonObject object) {
        try {
            Promises.same(
                    object,
                    Json.object(Json.bytes(Map.of("o", object)), Limits.REQUEST_BYTES)
                            .object("o"));
        } catch (RefusedException e) {
            throw new AssertionError("written anew it is refused: " + e.getMessage(), e);
        }
    }

    static void yaml(byte[] input) throws RefusedException {
        YamlNode node = YamlNode.parse("file.yaml", Json.utf8(input), "something", Limits.TRUST_FILE_NODES);
        same(node.object());
    }

    /** Whatever stands in the file, what it makes of an order is a verdict. */
    static void trustFile(byte[] input) throws RefusedException {
        TrustFile file = TrustFile.parse("trust.yaml", Json.utf8(input));
        var trust = new Trust(Signatures.ED25519, LocalTrust.of(file), Optional.empty());
        for (Request request : REQUESTS) {
            try {
                Promises.holds(!trust.allow(request).isEmpty(), "allowed by no rule");
            } catch (RefusedException e) {
                Promises.printable(e.getMessage());
            }
        }
    }
}
