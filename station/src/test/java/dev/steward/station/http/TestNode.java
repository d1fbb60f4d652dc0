// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.CommandId;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.Target;
import dev.steward.message.link.Link;
import dev.steward.message.seal.LinkKey;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.seal.Seal;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.VerificationKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A machine with the keys of a node. */
record TestNode(NodeName name, Ed25519 identity, LinkKeyPair link, Ed25519 login) {
    private static final Map<String, TestNode> USUAL = new ConcurrentHashMap<>();

    /** The machine that has the name unless a test gives it to another. */
    static TestNode usual(String name) {
        return USUAL.computeIfAbsent(name, TestNode::named);
    }

    /** A machine like no other. */
    static TestNode named(String name) {
        return new TestNode(new NodeName(name), Ed25519.generate(), LinkKeyPair.generate(), Ed25519.generate());
    }

    /** The same machine, with other keys for its link and the broker. */
    TestNode withOtherKeys() {
        return new TestNode(name, identity, LinkKeyPair.generate(), Ed25519.generate());
    }

    /** The same machine under another name. */
    TestNode as(String other) {
        return new TestNode(new NodeName(other), identity, link, login);
    }

    /** How documents name it. */
    Target target() {
        return new Target(name, identity.key().id());
    }

    /** What anna said of it when machines had no key for the broker yet. */
    NodeRecord earlierRecord() {
        return record(1, Optional.empty(), Optional.empty());
    }

    /** What anna says of it. */
    NodeRecord record(long number, Optional<Instant> revokedAt) {
        return record(number, Optional.of(login.key()), revokedAt);
    }

    private NodeRecord record(long number, Optional<VerificationKey> ofBroker, Optional<Instant> revokedAt) {
        Instant now = Instant.now();
        return new NodeRecord(
                CommandId.create(now, new SecureRandom()),
                TestOperator.FLEET,
                TestOperator.KEY.key().id(),
                now,
                number,
                name,
                identity.key(),
                link.key(),
                ofBroker,
                revokedAt);
    }

    /** How it asks to be let in. */
    EnrolmentRequest request(CommandId token) {
        Instant now = Instant.now();
        return new EnrolmentRequest(
                CommandId.create(now, new SecureRandom()),
                TestOperator.FLEET,
                now,
                token,
                name,
                identity.key(),
                link.key(),
                login.key());
    }

    Seal seal(LinkKey station) {
        return Seal.of(TestOperator.FLEET, identity.key().id(), Link.End.NODE, link, station);
    }
}
