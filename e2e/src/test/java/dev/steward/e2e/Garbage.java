// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import dev.steward.message.WireMessage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What may arrive on a bus that is no good frame, from a seed: noise, and real frames in pieces. */
final class Garbage {
    private static final List<String> RECEIVERS = List.of("ship1", "central");
    private static final List<String> SUBJECTS = List.of(
            "event.hello.steward",
            "ack.link.control",
            "command.shellcommand.operatingsystem",
            "command.cancel.steward",
            "command.inquiry.steward",
            "event.errorlog.steward",
            "ack.shellcommand.operatingsystem",
            "event.hello",
            "query.what.now",
            "command.a.b.c.d",
            "x",
            "command.-.ü",
            "\u001b[2J");
    private static final List<String> JUNK = List.of(
            "", "x", "0", "-1", "2", "99999999999999999999", "1e9", "null", "central", "1\u001b[31m", "z".repeat(3000));
    private static final String DEEP = "[".repeat(8_000);

    private final Random random;
    private final List<WireMessage> real;

    /** @param real frames that have been seen on the bus */
    Garbage(long seed, List<WireMessage> real) {
        this.random = new Random(seed);
        this.real = real;
    }

    /** The next one for a receiver; nothing that a link of this conversation could take for its next message. */
    WireMessage next(String receiver) {
        WireMessage frame = real.get(random.nextInt(real.size()));
        String subject = receiver + "." + pick(SUBJECTS);
        return switch (random.nextInt(9)) {
            case 0 -> new WireMessage(subject, Map.of(), noise(random.nextInt(2_000)));
            case 1 -> new WireMessage(subject, Map.of("k" + random.nextInt(), pick(JUNK)), noise(50));
            case 2 -> new WireMessage(subject, with(frame, "v", pick(JUNK)), frame.body());
            case 3 -> new WireMessage(subject, without(frame, "vfgs"), frame.body());
            case 4 -> new WireMessage(subject, with(frame, pick(List.of("f", "s")), "!" + pick(JUNK)), noise(100));
            case 5 -> new WireMessage(receiver + ".event.hello.steward", frame.headers(), half(frame.body()));
            case 6 -> new WireMessage(receiver + ".ack.link.control", frame.headers(), deep());
            case 7 ->
                new WireMessage(receiver + ".command.shellcommand.operatingsystem", with(frame, "l", "x"), deep());
            default -> oddNumber(receiver, frame);
        };
    }

    /** Well-formed, of sessions that are really there, and of no use: numbers far ahead, sessions of nobody. */
    private WireMessage oddNumber(String receiver, WireMessage frame) {
        Map<String, String> headers = with(frame, "l", "c");
        headers.put("n", Long.toString(1_000_000L + random.nextInt(1_000_000)));
        headers.put("i", Long.toString(1_000_000_000L));
        headers.put("t", "0123456789abc");
        return new WireMessage(receiver + ".command.shellcommand.operatingsystem", headers, noise(100));
    }

    WireMessage large(String receiver, int bytes) {
        WireMessage frame = real.get(random.nextInt(real.size()));
        return new WireMessage(receiver + ".event.hello.steward", frame.headers(), noise(bytes));
    }

    static List<String> receivers() {
        return RECEIVERS;
    }

    private byte[] deep() {
        return ("{\"recorded\":" + DEEP).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] half(byte[] body) {
        return Arrays.copyOf(body, Math.max(0, Math.min(body.length - 1, random.nextInt(body.length + 1))));
    }

    private byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        random.nextBytes(noise);
        return noise;
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static Map<String, String> with(WireMessage message, String name, String value) {
        var headers = new LinkedHashMap<>(message.headers());
        headers.put(name, value);
        return headers;
    }

    private Map<String, String> without(WireMessage message, String names) {
        var headers = new LinkedHashMap<>(message.headers());
        headers.remove(Character.toString(names.charAt(random.nextInt(names.length()))));
        return headers;
    }
}
