// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.OperatorList;
import dev.steward.message.Refusal;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.Times;
import dev.steward.message.WireMessage;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Frames to and from bus messages. The headers, a letter each:
 *
 * <pre>
 *   v  format version          f  from: name of the sending node
 *   g  generation              s  session of the sender
 *   t  session it is sent to   c  conversation; 1 where it is missing
 *   l  lane: c, r or b         n  number on the lane
 *   i  message id, or its counter alone where its session is s
 *   z  how the body is compressed: d2; as it is where this is missing
 *   m  MAC, of all the others and of subject and body; see Seal
 * </pre>
 *
 * Unknown headers are passed over, so that tools may add their own. A message whose own part can't be read, but the
 * link's can, is {@link Frame.Unreadable}.
 */
public final class FrameCodec {
    private static final Duration MAX_HEARTBEAT = Duration.ofDays(1);
    private static final int HELLO_BYTES = Limits.FRAME_BYTES;
    private static final int CONTROL_BYTES = 4096;

    private FrameCodec() {}

    public static WireMessage encode(Frame frame) {
        return new FrameEncoder().encode(frame);
    }

    /** As {@link #encode}, not yet compressed. */
    static WireMessage plain(Frame frame) {
        Frame.Envelope envelope = frame.envelope();
        var headers = new LinkedHashMap<String, String>();
        headers.put("v", Integer.toString(Limits.FORMAT));
        headers.put("f", envelope.from().value());
        headers.put("g", Long.toString(envelope.generation()));
        headers.put("s", envelope.session().value());
        if (envelope.conversation() != 1) {
            headers.put("c", Long.toString(envelope.conversation()));
        }
        return switch (frame) {
            case Frame.Data data -> {
                headers.put("t", data.peer().value());
                headers.put("l", data.lane().token());
                headers.put("n", Long.toString(data.number()));
                boolean same = data.id().session().equals(envelope.session());
                headers.put(
                        "i",
                        same ? Long.toString(data.id().counter()) : data.id().toString());
                yield new WireMessage(data.subject().toString(), headers, data.body());
            }
            case Frame.Unreadable unreadable ->
                throw new IllegalArgumentException("only received, never sent: " + unreadable.id());
            case Frame.Recorded recorded -> {
                headers.put("t", recorded.peer().value());
                var lanes = new LinkedHashMap<String, Object>();
                recorded.lanes()
                        .forEach((lane, receipt) -> lanes.put(
                                lane.token(), Json.fields("number", receipt.number(), "window", receipt.window())));
                yield control(envelope, headers, Map.of("recorded", lanes));
            }
            case Frame.Resend resend -> {
                headers.put("t", resend.peer().value());
                yield control(
                        envelope,
                        headers,
                        Map.of(
                                "resend",
                                Json.fields(
                                        "lane", resend.lane().token(), "from", resend.from(), "upTo", resend.upTo())));
            }
            case Frame.Hello hello -> {
                hello.peer().ifPresent(peer -> headers.put("t", peer.value()));
                yield new WireMessage(Subject.hello(envelope.to()).toString(), headers, helloBody(hello));
            }
        };
    }

    /** @throws RefusedException where {@code message} is not a frame of this format version */
    public static Frame decode(WireMessage message) throws RefusedException {
        String subject = message.subject();
        int dot = subject.indexOf('.');
        NodeName to = NodeName.parse(dot < 0 ? subject : subject.substring(0, dot));
        Map<String, String> headers = message.headers();
        String version = header(headers, "v");
        if (!version.equals(Integer.toString(Limits.FORMAT))) {
            throw new RefusedException("format version %s; this build reads %d".formatted(version, Limits.FORMAT));
        }
        Session session = Session.parse(header(headers, "s"));
        var envelope = new Frame.Envelope(
                NodeName.parse(header(headers, "f")),
                to,
                generation(header(headers, "g")),
                session,
                natural("c", headers.getOrDefault("c", "1")));
        if (subject.equals(Subject.hello(to).toString())) {
            return readHello(envelope, headers, Json.object(body(message, HELLO_BYTES), HELLO_BYTES));
        }
        Session peer = Session.parse(header(headers, "t"));
        if (subject.equals(Subject.linkControl(to).toString())) {
            return readControl(envelope, peer, Json.object(body(message, CONTROL_BYTES), CONTROL_BYTES));
        }
        return readNumbered(envelope, peer, message);
    }

    /** Lane, number and id first: they count even where the message itself can't be read. */
    private static Frame readNumbered(Frame.Envelope envelope, Session peer, WireMessage message)
            throws RefusedException {
        Lane lane = Lane.parse(header(message.headers(), "l"));
        long number = MessageId.positive("number", header(message.headers(), "n"));
        String i = header(message.headers(), "i");
        MessageId id = i.indexOf('-') < 0
                ? new MessageId(envelope.session(), MessageId.positive("id", i))
                : MessageId.parse(i);
        try {
            return new Frame.Data(
                    envelope,
                    peer,
                    lane,
                    number,
                    id,
                    Subject.parse(message.subject()),
                    body(message, Limits.FRAME_BYTES));
        } catch (RefusedException e) {
            return new Frame.Unreadable(envelope, peer, lane, number, id, Refusal.of(message, e.getMessage()));
        }
    }

