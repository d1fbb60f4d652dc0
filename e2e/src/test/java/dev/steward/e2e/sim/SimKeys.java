// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.CommandId;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.RefusedException;
import dev.steward.message.Target;
import dev.steward.message.link.Link;
import dev.steward.message.seal.FrameGuard;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.seal.Seal;
import dev.steward.message.signing.VerificationKey;
import dev.steward.station.core.LedgerWrite;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/** Keys of simulated machines, real ones and the same in every simulation, and what anna says of them. */
final class SimKeys {
    private static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");
    private static final byte[] PKCS8 = HexFormat.of().parseHex("302e020100300506032b656e04220420");
    private static final LinkKeyPair STATION = pair(NodeName.CENTRAL);
    private static final Map<NodeName, Machine> MACHINES = new ConcurrentHashMap<>();

    /** A node's record, and what each end of its link seals with. */
    private record Machine(NodeRecord record, Seal atNode, Seal atStation) {}

    private SimKeys() {}

    static Seal atNode(NodeName node) {
        return machine(node).atNode;
    }

    static Seal atStation(NodeName node) {
        return machine(node).atStation;
    }

    /** What a node lets in. */
    static FrameGuard guardOf(NodeName node) {
        return new FrameGuard(sender -> {
            if (!sender.equals(NodeName.CENTRAL)) {
                throw FrameGuard.unknown();
            }
            return List.of(atNode(node));
        });
    }

    /** What a station lets in that has let in all nodes. */
    static FrameGuard stationGuard() {
        return new FrameGuard(sender -> {
            if (sender.equals(NodeName.CENTRAL)) {
                throw FrameGuard.unknown();
            }
            return List.of(atStation(sender));
        });
    }

    /** A ledger that knows all nodes and has met none. */
    static MemoryLedger ledger(List<NodeName> nodes) {
        var ledger = new MemoryLedger();
        ledger.begin();
        for (NodeName node : nodes) {
            NodeRecord record = machine(node).record;
            ledger.apply(new LedgerWrite.PutNode(node, LONG_AGO));
            ledger.apply(new LedgerWrite.PutNodeRecord(record, SimOperator.ANNA.signed(record), Optional.empty()));
        }
        ledger.commit();
        return ledger;
    }

    /** How documents name a machine. */
    static Target target(NodeName node) {
        return new Target(node, machine(node).record.key().id());
    }

    private static Machine machine(NodeName node) {
        return MACHINES.computeIfAbsent(node, name -> {
            LinkKeyPair link = pair(name);
            try {
                var record = new NodeRecord(
                        CommandId.create(LONG_AGO, new Random(name.value().hashCode())),
                        SimOperator.FLEET,
                        SimOperator.KEY.id(),
                        LONG_AGO,
                        1,
                        name,
                        VerificationKey.of(bytes(name, 1)),
                        link.key(),
                        Optional.empty(),
                        Optional.empty());
                return new Machine(
                        record,
                        Seal.of(SimOperator.FLEET, record.key().id(), Link.End.NODE, link, STATION.key()),
                        Seal.of(SimOperator.FLEET, record.key().id(), Link.End.STATION, STATION, link.key()));
            } catch (RefusedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static LinkKeyPair pair(NodeName name) {
        byte[] encoded = new byte[PKCS8.length + 32];
        System.arraycopy(PKCS8, 0, encoded, 0, PKCS8.length);
        System.arraycopy(bytes(name, 2), 0, encoded, PKCS8.length, 32);
        String text = "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
                .formatted(Base64.getEncoder().encodeToString(encoded));
        try {
            return LinkKeyPair.read(text, name.value());
        } catch (RefusedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(NodeName name, int which) {
        byte[] bytes = new byte[VerificationKey.BYTES];
        new Random(31L * name.value().hashCode() + which).nextBytes(bytes);
        return bytes;
    }
}
