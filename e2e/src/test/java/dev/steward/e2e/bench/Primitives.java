// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import dev.steward.message.Document;
import dev.steward.message.FleetId;
import dev.steward.message.WireMessage;
import dev.steward.message.link.Link;
import dev.steward.message.seal.FrameGuard;
import dev.steward.message.seal.LinkKey;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.seal.Seal;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import java.util.Base64;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Takes the steps that can't be switched off, one by one, in a JVM of its own: how fast they are depends on its flags, and
 * the first of each on what was loaded before. {@link PrimitiveCosts} starts it and reads what it prints.
 */
final class Primitives {
    /** What is timed; in the order in which an agent comes to it. */
    enum Step {
        /** Reading the link's private key and deriving from it, once at a start. */
        KEYS,
        SEAL,
        OPEN,
        CHECK,
        /** An operator's, and at each login a node's. */
        SIGN;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Prints before its number the KiB that the JVM has grown by with the first of each step but the last. */
    static final String MEMORY = "memory";

    static final int FRAME_BYTES = 300;
    static final FleetId FLEET = new FleetId("00112233445566778899aabbccddeeff");

    /** Something that is timed. */
    private interface Work {
        void run() throws Exception;
    }

    private final Map<Step, Samples> times = new EnumMap<>(Step.class);

    private Primitives() {}

    /**
     * Prints a line for each step, with the nanoseconds of each time that it was taken.
     *
     * @param arguments how often, the private link keys of node and station, the station's public one, a signed document in
     *     base64, its signer's key
     */
    public static void main(String[] arguments) throws Exception {
        new Primitives()
                .run(
                        Integer.parseInt(arguments[0]),
                        arguments[1],
                        arguments[2],
                        LinkKey.parse(arguments[3]),
                        Base64.getDecoder().decode(arguments[4]),
                        VerificationKey.parse(arguments[5]));
    }

    private void run(
            int count, String nodeKey, String stationKey, LinkKey station, byte[] signed, VerificationKey signer)
            throws Exception {
        KeyId node = signer.id();
        WireMessage frame = frame();
        resident(); // what that itself needs is none of what is measured
        long before = resident();
        Work keys = () -> Seal.of(FLEET, node, Link.End.NODE, LinkKeyPair.read(nodeKey, "node"), station);
        once(Step.KEYS, keys);
        Seal atNode = Seal.of(FLEET, node, Link.End.NODE, LinkKeyPair.read(nodeKey, "node"), station);
        Seal atStation = Seal.of(
                FLEET,
                node,
                Link.End.STATION,
                LinkKeyPair.read(stationKey, "station"),
                LinkKeyPair.read(nodeKey, "node").key());
        Work seal = () -> atNode.seal(frame);
        once(Step.SEAL, seal);
        WireMessage sealed = atNode.seal(frame);
        var guard = new FrameGuard(name -> List.of(atStation));
        Work open = () -> guard.open(sealed);
        once(Step.OPEN, open);
        SignedDocument document = SignedDocument.decode(signed);
        Work check = () -> {
            if (!document.isSignedBy(signer, Signatures.ED25519)) {
                throw new IllegalStateException("the signature does not hold");
            }
        };
        once(Step.CHECK, check);
        long grown = resident() - before;
        Ed25519 operator = Ed25519.generate();
        Document plain = document.read();
        Work sign = () -> SignedDocument.sign(plain, operator);
        for (int i = 0; i < count; i++) { // in turn, as they come in a program
            once(Step.KEYS, keys);
            once(Step.SEAL, seal);
            once(Step.OPEN, open);
            once(Step.CHECK, check);
            once(Step.SIGN, sign);
        }
        System.out.println(MEMORY + " " + grown);
        times.forEach((step, samples) ->
                System.out.println(step + " " + samples.raw(1).replace("\n", " ")));
    }

    private void once(Step step, Work work) throws Exception {
        long start = System.nanoTime();
        work.run();
        times.computeIfAbsent(step, any -> new Samples()).add(System.nanoTime() - start);
    }

    private static long resident() throws Exception {
        return ProcessUse.ofThisProcess().residentKiB();
    }

    /** As a frame with a message looks, of 300 bytes with its headers. */
    private static WireMessage frame() {
        var headers = new LinkedHashMap<String, String>();
        headers.put("v", "1");
        headers.put("f", "ship1");
        headers.put("g", "3");
        headers.put("s", "7Qm0yqPpQZ6n1b");
        headers.put("t", "Xw4n2pLr8sT0uv");
        headers.put("l", "control");
        headers.put("n", "4711");
        headers.put("i", "4711");
        String subject = "central.ack.shellcommand.operatingsystem";
        int taken = subject.length();
        for (Map.Entry<String, String> header : headers.entrySet()) {
            taken += header.getKey().length() + header.getValue().length();
        }
        return new WireMessage(subject, headers, new byte[FRAME_BYTES - taken]);
    }
}
