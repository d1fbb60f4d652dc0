// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.enrolment;

import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.RefusedException;
import dev.steward.message.broker.BrokerLogin;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.link.Link;
import dev.steward.message.seal.LinkKey;
import dev.steward.message.seal.Seal;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.SignedDocument;
import dev.steward.store.PrivateFile;
import dev.steward.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * What an enrolment leaves in a node's data folder: whom it speaks to, and as whom.
 *
 * @param station name of the station, and {@code stationKey} the key of its links
 * @param broker where it is found, unless the agent is told of another one
 * @param brokerAuthority by whose key that broker is known; empty where it asks nobody who connects
 * @param signed the record by which the node was let in
 */
public record Enrolment(
        NodeName station,
        LinkKey stationKey,
        String broker,
        Optional<KeyId> brokerAuthority,
        NodeRecord record,
        SignedDocument signed) {
    public static final String FILE = "enrolment.json";

    public NodeName node() {
        return record.node();
    }

    public KeyId identity() {
        return record.key().id();
    }

    /** The same node, by another record. */
    Enrolment with(NodeRecord next, SignedDocument said) {
        return new Enrolment(station, stationKey, broker, brokerAuthority, next, said);
    }

    public static Optional<Enrolment> in(Path folder) {
        Path file = folder.resolve(FILE);
        Optional<String> text = PrivateFile.read(file);
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(read(text.get()));
        } catch (RefusedException e) {
            throw new StoreException("%s: %s".formatted(file, e.getMessage()), e);
        }
    }

    public void write(Path folder) {
        var json = new LinkedHashMap<String, Object>();
        json.put("format", Limits.FORMAT);
        json.put("station", station);
        json.put("stationKey", stationKey);
        json.put("broker", broker);
        brokerAuthority.ifPresent(key -> json.put("brokerAuthority", key));
        json.put("record", new String(signed.encode(), StandardCharsets.UTF_8));
        PrivateFile.write(folder.resolve(FILE), Json.text(json) + "\n");
    }

    private static Enrolment read(String text) throws RefusedException {
        JsonObject json = Json.object(text.getBytes(StandardCharsets.UTF_8), Limits.SIGNED_DOCUMENT_BYTES);
        json.integer("format", Limits.FORMAT, Limits.FORMAT);
        SignedDocument signed = SignedDocument.decode(json.text("record").getBytes(StandardCharsets.UTF_8));
        if (!(signed.read() instanceof NodeRecord record)) {
            throw new RefusedException("'record' is no record of a node");
        }
        if (record.isRevoked()) {
            throw new RefusedException("'record' says that this node's key was revoked");
        }
        return new Enrolment(
                NodeName.parse(json.text("station")),
                LinkKey.parse(json.text("stationKey")),
                json.text("broker"),
                json.has("brokerAuthority") ? Optional.of(KeyId.parse(json.text("brokerAuthority"))) : Optional.empty(),
                record,
                signed);
    }

    /**
     * How this node and its broker know each other; empty where that asks nobody who connects.
     *
     * @throws RefusedException where the broker asks, and {@code keys} are without what the station has issued
     */
    public Optional<BrokerLogin> login(NodeKeys keys) throws RefusedException {
        if (brokerAuthority.isPresent() && keys.login().token().isEmpty()) {
            throw new RefusedException(
                    "%s has no token for the broker, or is missing: restore it, or have one made: `steward token create` at the station, then here `steward agent enroll TOKEN` in the same folder"
                            .formatted(NodeKeys.LOGIN));
        }
        return brokerAuthority.map(authority -> new BrokerLogin(authority, keys.login()));
    }

    /**
     * The keys of the link to the station.
     *
     * @throws RefusedException where {@code keys} are not those that were let in
     */
    public Seal seal(NodeKeys keys) throws RefusedException {
        if (!keys.identity().key().equals(record.key()) || !keys.link().key().equals(record.linkKey())) {
            throw new RefusedException(
                    "the keys in the data folder are not those that were let in as %s, %s; enrol this machine anew, in an empty folder"
                            .formatted(record.node(), record.key().id()));
        }
        return Seal.of(record.fleet(), keys.id(), Link.End.NODE, keys.link(), stationKey);
    }
}
