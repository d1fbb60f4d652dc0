// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.enrolment;

import dev.steward.message.NodeRecord;
import dev.steward.message.RefusedException;
import dev.steward.message.broker.Credentials;
import dev.steward.message.seal.LinkKey;
import dev.steward.message.signing.SignedDocument;
import dev.steward.store.PrivateFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Keys that a node has made for its link and the broker, which wait in {@code next} of its data folder for an authority's
 * word to take the place of those in use. Its identity stays. That they have is decided where {@code enrolment.json} is
 * written: a crash before that changes nothing, one after it is made good by {@link #settle}.
 */
public final class NextKeys {
    private static final String FOLDER = "next";

    private NextKeys() {}

    /** The keys that wait, made where there are none. */
    static synchronized NodeKeys ensure(Path data, NodeKeys present) {
        settle(data); // what a failure has left is never completed by keys of another time
        Path next = data.resolve(FOLDER);
        PrivateFile.createFolder(next);
        PrivateFile.linkKey(next);
        if (!Files.exists(next.resolve(NodeKeys.LOGIN))) {
            present.withNewLogin().writeLogin(next);
        }
        return in(data, present).orElseThrow();
    }

    private static Optional<NodeKeys> in(Path data, NodeKeys present) {
        Path next = data.resolve(FOLDER);
        return Files.exists(next.resolve(PrivateFile.LINK_KEY)) && Files.exists(next.resolve(NodeKeys.LOGIN))
                ? Optional.of(present.withOthersOf(next))
                : Optional.empty();
    }

    /**
     * Puts those that wait in the place of those in use.
     *
     * @param signed which says {@code record}, by the word of authorities
     * @return the node as it is from now on; empty where it is so already
     * @throws RefusedException where other keys were approved than wait here; nothing has changed then
     */
    public static synchronized Optional<Admission> take(
            Path data, Admission present, NodeRecord record, SignedDocument signed, Optional<String> brokerToken)
            throws RefusedException {
        Enrolment enrolment = present.enrolment();
        if (enrolment.record().equals(record)) {
            return Optional.empty(); // told twice
        }
        Optional<Enrolment> written =
                Enrolment.in(data).filter(each -> each.record().equals(record));
        if (written.isPresent()) { // and then the disk failed
            settle(data);
            return Optional.of(new Admission(written.get(), NodeKeys.in(data).orElseThrow()));
        }
        Optional<NodeKeys> waiting = in(data, present.keys())
                .filter(keys -> keys.areNamedBy(record) && record.node().equals(enrolment.node()));
        if (waiting.isEmpty()
                || record.isRevoked()
                || record.number() <= enrolment.record().number()) {
            throw new RefusedException(
                    "keys: what was approved, record %d of this node, names other keys than wait here; `steward node rotate %s` makes it anew"
                            .formatted(record.number(), enrolment.node()));
        }
        if (enrolment.brokerAuthority().isPresent()) {
            if (brokerToken.isEmpty()) {
                throw new RefusedException("keys: the station gives no token for the broker with them");
            }
            Credentials.checkOwner(
                    brokerToken.get(), waiting.get().login().key().key());
        }
        var next = new Admission(
                enrolment.with(record, signed),
                brokerToken.map(waiting.get()::withBrokerToken).orElse(waiting.get()));
        next.keys().writeLogin(data.resolve(FOLDER));
        next.enrolment().write(data);
        settle(data);
        return Optional.of(next);
    }

    /** Puts those files in their places whose keys are in use by what {@code enrolment.json} says. */
    public static synchronized void settle(Path data) {
        Path next = data.resolve(FOLDER);
        if (!Files.exists(next.resolve(PrivateFile.LINK_KEY))) {
            return;
        }
        Optional<NodeRecord> record = Enrolment.in(data).map(Enrolment::record);
        LinkKey waiting = PrivateFile.linkKey(next).key();
        if (record.filter(each -> each.linkKey().equals(waiting)).isPresent()) {
            if (NodeKeys.hasLogin(next, record.get().login())) {
                PrivateFile.move(next.resolve(NodeKeys.LOGIN), data.resolve(NodeKeys.LOGIN));
            }
            PrivateFile.move(
                    next.resolve(PrivateFile.LINK_KEY), data.resolve(PrivateFile.LINK_KEY)); // by which it is known
        }
    }
}
