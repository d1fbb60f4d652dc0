// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import dev.steward.agent.enrolment.Admission;
import dev.steward.agent.enrolment.NextKeys;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.RefusedException;
import dev.steward.message.WireMessage;
import dev.steward.message.broker.BrokerLogin;
import dev.steward.message.seal.ForgedException;
import dev.steward.message.seal.FrameGuard;
import dev.steward.message.seal.Seal;
import dev.steward.message.signing.SignedDocument;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The keys with which an agent speaks. Others take their place in two steps: in the data folder before the station hears
 * that their approval has arrived, on the wire after that. The loop changes them, the bus asks.
 */
final class KeysInUse implements FrameGuard.Senders {
    private final Path data;
    private final NodeName station;
    private Admission admission;
    private boolean changed;

    /** With which the agent seals, and before it such as the station may not have left yet. */
    private volatile List<Seal> seals;

    /**
     * As the station does, which decides for its links: from the first such frame on that this process hears, until its end,
     * as an older frame that comes once more must not take it back.
     */
    private volatile boolean encrypts;

    /** @throws RefusedException where the keys in the data folder are not those that were let in */
    KeysInUse(Path data, Admission admission) throws RefusedException {
        this.data = data;
        this.station = admission.enrolment().station();
        this.admission = admission;
        this.seals = List.of(seal(admission));
    }

    private static Seal seal(Admission admission) throws RefusedException {
        return admission.enrolment().seal(admission.keys());
    }

    WireMessage sealed(WireMessage message) {
        Seal newest = seals.getFirst();
        return encrypts ? newest.encrypted(message) : newest.seal(message);
    }

    @Override
    public List<Seal> of(NodeName sender) throws ForgedException {
        if (!sender.equals(station)) {
            throw FrameGuard.unknown();
        }
        return seals;
    }

    /** What the station has sent, and how: where it was sealed with the newest keys, the former ones are over. */
    synchronized void heard(FrameGuard.Opened opened) {
        List<Seal> present = seals;
        if (present.size() > 1 && present.getFirst() == opened.seal()) {
            seals = List.of(opened.seal());
        }
        if (opened.encrypted()) {
            encrypts = true;
        }
    }

    /**
     * Puts the keys that wait in the data folder in the place of those in use; to be followed by {@link #change}.
     *
     * @throws RefusedException where other keys were approved; nothing has changed then
     */
    void take(NodeRecord record, SignedDocument signed, Optional<String> brokerToken) throws RefusedException {
        Optional<Admission> next = NextKeys.take(data, admission, record, signed, brokerToken);
        if (next.isPresent()) {
            admission = next.get();
            changed = true;
        }
    }

    /** Whether from now on others are in use than before. */
    synchronized boolean change() throws RefusedException {
        boolean was = changed;
        if (was) {
            changed = false;
            seals = List.of(seal(admission), seals.getFirst());
        }
        return was;
    }

    /** How this node and its broker know each other; empty where that asks nobody who connects. */
    Optional<BrokerLogin> login() throws RefusedException {
        return admission.enrolment().login(admission.keys());
    }
}
