// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.WireMessage;
import dev.steward.message.link.Frame;
import dev.steward.message.link.FrameCodec;
import dev.steward.message.seal.Seal;
import dev.steward.message.signing.SignedDocument;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * What the frames of some commands carry for security alone. A signature and a fingerprint count with what they take as
 * sent: the frame is packed once more without them, and the difference is theirs.
 *
 * @param fromNode frames
 * @param toNode frames
 * @param macs bytes of the headers that hold them
 * @param signatures bytes, with the signing key's fingerprint and the line around both
 * @param fingerprints bytes, of targets and issuer
 */
record SealedBytes(long fromNode, long toNode, long macs, long signatures, long fingerprints) {
    private static final String FINGERPRINT = "SHA256:[A-Za-z0-9+/]{43}";

    /** Hellos are left out: they come by the clock, and not by a command. */
    static SealedBytes of(List<WireMessage> frames, NodeName node) throws RefusedException {
        long toNode = 0;
        long fromNode = 0;
        long macs = 0;
        long signatures = 0;
        long fingerprints = 0;
        for (WireMessage frame : frames) {
            boolean toThisNode = frame.subject().startsWith(node + ".");
            NodeName receiver = toThisNode ? node : NodeName.CENTRAL;
            if (frame.subject().equals(Subject.hello(receiver).toString())) {
                continue;
            }
            toNode += toThisNode ? 1 : 0;
            fromNode += toThisNode ? 0 : 1;
            macs += headerBytes(Seal.HEADER, frame.headers().getOrDefault(Seal.HEADER, ""));
            if (FrameCodec.decode(frame) instanceof Frame.Data data) {
                long whole = packedBytes(data);
                Frame.Data unsigned = data.subject().kind() == Subject.Kind.COMMAND
                        ? with(data, SignedDocument.decode(data.body()).document())
                        : data;
                long withoutSignature = packedBytes(unsigned);
                signatures += whole - withoutSignature;
                fingerprints += withoutSignature - packedBytes(with(unsigned, withoutFingerprints(unsigned.body())));
            }
        }
        return new SealedBytes(fromNode, toNode, macs, signatures, fingerprints);
    }

    long bytes() {
        return macs + signatures + fingerprints;
    }

    private static byte[] withoutFingerprints(byte[] body) {
        // One character a byte, so that a body that is no text stays as it is.
        return new String(body, StandardCharsets.ISO_8859_1)
                .replaceAll(FINGERPRINT, "")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Frame.Data with(Frame.Data data, byte[] body) {
        return new Frame.Data(
                data.envelope(), data.peer(), data.lane(), data.number(), data.id(), data.subject(), body);
    }

    private static long packedBytes(Frame.Data data) {
        WireMessage message = FrameCodec.encode(data);
        long bytes = message.body().length;
        for (Map.Entry<String, String> header : message.headers().entrySet()) {
            bytes += headerBytes(header.getKey(), header.getValue());
        }
        return bytes;
    }

    /** As the NATS protocol writes one. */
    private static int headerBytes(String name, String value) {
        return (name + ":" + value + "\r\n").length();
    }
}
