// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.cli.terminal.Failure;
import dev.steward.message.CommandId;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.Times;
import dev.steward.message.broker.BrokerLogin;
import dev.steward.message.broker.Credentials;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.seal.LinkKey;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The part of the station's API by which machines become nodes. */
public final class EnrolmentClient {
    /**
     * What a new machine must know of the station.
     *
     * @param brokerAuthority by whose key the broker is known, and {@code brokerToken} with which to log in there; empty
     *     where it asks nobody who connects
     */
    public record StationEnd(
            NodeName station,
            LinkKey linkKey,
            String broker,
            Optional<KeyId> brokerAuthority,
            Optional<String> brokerToken) {
        /** @param own whose public half the station was told */
        public Optional<BrokerLogin> login(Credentials own) {
            return brokerAuthority.flatMap(
                    authority -> brokerToken.map(token -> new BrokerLogin(authority, own.with(token))));
        }

        static StationEnd from(JsonObject json) throws RefusedException {
            return new StationEnd(
                    NodeName.parse(json.text("station")),
                    LinkKey.parse(json.text("linkKey")),
                    json.text("broker"),
                    json.has("brokerAuthority")
                            ? Optional.of(KeyId.parse(json.text("brokerAuthority")))
                            : Optional.empty(),
                    json.has("brokerToken")
                            ? Optional.of(Credentials.checkToken(json.text("brokerToken")))
                            : Optional.empty());
        }
    }

    private static final String TOKENS = "/api/v1/tokens";
    private static final String RECORDS = "/api/v1/node-records";

    /** More than the names of one call can have had. */
    private static final int RECORDS_OF_NAMES = 100_000;

    private final StationClient station;

    EnrolmentClient(StationClient station) {
        this.station = station;
    }

    /** Makes a token known, not its secrets. */
    public StationEnd register(
            CommandId id, VerificationKey key, VerificationKey login, Optional<NodeName> node, Instant expiresAt)
            throws Failure, InterruptedException {
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put("id", id);
        body.put("key", key);
        body.put("login", login);
        node.ifPresent(name -> body.put("node", name));
        body.put("expiresAt", Times.text(expiresAt));
        return StationClient.decode(
                station.post(TOKENS, Json.bytes(body), "token", "steward token list"), StationEnd::from);
    }

    public List<TokenInfo> tokens() throws Failure {
        return StationClient.decode(
                station.get(TOKENS), json -> StationClient.map(json.objects("tokens", Limits.NODES), TokenInfo::from));
    }

    public void revoke(CommandId token) throws Failure {
        station.delete(TOKENS + "/" + token);
    }

    /** The machines that wait for approval. */
    public List<EnrolmentInfo> pending() throws Failure {
        return StationClient.decode(
                station.get("/api/v1/enrolments"),
                json -> StationClient.map(json.objects("enrolments", Limits.NODES), EnrolmentInfo::from));
    }

    /**
     * The newest record of each key that ever had one of those names, as the station shows it: to be checked.
     *
     * @param nodes at most {@link Limits#TARGETS_PER_DOCUMENT}
     */
    public List<SignedDocument> records(List<NodeName> nodes) throws Failure {
        String query = nodes.stream().map(node -> "node=" + node).collect(Collectors.joining("&", "?", ""));
        return StationClient.decode(station.get(RECORDS + query), json -> {
            var records = new ArrayList<SignedDocument>();
            for (String text : json.texts("records", RECORDS_OF_NAMES)) {
                records.add(SignedDocument.decode(text.getBytes(StandardCharsets.UTF_8)));
            }
            return records;
        });
    }

    /**
     * Hands in what an operator has signed of a node.
     *
     * @return what waits, where further authorities must sign it
     */
    public Optional<HeldInfo> offer(SignedDocument signed, NodeName node) throws Failure, InterruptedException {
        return StationClient.decode(
                station.post(RECORDS, List.of(signed.encode()), "record of " + node, "steward node pending"),
                HeldInfo::oneFrom);
    }
}
