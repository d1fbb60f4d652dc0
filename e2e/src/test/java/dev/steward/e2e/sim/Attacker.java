// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.FleetId;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.OperatorList;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.Target;
import dev.steward.message.WireMessage;
import dev.steward.message.json.JsonObject;
import dev.steward.message.link.Frame;
import dev.steward.message.link.Lane;
import dev.steward.message.seal.Seal;
import dev.steward.message.signing.SignedDocument;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who has taken the station over, or the way to a node: writes other documents into frames that are otherwise
 * genuine. He can keep a document from its node; he must not make a node start, or leave, anything that no operator has
 * signed for it. His dice are his own, so that a seed does the same with him as without, but for what he does.
 */
final class Attacker {
    private static final int PERCENT = 8;
    private static final FleetId OTHER_FLEET = new FleetId("ffeeddccbbaa99887766554433221100");

    private final World world;
    private final Random random;
    private final boolean active;
    private final List<byte[]> overheard = new ArrayList<>();

    Attacker(World world, long seed) {
        this.world = world;
        this.random = new Random(seed * 31 + 17);
        this.active = random.nextInt(4) == 0;
    }

    /** What really leaves in the place of a frame. */
    Frame touch(Frame frame) {
        if (!(frame instanceof Frame.Data data) || !active || world.isHealed()) {
            return frame;
        }
        Subject subject = data.subject();
        boolean isList = subject.equals(Subject.operators(subject.node()));
        boolean isCommand = data.lane() == Lane.CONTROL && !subject.equals(Subject.cancel(subject.node()));
        if (isList ? world.plan().sustained() : !isCommand) { // a list that is kept back stops a node, for a time
            return frame;
        }
        if (overheard.size() < 1_000) {
            overheard.add(data.body());
        }
        if (random.nextInt(100) >= PERCENT) {
            return frame;
        }
        return isList ? otherList(data) : otherCommand(data);
    }

    /** What a broker could make of a frame that it has seen; empty where it makes nothing. */
    Optional<WireMessage> tampered(WireMessage message) {
        if (world.isHealed() || !message.headers().containsKey(Seal.HEADER)) {
            return Optional.empty();
        }
        world.reached(Reached.FORGED_FRAME);
        var headers = new LinkedHashMap<>(message.headers());
        byte[] body = message.body();
        switch (random.nextInt(4)) {
            case 0 -> {
                String name = Seal.COVERED.substring(random.nextInt(Seal.COVERED.length()));
                headers.merge(name.substring(0, 1), "1", (value, one) -> value.equals("1") ? "2" : one);
            }
            case 1 -> {} // as it was
            case 2 -> body = altered(body);
            default -> headers.put("n", Long.toString(1 + random.nextInt(50)));
        }
        if (random.nextInt(3) == 0) {
            headers.remove(Seal.HEADER);
        }
        var forged = new WireMessage(message.subject(), headers, body);
        boolean same = Arrays.equals(body, message.body()) && headers.equals(message.headers());
        return same ? Optional.empty() : Optional.of(forged);
    }

    /** Another digit in the place of one, which is mostly read all the same; else another bit. */
    private byte[] altered(byte[] genuine) {
        byte[] body = genuine.length == 0 ? new byte[] {' '} : genuine.clone();
        int from = random.nextInt(body.length);
        for (int i = 0; i < body.length; i++) {
            int at = (from + i) % body.length;
            if (body[at] >= '0' && body[at] <= '9') {
                body[at] = (byte) ('0' + random.nextInt(10));
                return body;
            }
        }
        body[from] ^= (byte) (1 << random.nextInt(8));
        return body;
    }

