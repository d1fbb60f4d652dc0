// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import dev.steward.agent.enrolment.Enrolment;
import dev.steward.agent.enrolment.NodeKeys;
import dev.steward.message.CommandId;
import dev.steward.message.FleetId;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.Target;
import dev.steward.message.WireMessage;
import dev.steward.message.broker.BrokerKeys;
import dev.steward.message.broker.Credentials;
import dev.steward.message.broker.Role;
import dev.steward.message.link.Link;
import dev.steward.message.seal.ForgedException;
import dev.steward.message.seal.FrameGuard;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.seal.Seal;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import dev.steward.store.PrivateFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** The keys of an installation's machines: who starts one need not ask and approve. */
public final class TestNodes {
    private record Admitted(NodeKeys keys, SignedDocument record) {}

    private static final Map<String, NodeKeys> KEYS = new ConcurrentHashMap<>();

    private final Map<String, Admitted> admitted = new LinkedHashMap<>();
    private final LinkKeyPair station = LinkKeyPair.generate();

    /** How documents name the machine that has a name in every installation. */
    public static Target target(String name) {
        return new Target(new NodeName(name), keys(name).id());
    }

    private static NodeKeys keys(String name) {
        return KEYS.computeIfAbsent(name, each -> NodeKeys.generate());
    }

    /** Gives a station's folder its key, where it has none. */
    void installStation(Path folder) throws Exception {
        Path file = folder.resolve(PrivateFile.LINK_KEY);
        if (!Files.exists(file)) {
            Files.createDirectories(folder);
            PrivateFile.write(file, station.text());
        }
    }

    /** Leaves in a folder what enrolment leaves there. The same name has the same keys again, in whatever folder. */
    void install(String name, Path folder, String broker, Optional<BrokerKeys> brokerKeys) throws Exception {
        if (Files.exists(folder.resolve(Enrolment.FILE))) {
            return;
        }
        Files.createDirectories(folder);
        Admitted node = admit(name);
        NodeKeys keys = brokerKeys.map(of -> atBroker(name, of)).orElse(node.keys);
        keys.write(folder, new NodeName(name));
        new Enrolment(
                        NodeName.CENTRAL,
                        station.key(),
                        broker,
                        brokerKeys.map(BrokerKeys::authority),
                        (NodeRecord) node.record.read(),
                        node.record)
                .write(folder);
    }

    private NodeKeys atBroker(String name, BrokerKeys broker) {
        NodeKeys keys = admit(name).keys;
        VerificationKey login = keys.login().key().key();
        return keys.withBrokerToken(broker.token(Role.NODE, name, login, Instant.now(), Optional.empty()));
    }

    /** With what a node logs in at the broker. */
    Credentials credentials(String name, BrokerKeys broker) {
        return atBroker(name, broker).login();
    }

    private Admitted admit(String name) {
        return admitted.computeIfAbsent(name, each -> {
            NodeKeys keys = keys(each);
            return new Admitted(keys, record(each, keys, 1, Optional.empty()));
        });
    }

    private static SignedDocument record(String name, NodeKeys keys, long number, Optional<Instant> revokedAt) {
        Instant now = Instant.now();
        var record = new NodeRecord(
                CommandId.create(now, new SecureRandom()),
                TestOperator.FLEET,
                TestOperator.KEY.key().id(),
                now,
                number,
                new NodeName(name),
                keys.identity().key(),
                keys.link().key(),
                Optional.of(keys.login().key().key()),
                revokedAt);
        try {
            return SignedDocument.decode(TestOperator.sign(record));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** The signed record of a node. */
    byte[] record(String name) {
        return admit(name).record.encode();
    }

    /** Those of all such nodes so far. */
    public List<byte[]> records(Predicate<String> wanted) {
        var records = new ArrayList<byte[]>();
        admitted.forEach((name, node) -> {
            if (wanted.test(name)) {
                records.add(node.record.encode());
            }
        });
        return records;
    }

    /** How documents name the machine that has a name here. */
    Target present(String name) {
        return new Target(new NodeName(name), admit(name).keys.id());
    }

    /** The signed word that the machine of that name is a node no more. */
    byte[] revocation(String name) {
        return record(name, admit(name).keys, 2, Optional.of(Instant.now())).encode();
    }

    /** Another machine has that name from now on. */
    void replace(String name) {
        var keys = NodeKeys.generate();
        admitted.put(name, new Admitted(keys, record(name, keys, 1, Optional.empty())));
    }

    /** What a node seals with. */
    public Seal seal(String name) {
        return seal(name, TestOperator.FLEET);
    }

    private Seal seal(String name, FleetId fleet) {
        NodeKeys keys = admit(name).keys;
        return Seal.of(fleet, keys.id(), Link.End.NODE, keys.link(), station.key());
    }

    /** What the station seals with for a node. */
    Seal stationSeal(String name) {
        return stationSeal(name, TestOperator.FLEET);
    }

    private Seal stationSeal(String name, FleetId fleet) {
        NodeKeys keys = admit(name).keys;
        return Seal.of(fleet, keys.id(), Link.End.STATION, station, keys.link().key());
    }

    /** Both ends of one node's link, for whoever has both ends' keys. */
    static final class Ends {
        private final String node;
        private final Seal atNode;
        private final Seal atStation;
        private final FrameGuard nodeGuard;
        private final FrameGuard stationGuard;

        Ends(TestNodes nodes, String node) {
            this(nodes, node, TestOperator.FLEET);
        }

        /** Of a fleet in which the same machines have the same keys. */
        Ends(TestNodes nodes, String node, FleetId fleet) {
            this.node = node;
            this.atNode = nodes.seal(node, fleet);
            this.atStation = nodes.stationSeal(node, fleet);
            this.nodeGuard = guard(NodeName.CENTRAL.value(), atNode);
            this.stationGuard = guard(node, atStation);
        }

        /** As the other end of the link would have sent it. */
        WireMessage seal(WireMessage message) {
            return (isForNode(message) ? atStation : atNode).seal(message);
        }

        /** As the receiver checks it. */
        void check(WireMessage message) throws ForgedException {
            (isForNode(message) ? nodeGuard : stationGuard).open(message);
        }

        private boolean isForNode(WireMessage message) {
            return message.subject().startsWith(node + ".");
        }

        private static FrameGuard guard(String sender, Seal seal) {
            return new FrameGuard(name -> {
                if (!name.value().equals(sender)) {
                    throw FrameGuard.unknown();
                }
                return List.of(seal);
            });
        }
    }
}
