// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import com.sun.net.httpserver.HttpExchange;
import dev.steward.message.CommandId;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.seal.LinkKey;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.SigningException;
import dev.steward.message.signing.VerificationKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/** The station's part in letting nodes in: it knows tokens, shows who waits, and keeps the newest record of each key. */
public final class EnrolmentAtStation {
    static final String BROKER = "nats://127.0.0.1:4222";

    final LinkKey linkKey;
    final List<JsonObject> tokens = new ArrayList<>();
    final Map<VerificationKey, String> records = new LinkedHashMap<>();
    final List<String> offered = new ArrayList<>();
    private final List<String> pending = new ArrayList<>();

    /** Called with each record that is handed in. */
    private Consumer<NodeRecord> taken = record -> {};

    private Map<String, Object> brokerLogin = Map.of();

    public EnrolmentAtStation(Station station, LinkKey linkKey) {
        this.linkKey = linkKey;
        station.on("POST /api/v1/tokens", this::register);
        station.on("GET /api/v1/enrolments", exchange -> Station.send(exchange, 200, enrolments()));
        station.on("GET /api/v1/node-records", exchange -> Station.send(exchange, 200, records()));
        station.on("POST /api/v1/node-records", this::take);
    }

    public synchronized void waits(String node, Ed25519 machine, LinkKey ofNode) {
        waits(node, machine, ofNode, machine.key().id());
    }

    /** @param said the fingerprint by the station's word */
    public synchronized void waits(String node, Ed25519 machine, LinkKey ofNode, KeyId said) {
        waits(node, machine, ofNode, said, ofNode);
    }

    /** @param shown the key of its link by the station's word */
    synchronized void waits(String node, Ed25519 machine, LinkKey ofNode, KeyId said, LinkKey shown) {
        waits(node, machine, ofNode, said, shown, machine);
    }

    /** @param login with which it would log in at the broker */
    synchronized void waitsWithLogin(String node, Ed25519 machine, LinkKey ofNode, Ed25519 login) {
        waits(node, machine, ofNode, machine.key().id(), ofNode, login);
    }

    private void waits(String node, Ed25519 machine, LinkKey ofNode, KeyId said, LinkKey shown, Ed25519 login) {
        Instant at = Instant.parse("2026-01-31T12:00:00Z");
        CommandId id = CommandId.create(at, new Random(1));
        var request = new EnrolmentRequest(
                id, CommandLineFixture.FLEET, at, id, new NodeName(node), machine.key(), ofNode, login.key());
        var row = new LinkedHashMap<String, Object>();
        row.put("node", node);
        row.put("fingerprint", said);
        row.put("key", machine.key());
        row.put("linkKey", shown);
        row.put("login", login.key());
        row.put("token", id);
        row.put("requestedAt", "2026-01-31T12:00:00.000Z");
        try {
            row.put(
                    "request",
                    new String(
                            (login.equals(machine)
                                            ? SignedDocument.sign(request, machine)
                                            : SignedDocument.sign(request, machine, login))
                                    .encode(),
                            StandardCharsets.UTF_8));
        } catch (SigningException e) {
            throw new IllegalStateException(e);
        }
        pending.add(Json.text(row));
    }

    public synchronized void onRecord(Consumer<NodeRecord> action) {
        taken = action;
    }

    public synchronized List<String> offered() {
        return List.copyOf(offered);
    }

    synchronized boolean isRevoked(VerificationKey key) throws RefusedException {
        String record = Optional.ofNullable(records.get(key)).orElseThrow();
        return ((NodeRecord) SignedDocument.decode(record.getBytes(StandardCharsets.UTF_8))
                        .read())
                .isRevoked();
    }

    synchronized void nobodyWaits() {
        pending.clear();
    }

    /** A new ledger, or the older copy that the test then shows. */
    public synchronized void forget() {
        records.clear();
        offered.clear();
    }

    synchronized void show(SignedDocument signed) throws RefusedException {
        records.put(((NodeRecord) signed.read()).key(), new String(signed.encode(), StandardCharsets.UTF_8));
    }

    private synchronized String enrolments() {
        return "{\"enrolments\":[%s]}".formatted(String.join(",", pending));
    }

    private synchronized String records() {
        return Json.text(Map.of("records", List.copyOf(records.values())));
    }

    private synchronized void register(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        try {
            tokens.add(Json.object(body, body.length));
        } catch (RefusedException e) {
            throw new IOException(e);
        }
        var answer = new LinkedHashMap<String, Object>();
        answer.put("station", "central");
        answer.put("linkKey", linkKey);
        answer.put("broker", BROKER);
        answer.putAll(brokerLogin);
        Station.send(exchange, 201, Json.text(answer));
    }

    /** From now on the broker wants to know who connects. */
    synchronized void brokerAsks(KeyId authority, String token) {
        brokerLogin = Map.of("brokerAuthority", authority, "brokerToken", token);
    }

    private synchronized void take(HttpExchange exchange) throws IOException {
        String text = CommandLineFixture.documents(exchange.getRequestBody().readAllBytes())
                .getFirst();
        try {
            SignedDocument signed = SignedDocument.decode(text.getBytes(StandardCharsets.UTF_8));
            offered.add(text);
            var record = (NodeRecord) signed.read();
            Optional<String> conflict = conflict(record);
            if (conflict.isPresent()) {
                Station.send(
                        exchange,
                        409,
                        Json.text(Map.of("error", Map.of("code", "conflict", "message", conflict.get()))));
                return;
            }
            show(signed);
            taken.accept(record);
            Station.send(
                    exchange,
                    200,
                    Json.text(Map.of(
                            "node",
                            record.node().value(),
                            "fingerprint",
                            record.key().id().value())));
        } catch (RefusedException e) {
            throw new IOException(e);
        }
    }

    /** A key's numbers rise until it is revoked, under whichever, and a name has one key at a time. */
    private Optional<String> conflict(NodeRecord next) throws RefusedException {
        for (String text : records.values()) {
            var known = (NodeRecord)
                    SignedDocument.decode(text.getBytes(StandardCharsets.UTF_8)).read();
            boolean ofKey = known.key().equals(next.key());
            if (known.equals(next)) {
                return Optional.empty();
            } else if (ofKey && known.isRevoked()) {
                return Optional.of("the key %s was revoked, and is never used again"
                        .formatted(known.key().id()));
            } else if (ofKey && !next.isRevoked() && known.number() >= next.number()) {
                return Optional.of("there is a record %d of this key already".formatted(known.number()));
            } else if (!ofKey
                    && !next.isRevoked()
                    && !known.isRevoked()
                    && known.node().equals(next.node())) {
                return Optional.of("there is a node %s with another key, %s"
                        .formatted(next.node(), known.key().id()));
            }
        }
        return Optional.empty();
    }
}
