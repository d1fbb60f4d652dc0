// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import dev.steward.message.broker.Credentials;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.SignedDocument;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Optional;

/**
 * What the station answers to a request for admission; and what it tells a node whose other keys were approved.
 *
 * @param request the id of that request; where the station asks for nothing by itself, of the record
 * @param state how it stands
 * @param reason why it is refused; empty otherwise
 * @param record the signed {@link NodeRecord}, where it is approved
 * @param brokerToken with which the machine logs in at the broker, where it is approved and the broker asks for one
 */
public record EnrolmentAnswer(
        CommandId request, State state, String reason, Optional<SignedDocument> record, Optional<String> brokerToken) {
    /** How a request stands. */
    public enum State {
        PENDING,
        APPROVED,
        REFUSED
    }

    public static EnrolmentAnswer pending(CommandId request) {
        return new EnrolmentAnswer(request, State.PENDING, "", Optional.empty(), Optional.empty());
    }

    public static EnrolmentAnswer approved(CommandId request, SignedDocument record) {
        return new EnrolmentAnswer(request, State.APPROVED, "", Optional.of(record), Optional.empty());
    }

    public static EnrolmentAnswer refused(CommandId request, String reason) {
        return new EnrolmentAnswer(request, State.REFUSED, reason, Optional.empty(), Optional.empty());
    }

    public EnrolmentAnswer withBrokerToken(String token) {
        return new EnrolmentAnswer(request, state, reason, record, Optional.of(token));
    }

    public byte[] encode() {
        var json = new LinkedHashMap<String, Object>();
        json.put("request", request);
        json.put("state", state.name().toLowerCase(Locale.ROOT));
        json.put("reason", reason);
        record.ifPresent(signed -> json.put("record", new String(signed.encode(), StandardCharsets.UTF_8)));
        brokerToken.ifPresent(token -> json.put("brokerToken", token));
        return Json.bytes(json);
    }

    public static EnrolmentAnswer decode(byte[] body) throws RefusedException {
        JsonObject json = Json.object(body, Limits.FRAME_BYTES);
        CommandId request = CommandId.parse(json.text("request"));
        String reason = json.text("reason");
        return switch (json.text("state")) {
            case "pending" -> pending(request);
            case "approved" -> approved(request, json);
            case "refused" -> refused(request, reason);
            default -> throw new RefusedException("an answer in a state that this version does not know");
        };
    }

    private static EnrolmentAnswer approved(CommandId request, JsonObject json) throws RefusedException {
        EnrolmentAnswer answer =
                approved(request, SignedDocument.decode(json.text("record").getBytes(StandardCharsets.UTF_8)));
        return json.has("brokerToken")
                ? answer.withBrokerToken(Credentials.checkToken(json.text("brokerToken")))
                : answer;
    }
}
