// SPDX-License-Identifier: Apache-2.0
package dev.steward.bus;

import dev.steward.message.RefusedException;
import dev.steward.message.broker.BrokerKeys;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Tells a broker what holds in an account from now on: who is shut out is cut off at once. */
public final class AccountUpdates {
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
    private static final int ANSWER_BYTES = 64 * 1024;
    private static final int OK = 200;

    private AccountUpdates() {}

    /**
     * Sends the account's token over a connection of its own.
     *
     * @param system with a login to the system account
     * @throws IOException where the broker can't be reached
     * @throws RefusedException where it does not take the token
     */
    public static void send(BusSettings system, String token)
            throws IOException, InterruptedException, RefusedException {
        try (Connection connection = Nats.connect(NatsBus.options(system).build())) {
            @Nullable
            Message answer =
                    connection.request(BrokerKeys.updates(), token.getBytes(StandardCharsets.US_ASCII), ANSWER_WITHIN);
            if (answer == null) {
                throw new IOException("the broker does not answer");
            }
            check(answer.getData());
        }
    }

    private static void check(byte[] answer) throws RefusedException {
        JsonObject json = Json.object(answer, ANSWER_BYTES);
        if (!json.has("data") || json.object("data").integer("code", 0, 999) != OK) {
            throw new RefusedException("the broker answers " + new String(answer, StandardCharsets.UTF_8));
        }
    }
}