    private Frame otherCommand(Frame.Data data) {
        var genuine = (Document.Command) SimOperator.read(data.body());
        world.oracle().forged(genuine.id(), data.subject().node());
        world.reached(Reached.FORGED);
        byte[] forged = switch (random.nextInt(8)) {
            case 0 -> flipped(data.body());
            case 1 -> withSignaturesOf(data.body(), altered(genuine, genuine.targets(), genuine.fleet()));
            case 2 -> {
                world.reached(Reached.RETARGETED);
                yield issuer(genuine)
                        .signed(altered(
                                genuine, List.of(anotherMachine(data.subject().node())), genuine.fleet()));
            }
            case 3 -> SimOperator.EVE.signed(altered(genuine, genuine.targets(), genuine.fleet()));
            case 4 -> SimOperator.ANNA.signed(altered(genuine, genuine.targets(), OTHER_FLEET));
            case 5 -> genuine.encode();
            case 6 -> SimOperator.EVE.signed(cancel(genuine));
            default -> overheard.get(random.nextInt(overheard.size()));
        };
        if (read(forged) instanceof Document.Command replayed) {
            world.oracle().forged(replayed.id(), data.subject().node());
        }
        Subject subject = read(forged) instanceof Document.Cancel
                ? Subject.cancel(data.subject().node())
                : data.subject();
        return with(data, subject, forged);
    }

    /** One that would give Bob his rights back, or Eve some. */
    private Frame otherList(Frame.Data data) {
        world.reached(Reached.FORGED_LIST);
        var genuine = (OperatorList) SimOperator.read(data.body());
        var operators = List.of(
                new OperatorList.Operator("bob", SimOperator.BOB.key(), Optional.empty(), Optional.empty()),
                new OperatorList.Operator("eve", SimOperator.EVE.key(), Optional.empty(), Optional.empty()));
        var other = new OperatorList(
                genuine.id(),
                genuine.fleet(),
                genuine.issuer(),
                genuine.issuedAt(),
                genuine.number() + random.nextInt(3),
                operators);
        byte[] forged = switch (random.nextInt(3)) {
            case 0 -> withSignaturesOf(data.body(), other);
            case 1 -> SimOperator.BOB.signed(by(SimOperator.BOB, other));
            default -> overheard.get(random.nextInt(overheard.size()));
        };
        return with(data, data.subject(), forged);
    }

    private byte[] flipped(byte[] body) {
        byte[] flipped = body.clone();
        flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        return flipped;
    }

    private Document.Command altered(Document.Command genuine, List<Target> targets, FleetId fleet) {
        return new Document.Command(
                CommandId.create(world.wall(), random),
                fleet,
                1,
                1,
                genuine.issuer(),
                genuine.issuedAt(),
                targets,
                genuine.method(),
                genuine.domain(),
                JsonObject.of(Map.of(SimTask.LENGTH, 1L)),
                genuine.startBefore().plusSeconds(3_600),
                genuine.timeout(),
                true,
                false);
    }

    private static SimOperator issuer(Document genuine) {
        return genuine.issuer().equals(SimOperator.BOB.key().id()) ? SimOperator.BOB : SimOperator.ANNA;
    }

    /** One that he calls so too, and for which an operator has signed. */
    private static Target anotherMachine(NodeName name) {
        return new Target(name, SimOperator.EVE.key().id());
    }

    private Document.Cancel cancel(Document.Command genuine) {
        return new Document.Cancel(
                CommandId.create(world.wall(), random),
                genuine.fleet(),
                SimOperator.EVE.key().id(),
                world.wall(),
                genuine.targets(),
                genuine.id());
    }

    private static OperatorList by(SimOperator operator, OperatorList list) {
        return new OperatorList(
                list.id(), list.fleet(), operator.key().id(), list.issuedAt(), list.number(), list.operators());
    }

    private static byte[] withSignaturesOf(byte[] genuine, Document other) {
        try {
            return new SignedDocument(
                            other.encode(), SignedDocument.decode(genuine).signatures())
                    .encode();
        } catch (RefusedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable Document read(byte[] body) {
        try {
            return SignedDocument.decode(body).read();
        } catch (RefusedException e) {
            return null; // he has garbled it
        }
    }

    private static Frame with(Frame.Data data, Subject subject, byte[] body) {
        return body.length > Limits.SIGNED_DOCUMENT_BYTES
                ? data
                : new Frame.Data(data.envelope(), data.peer(), data.lane(), data.number(), data.id(), subject, body);
    }
}
