// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import dev.steward.agent.enrolment.Enrolment;
import dev.steward.agent.enrolment.NodeKeys;
import dev.steward.message.CommandId;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.RefusedException;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.signing.SignedDocument;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;

/** A data folder as an enrolment leaves it: at the station central, by the broker nats://enrolled. */
final class EnrolledFolder {
    private EnrolledFolder() {}

    static Path of(Path folder, String name) {
        NodeKeys keys = NodeKeys.ensure(folder, new NodeName(name));
        Instant now = Instant.now();
        var record = new NodeRecord(
                CommandId.create(now, new Random(1)),
                TestOperator.FLEET,
                TestOperator.KEY.key().id(),
                now,
                1,
                new NodeName(name),
                keys.identity().key(),
                keys.link().key(),
                Optional.of(keys.login().key().key()),
                Optional.empty());
        try {
            new Enrolment(
                            NodeName.CENTRAL,
                            LinkKeyPair.generate().key(),
                            "nats://enrolled",
                            Optional.empty(),
                            record,
                            SignedDocument.decode(TestOperator.sign(record)))
                    .write(folder);
        } catch (RefusedException e) {
            throw new IllegalStateException(e);
        }
        return folder;
    }
}
