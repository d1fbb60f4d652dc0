// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.RefusedException;
import dev.steward.message.Target;
import dev.steward.message.TurnDown;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.DocumentDigest;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.Signer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Documents as an operator makes them. */
final class Documents {
    private static final RandomGenerator RANDOM = new SecureRandom();

    /** The parts of a command have the same deadline, to the millisecond. */
    private static final Instant SOME_DAY = Instant.parse("2100-01-01T00:00:00Z");

    private Documents() {}

    static CommandId id() {
        return CommandId.create(Instant.now(), RANDOM);
    }

    static Document.Command command(String... targets) {
        return part(id(), 1, 1, targets);
    }

    static Document.Command part(CommandId id, int part, int parts, String... targets) {
        return part(id, part, parts, "shellcommand", SOME_DAY, targets);
    }

    static Document.Command part(
            CommandId id, int part, int parts, String method, Instant startBefore, String... targets) {
        return part(id, part, parts, method, startBefore, TestOperator.KEY, targets);
    }

    /** Ordered by somebody else. */
    static Document.Command by(Signer issuer, String... targets) {
        return part(id(), 1, 1, "shellcommand", SOME_DAY, issuer, targets);
    }

    /** For machines by their keys too. */
    static Document.Command command(Target... targets) {
        return part(id(), 1, 1, "shellcommand", SOME_DAY, TestOperator.KEY, List.of(targets));
    }

    private static Document.Command part(
            CommandId id, int part, int parts, String method, Instant startBefore, Signer issuer, String... targets) {
        return part(id, part, parts, method, startBefore, issuer, named(targets));
    }

    private static Document.Command part(
            CommandId id,
            int part,
            int parts,
            String method,
            Instant startBefore,
            Signer issuer,
            List<Target> targets) {
        return new Document.Command(
                id,
                TestOperator.FLEET,
                part,
                parts,
                issuer.key().id(),
                Instant.now(),
                targets,
                method,
                "operatingsystem",
                JsonObject.of(Map.of("command", List.of("echo", "hi"))),
                startBefore,
                Optional.of(Duration.ofSeconds(60)),
                false,
                false);
    }

    static Document.Cancel cancelBy(Signer issuer, CommandId command, String... targets) {
        return new Document.Cancel(id(), TestOperator.FLEET, issuer.key().id(), Instant.now(), named(targets), command);
    }

    static Document.Cancel cancel(CommandId command, String... targets) {
        return new Document.Cancel(
                id(), TestOperator.FLEET, TestOperator.KEY.key().id(), Instant.now(), named(targets), command);
    }

    static Document.Cancel cancel(CommandId command, Target target) {
        return new Document.Cancel(
                id(), TestOperator.FLEET, TestOperator.KEY.key().id(), Instant.now(), List.of(target), command);
    }

    private static List<Target> named(String... targets) {
        return Arrays.stream(targets).map(each -> TestNode.usual(each).target()).toList();
    }

    /** What turns down a signed document that is held. */
    static TurnDown turnDown(byte[] signed) {
        try {
            return new TurnDown(
                    id(),
                    TestOperator.FLEET,
                    TestOperator.KEY.key().id(),
                    Instant.now(),
                    DocumentDigest.of(SignedDocument.decode(signed).document()));
        } catch (RefusedException e) {
            throw new IllegalStateException(e);
        }
    }
}
