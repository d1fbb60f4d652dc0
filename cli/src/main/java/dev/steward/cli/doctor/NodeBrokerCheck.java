// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How a node here speaks to its broker.
 *
 * @param file its {@code enrolment.json}
 */
record NodeBrokerCheck(Path file) implements Check {
    /** It holds a signed record and little more. */
    private static final int BYTES = Limits.SIGNED_DOCUMENT_BYTES * 2;

    @Override
    public List<Finding> findings() {
        try (var in = Files.newInputStream(file)) {
            String broker = Json.object(in.readNBytes(BYTES + 1), BYTES).text("broker");
            return Address.isOverheard(broker, "nats") ? List.of(withoutTls(broker)) : List.of();
        } catch (IOException | RefusedException e) {
            return List.of(); // the agent itself says at its start what is wrong with it
        }
    }

    static Finding withoutTls(String broker) {
        return Finding.of(
                Weakness.BROKER_WITHOUT_TLS,
                "the broker is spoken to without TLS: whoever is on the way reads all commands and outputs, and anybody may connect",
                broker,
                "make keys and certificates with `steward broker config`, give the station its broker-keys.json, and enrol the nodes"
                        + " once more");
    }
}
