// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import dev.steward.message.Document;
import dev.steward.message.FleetId;
import dev.steward.message.WireMessage;
import dev.steward.message.seal.Seal;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.SignedDocument;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Makes of genuine frames and documents what they are not, from a seed. */
final class Forger {
    /** What is done to a frame, and how whoever gets it counts it. */
    enum OfFrame {
        FORGED("wrong mac"),
        TRUNCATED("wrong mac"),
        RETARGETED("wrong mac"),
        REDATED("wrong mac"),
        OTHER_FLEET("wrong mac"),
        BIT_FLIPPED("wrong mac"),
        WITHOUT_MAC("no mac"),
        OF_A_STRANGER("unknown sender"),
        NAMELESS("no sender"),
        REPLAYED("");

        final String counted;

        OfFrame(String counted) {
            this.counted = counted;
        }
    }

    /** What is done to a document. */
    enum OfDocument {
        ARGUMENT,
        DEADLINE,
        TARGET,
        ISSUER,
        OTHER_FLEET,
        BIT_FLIPPED,
        TRUNCATED
    }

    static final Ed25519 EVE = Ed25519.generate();

    private static final FleetId OTHER_FLEET = new FleetId("f".repeat(32));

    private final Random random;
    private final Map<String, List<WireMessage>> genuine;
    private final TestNodes.Ends elsewhere;

    /** @param genuine frames by the receiver's name: {@code ship1}, {@code ship2}, {@code central} */
    Forger(long seed, Map<String, List<WireMessage>> genuine, TestNodes nodes) {
        this.random = new Random(seed);
        this.genuine = genuine;
        this.elsewhere = new TestNodes.Ends(nodes, "ship1", OTHER_FLEET);
    }

    /**
     * A frame for a receiver.
     *
     * @param order a document that no operator has signed
     */
    WireMessage frame(OfFrame how, String receiver, byte[] order) {
        WireMessage frame = pick(receiver);
        return switch (how) {
            case FORGED -> next(receiver, frame, order);
            case TRUNCATED ->
                body(frame, Arrays.copyOf(frame.body(), random.nextInt(Math.max(1, frame.body().length))));
            case RETARGETED -> retargeted(receiver);
            case REDATED -> later(frame);
            case OTHER_FLEET -> elsewhere.seal(frame);
            case BIT_FLIPPED -> flipped(frame);
            case WITHOUT_MAC -> with(frame, Seal.HEADER, null);
            case OF_A_STRANGER -> with(frame, "f", "ship9");
            case NAMELESS -> with(frame, "f", null);
            case REPLAYED -> frame;
        };
    }

    /** The very next message of the conversation, as far as can be told. */
    private WireMessage next(String receiver, WireMessage frame, byte[] order) {
        byte[] mac = new byte[16];
        random.nextBytes(mac);
        WireMessage next = with(frame, "n", Integer.toString(1 + random.nextInt(100)));
        next = with(next, "i", Integer.toString(1 + random.nextInt(100)));
        next = with(with(next, "l", "c"), "z", null);
        next = with(next, Seal.HEADER, Base64.getEncoder().withoutPadding().encodeToString(mac));
        return new WireMessage(receiver + ".command.shellcommand.operatingsystem", next.headers(), order);
    }

    /** What one machine was told or has said, in the place of another's. */
    private WireMessage retargeted(String receiver) {
        if (!receiver.equals("central")) {
            WireMessage others = pick(receiver.equals("ship1") ? "ship2" : "ship1");
            String rest = others.subject().substring(others.subject().indexOf('.'));
            return new WireMessage(receiver + rest, others.headers(), others.body());
        }
        WireMessage frame = pick(receiver);
        return with(frame, "f", "ship1".equals(frame.headers().get("f")) ? "ship2" : "ship1");
    }

    private WireMessage later(WireMessage frame) {
        String header = List.of("g", "s", "c", "n").get(random.nextInt(4));
        String present = frame.headers().getOrDefault(header, "1");
        return with(
                frame,
                header,
                header.equals("s")
                        ? "vvvvvvvvvvvvv"
                        : Long.toString(Long.parseLong(present) + 1 + random.nextInt(1_000)));
    }

    private WireMessage flipped(WireMessage frame) {
        if (frame.body().length == 0) {
            String mac = frame.headers().getOrDefault(Seal.HEADER, "A");
            return with(frame, Seal.HEADER, (mac.charAt(0) == 'A' ? "B" : "A") + mac.substring(1));
        }
        return body(frame, flipped(frame.body()));
    }

    private byte[] flipped(byte[] bytes) {
        byte[] flipped = bytes.clone();
        flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        return flipped;
    }

    /** With the signatures that the genuine one has. */
    byte[] document(OfDocument how, Document.Command genuine) throws Exception {
        List<SignedDocument.Signature> signatures =
                SignedDocument.sign(genuine, TestOperator.KEY).signatures();
        byte[] bytes = genuine.encode();
        String text = new String(bytes, StandardCharsets.UTF_8);
        return switch (how) {
            case ARGUMENT -> signed(text.replace("touch ", "touch  "), signatures);
            case DEADLINE -> signed(text.replaceFirst("\"startBefore\":\"20", "\"startBefore\":\"21"), signatures);
            case TARGET -> signed(text.replace("\"node\":\"ship2\"", "\"node\":\"ship1\""), signatures);
            case ISSUER ->
                TestOperator.sign(
                        Document.decode(text.replace(
                                        TestOperator.KEY.key().id().toString(),
                                        EVE.key().id().toString())
                                .getBytes(StandardCharsets.UTF_8)),
                        EVE);
            case OTHER_FLEET -> signed(text.replace(TestOperator.FLEET.value(), OTHER_FLEET.value()), signatures);
            case BIT_FLIPPED -> new SignedDocument(flipped(bytes), signatures).encode();
            case TRUNCATED ->
                new SignedDocument(Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length - 1)), signatures).encode();
        };
    }

    private static byte[] signed(String text, List<SignedDocument.Signature> signatures) {
        return new SignedDocument(text.getBytes(StandardCharsets.UTF_8), signatures).encode();
    }

    private WireMessage pick(String receiver) {
        List<WireMessage> frames = genuine.getOrDefault(receiver, List.of());
        return frames.get(random.nextInt(frames.size()));
    }

    private static WireMessage body(WireMessage frame, byte[] body) {
        return new WireMessage(frame.subject(), frame.headers(), body);
    }

    static WireMessage with(WireMessage frame, String header, @Nullable String value) {
        var headers = new LinkedHashMap<>(frame.headers());
        if (value == null) {
            headers.remove(header);
        } else {
            headers.put(header, value);
        }
        return new WireMessage(frame.subject(), headers, frame.body());
    }
}
