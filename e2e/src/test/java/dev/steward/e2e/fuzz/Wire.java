// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.fuzz;

import dev.steward.message.FleetId;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.WireMessage;
import dev.steward.message.link.Frame;
import dev.steward.message.link.FrameCodec;
import dev.steward.message.link.Link;
import dev.steward.message.seal.ForgedException;
import dev.steward.message.seal.FrameGuard;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.seal.Seal;
import dev.steward.message.signing.Ed25519;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What comes from the bus. An input is the subject in a line, a line {@code name: value} for each header, an empty line,
 * and the body.
 */
final class Wire {
    /** Each of 300 characters may be shown as six. */
    private static final int REASON_CHARS = 2_000;

    private static final Seal NODE;
    private static final Seal STATION;

    static {
        var fleet = new FleetId("00112233445566778899aabbccddeeff");
        var node = LinkKeyPair.generate();
        var station = LinkKeyPair.generate();
        var identity = Ed25519.generate().key().id();
        NODE = Seal.of(fleet, identity, Link.End.NODE, node, station.key());
        STATION = Seal.of(fleet, identity, Link.End.STATION, station, node.key());
    }

    private Wire() {}

    private static WireMessage message(byte[] input) {
        int at = lineEnd(input, 0);
        String subject = text(input, 0, at);
        var headers = new LinkedHashMap<String, String>();
        while (at < input.length) {
            int begin = at + 1;
            at = lineEnd(input, begin);
            if (at <= begin) {
                break;
            }
            String line = text(input, begin, at);
            int colon = line.indexOf(": ");
            headers.put(colon < 0 ? line : line.substring(0, colon), colon < 0 ? "" : line.substring(colon + 2));
        }
        return new WireMessage(
                subject, headers, Arrays.copyOfRange(input, Math.min(at + 1, input.length), input.length));
    }

    private static int lineEnd(byte[] input, int from) {
        int end = from;
        while (end < input.length && input[end] != '\n') {
            end++;
        }
        return end;
    }

    private static String text(byte[] input, int from, int to) {
        return new String(input, from, Math.max(0, to - from), StandardCharsets.ISO_8859_1);
    }

    /** Written anew it says the same, and of what can't be read only a little is kept. */
    static void frame(byte[] input) throws RefusedException {
        Frame frame = FrameCodec.decode(message(input));
        if (frame instanceof Frame.Unreadable unreadable) {
            Promises.holds(
                    unreadable.refusal().reason().length() < REASON_CHARS
                            && unreadable.refusal().kept().body().length <= Limits.QUARANTINE_BODY_BYTES,
                    "much is kept of what can't be read");
            throw new RefusedException(unreadable.refusal().reason());
        }
        Promises.holds(frame.heldBytes() <= Limits.FRAME_BYTES + REASON_CHARS, "a frame holds more than may arrive");
        Optional<Frame> again = again(frame);
        if (again.isPresent()) {
            Promises.same(frame, again.get());
        }
    }

    /** Empty for a hello with facts that take more room in the way that they are written here. */
    private static Optional<Frame> again(Frame frame) {
        try {
            return Optional.of(FrameCodec.decode(FrameCodec.encode(frame)));
        } catch (RefusedException e) {
            boolean grown = frame instanceof Frame.Hello hello
                    && hello.facts().isPresent()
                    && e.getMessage().contains("more than");
            Promises.holds(grown, "written anew it is refused: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** Nothing is let in but what the other end has sealed, and that not with a bit changed. */
    static void seal(byte[] input) throws RefusedException {
        var guard = new FrameGuard(name -> List.of(NODE));
        WireMessage message = message(input);
        Promises.holds(!isLetIn(guard, message), "it lets in what nobody has sealed");
        WireMessage sealed = STATION.seal(message);
        if (!isLetIn(guard, sealed)) {
            throw new RefusedException("no sender is named");
        }
        String mac = sealed.headers().getOrDefault(Seal.HEADER, "");
        for (String name : List.of("v", "f", "g", "s", "t", "c", "l", "n", "i", "z", Seal.ENCRYPTED)) {
            Promises.holds(!isLetIn(guard, with(sealed, name, sealed.headers().getOrDefault(name, "") + "0")), name);
            if (sealed.headers().containsKey(name)) {
                Promises.holds(!isLetIn(guard, without(sealed, name)), name);
            }
        }
        Promises.holds(!isLetIn(guard, with(sealed, Seal.HEADER, mac.substring(1))), "a MAC that is cut");
        Promises.holds(!isLetIn(guard, with(sealed, Seal.HEADER, "")), "an empty MAC");
        Promises.holds(!isLetIn(guard, NODE.seal(message)), "what was sealed for the other direction");
        Promises.holds(
                !isLetIn(guard, new WireMessage(sealed.subject() + "x", sealed.headers(), sealed.body())), "subject");
        byte[] longer = Arrays.copyOf(sealed.body(), sealed.body().length + 1);
        Promises.holds(!isLetIn(guard, new WireMessage(sealed.subject(), sealed.headers(), longer)), "body");
        if (sealed.body().length > 0) {
            byte[] other = sealed.body().clone();
            other[other.length / 2] ^= 1;
            Promises.holds(!isLetIn(guard, new WireMessage(sealed.subject(), sealed.headers(), other)), "a bit");
        }
    }

    private static boolean isLetIn(FrameGuard guard, WireMessage message) {
        try {
            guard.open(message);
            return true;
        } catch (ForgedException e) {
            guard.refused(e.kind(), message);
            return false;
        }
    }

    private static WireMessage with(WireMessage message, String name, String value) {
        Map<String, String> headers = new LinkedHashMap<>(message.headers());
        headers.put(name, value);
        return new WireMessage(message.subject(), headers, message.body());
    }

    private static WireMessage without(WireMessage message, String name) {
        Map<String, String> headers = new LinkedHashMap<>(message.headers());
        headers.remove(name);
        return new WireMessage(message.subject(), headers, message.body());
    }
}
