// SPDX-License-Identifier: Apache-2.0
package dev.steward.bus;

import dev.steward.message.RefusedException;
import dev.steward.message.broker.BrokerKeys;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.VerificationKey;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells a broker what holds in an account from now on: who is shut out is cut off at once. */
public final class AccountUpdates {
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
    private static final int ANSWER_BYTES = 64 * 1024;
    private static final int OK = 200;

    private AccountUpdates() {}

    /**
     * Shuts keys out, beside those that the broker shuts out already: a station that comes back with an older ledger must
     * not let in again whom it has forgotten. Over a connection of its own.
     *
     * @param system with a login to the system account
     * @param shutOut each with the time after which nobody could log in with it anyway
     * @return how many keys are shut out now
     * @throws IOException where the broker can't be reached
     * @throws RefusedException where it does not take the token
     */
    public static int send(BusSettings system, BrokerKeys keys, Map<VerificationKey, Instant> shutOut, Instant now)
            throws IOException, InterruptedException, RefusedException {
        try (Connection connection = Nats.connect(NatsBus.options(system).build())) {
            var all = new HashMap<>(shutOut);
            String text = new String(ask(connection, keys.claims(), new byte[0]), StandardCharsets.US_ASCII);
            Instant issuedAt = now;
            if (!text.isEmpty()) { // else the broker has none yet
                BrokerKeys.Account present = keys.read(text);
                present.shutOut().forEach((key, until) -> all.merge(key, until, AccountUpdates::later));
                issuedAt = later(now, present.issuedAt().plusSeconds(1)); // the servers of a cluster keep the newest
            }
            all.values().removeIf(until -> until.isBefore(now.minus(BrokerKeys.KEPT_BEYOND)));
            byte[] token = keys.accountToken(issuedAt, all).getBytes(StandardCharsets.US_ASCII);
            check(ask(connection, BrokerKeys.updates(), token));
            return all.size();
        }
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static byte[] ask(Connection connection, String subject, byte[] body)
            throws IOException, InterruptedException {
        @Nullable Message answer = connection.request(subject, body, ANSWER_WITHIN);
        if (answer == null) {
            throw new IOException("the broker does not answer");
        }
        return answer.getData();
    }

    private static void check(byte[] answer) throws RefusedException {
        JsonObject json = Json.object(answer, ANSWER_BYTES);
        if (!json.has("data") || json.object("data").integer("code", 0, 999) != OK) {
            throw new RefusedException("the broker answers " + new String(answer, StandardCharsets.UTF_8));
        }
    }
}
