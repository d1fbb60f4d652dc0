// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.agent.core.AgentCore;
import dev.steward.message.Ack;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ErrorEvent;
import dev.steward.message.ExecutionState;
import dev.steward.message.FleetId;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.OperatorList;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.Target;
import dev.steward.message.json.JsonObject;
import dev.steward.message.link.Frame;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.Signer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Documents of several operators, brought to an agent by a station that is in the test's hands. */
abstract class DocumentsFixture extends AgentCoreFixture {
    static final Ed25519 BOB = Ed25519.generate();
    static final Ed25519 EVE = Ed25519.generate();
    static final Subject COMMANDS = Subject.command(SHIP, "shellcommand", "operatingsystem");
    static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

    AgentCore met() {
        AgentCore core = core();
        station().meet(core, now);
        return core;
    }

    void give(AgentCore core, byte[] signed) {
        give(core, COMMANDS, signed);
    }

    void give(AgentCore core, Subject subject, byte[] signed) {
        station().give(core, now, subject, signed);
        station().exchange(core, now);
    }

    /** By anna's word, each time with other keys. */
    NodeRecord record(long number) {
        return new NodeRecord(
                CommandId.create(now.wall(), random),
                TestOperator.FLEET,
                TestOperator.KEY.key().id(),
                now.wall(),
                number,
                SHIP,
                Ed25519.generate().key(),
                LinkKeyPair.generate().key(),
                Optional.of(Ed25519.generate().key()),
                Optional.empty());
    }

    void publish(AgentCore core, OperatorList list) {
        give(core, Subject.operators(SHIP), TestOperator.sign(list));
    }

    void assertRefused(AgentCore core, byte[] signed, String reason) throws Exception {
        give(core, signed);
        assertThat(lastError(core)).startsWith("refused: ").contains(reason);
    }

    String lastError(AgentCore core) throws Exception {
        station().exchange(core, now);
        Frame.Data last = station().told.getLast();
        return ErrorEvent.decode(last.body()).text();
    }

    Ack.Finished finished(AgentCore core, CommandId id) {
        station().exchange(core, now);
        return acks().stream()
                .filter(ack -> ack instanceof Ack.Finished && ack.command().equals(id))
                .map(Ack.Finished.class::cast)
                .findFirst()
                .orElseThrow();
    }

    String reason(AgentCore core, CommandId id) {
        Ack.Finished finished = finished(core, id);
        assertThat(finished.outcome().state()).isEqualTo(ExecutionState.REJECTED);
        return finished.outcome().reason().orElseThrow();
    }

    String refusal(AgentCore core, CommandId id) {
        station().exchange(core, now);
        return acks().stream()
                .filter(ack -> ack instanceof Ack.CancelRefused && ack.command().equals(id))
                .map(ack -> ((Ack.CancelRefused) ack).reason())
                .findFirst()
                .orElseThrow();
    }

    List<Ack> acks() {
        var acks = new ArrayList<Ack>();
        for (Frame.Data data : station().told) {
            if (data.subject().kind() == Subject.Kind.ACK) {
                try {
                    acks.add(Ack.decode(data.body()));
                } catch (RefusedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        return acks;
    }

    /** The same document with the same signatures, written in another way. */
    static boolean isSame(byte[] flipped, byte[] signed) {
        try {
            SignedDocument a = SignedDocument.decode(flipped);
            SignedDocument b = SignedDocument.decode(signed);
            return Arrays.equals(a.document(), b.document())
                    && Arrays.equals(
                            a.signatures().getFirst().bytes(),
                            b.signatures().getFirst().bytes());
        } catch (RefusedException e) {
            return false;
        }
    }

    static byte[] forged(Document document, List<SignedDocument.Signature> signatures) {
        return new SignedDocument(document.encode(), signatures).encode();
    }

    static OperatorList by(Signer issuer, OperatorList list) {
        return new OperatorList(
                list.id(), list.fleet(), issuer.key().id(), list.issuedAt(), list.number(), list.operators());
    }

    static OperatorList.Operator bob(Optional<Instant> revokedAt) {
        return new OperatorList.Operator("bob", BOB.key(), Optional.empty(), revokedAt);
    }

    static OperatorList.Operator operator(String name, Signer signer) {
        return new OperatorList.Operator(name, signer.key(), Optional.empty(), Optional.empty());
    }

    Document.Cancel cancel(Signer issuer, CommandId command) {
        return cancel(issuer, new Target(SHIP, IDENTITY), command);
    }

    Document.Cancel cancel(Signer issuer, Target target, CommandId command) {
        return new Document.Cancel(
                CommandId.create(now.wall(), random),
                TestOperator.FLEET,
                issuer.key().id(),
                now.wall(),
                List.of(target),
                command);
    }

    Document.Command command(Signer issuer) {
        return of(TestOperator.FLEET, issuer.key().id(), SHIP, false);
    }

    Document.Command dryRun() {
        return of(TestOperator.FLEET, TestOperator.KEY.key().id(), SHIP, true);
    }

    Document.Command of(FleetId fleet, NodeName target) {
        return of(fleet, TestOperator.KEY.key().id(), target, false);
    }

    /** For a machine by its key too. */
    Document.Command of(Target target) {
        return of(TestOperator.FLEET, TestOperator.KEY.key().id(), target, "operatingsystem", false);
    }

    Document.Command inDomain(String domain) {
        return of(TestOperator.FLEET, TestOperator.KEY.key().id(), new Target(SHIP, IDENTITY), domain, false);
    }

    Document.Command of(FleetId fleet, KeyId issuer, NodeName target, boolean dryRun) {
        return of(fleet, issuer, new Target(target, IDENTITY), "operatingsystem", dryRun);
    }

    private Document.Command of(FleetId fleet, KeyId issuer, Target target, String domain, boolean dryRun) {
        return new Document.Command(
                CommandId.create(now.wall(), random),
                fleet,
                1,
                1,
                issuer,
                now.wall(),
                List.of(target),
                "shellcommand",
                domain,
                JsonObject.of(Map.of("shell", "true")),
                now.wall().plusSeconds(3_600),
                Optional.empty(),
                false,
                dryRun);
    }
}