    private static byte[] body(WireMessage message, int limit) throws RefusedException {
        if (message.encodedBytes() > Limits.FRAME_BYTES + 1024) {
            throw new RefusedException("frame of %d bytes is larger than the limit of %d"
                    .formatted(message.encodedBytes(), Limits.FRAME_BYTES));
        }
        return Compression.unpack(message, limit);
    }

    private static WireMessage control(Frame.Envelope envelope, Map<String, String> headers, Map<String, ?> body) {
        return new WireMessage(Subject.linkControl(envelope.to()).toString(), headers, Json.bytes(body));
    }

    private static Frame readControl(Frame.Envelope envelope, Session peer, JsonObject body) throws RefusedException {
        if (body.has("recorded")) {
            JsonObject lanes = body.object("recorded");
            var receipts = new EnumMap<Lane, Frame.Receipt>(Lane.class);
            for (String name : lanes.names()) {
                JsonObject lane = lanes.object(name);
                receipts.put(Lane.parse(name), new Frame.Receipt(lane.integer("number", 0, Long.MAX_VALUE), (int)
                        lane.integer("window", 0, Integer.MAX_VALUE)));
            }
            return new Frame.Recorded(envelope, peer, receipts);
        }
        JsonObject resend = body.object("resend");
        return new Frame.Resend(
                envelope,
                peer,
                Lane.parse(resend.text("lane")),
                resend.integer("from", 1, Long.MAX_VALUE),
                resend.integer("upTo", 1, Long.MAX_VALUE));
    }

    private static byte[] helloBody(Frame.Hello hello) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("nonce", hello.nonce());
        hello.echo().ifPresent(echo -> json.put("echo", echo));
        json.put("answer", hello.answer());
        json.put("leaving", hello.leaving());
        json.put("clock", Times.text(hello.clock()));
        json.put("heartbeatMs", hello.heartbeat().toMillis());
        var lanes = new LinkedHashMap<String, Object>();
        hello.lanes()
                .forEach((lane, progress) -> lanes.put(
                        lane.token(),
                        Json.fields("sent", progress.sent(), "seen", progress.seen(), "window", progress.window())));
        json.put("lanes", lanes);
        json.put("factsDigest", hello.factsDigest());
        json.put("knownDigest", hello.knownDigest());
        hello.facts().ifPresent(facts -> json.put("facts", facts));
        if (hello.operators() > 0) {
            json.put("operators", hello.operators());
        }
        if (hello.frozen()) {
            json.put("frozen", true);
        }
        hello.audit().ifPresent(mark -> json.put("audit", mark.json()));
        return Json.bytes(json);
    }

    private static Frame.Hello readHello(Frame.Envelope envelope, Map<String, String> headers, JsonObject json)
            throws RefusedException {
        var lanes = new EnumMap<Lane, Frame.Progress>(Lane.class);
        JsonObject stated = json.object("lanes");
        for (String name : stated.names()) {
            JsonObject lane = stated.object(name);
            lanes.put(
                    Lane.parse(name),
                    new Frame.Progress(
                            lane.integer("sent", 0, Long.MAX_VALUE), lane.integer("seen", 0, Long.MAX_VALUE), (int)
                                    lane.integer("window", 0, Integer.MAX_VALUE)));
        }
        String peer = headers.get("t");
        return new Frame.Hello(
                envelope,
                peer == null ? Optional.empty() : Optional.of(Session.parse(peer)),
                json.integer("nonce", 1, Long.MAX_VALUE),
                json.has("echo") ? OptionalLong.of(json.integer("echo", 1, Long.MAX_VALUE)) : OptionalLong.empty(),
                json.bool("answer"),
                json.bool("leaving"),
                json.time("clock"),
                Duration.ofMillis(json.integer("heartbeatMs", 1, MAX_HEARTBEAT.toMillis())),
                lanes,
                json.text("factsDigest"),
                json.text("knownDigest"),
                json.optionalObject("facts"),
                json.optionalInteger("operators", 1, OperatorList.LAST_NUMBER).orElse(0),
                json.has("frozen") && json.bool("frozen"),
                json.has("audit") ? Optional.of(AuditMark.from(json.object("audit"))) : Optional.empty());
    }

    private static String header(Map<String, String> headers, String name) throws RefusedException {
        String value = headers.get(name);
        if (value == null) {
            throw new RefusedException("header '" + name + "' is missing");
        }
        return value;
    }

    private static long generation(String text) throws RefusedException {
        long generation = natural("g", text);
        if (generation > Limits.GENERATION) {
            throw new RefusedException("no station has a generation above " + Limits.GENERATION);
        }
        return generation;
    }

    private static long natural(String name, String text) throws RefusedException {
        return text.equals("0") ? 0 : MessageId.positive("header '" + name + "'", text);
    }
}
