// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.Limits;
import dev.steward.message.Refusal;
import dev.steward.message.RefusedException;
import dev.steward.message.WireMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Messages that only the link can read, and what nobody can. */
class UnreadableMessageTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void aMessageOfUnknownFormUsesUpItsNumberAndIsToldAndTheNextOneArrives() {
        LinkWorld world = LinkWorld.connected();
        world.onTheWay = message -> text(message).equals("newer")
                ? new WireMessage("ship1.command.a.b.c", message.headers(), message.body())
                : message;
        MessageId newer = world.station.put(Lane.CONTROL, "newer");
        world.station.put(Lane.CONTROL, "known");
        world.run(SECOND);

        assertThat(world.node.received).containsExactly("known");
        assertThat(unreadable(world)).extracting(Frame.Numbered::id).containsExactly(newer);
        assertThat(unreadable(world).getFirst().refusal().reason()).contains("four tokens");
        assertThat(world.station.store.outbox).isEmpty();
    }

    @Test
    void itIsToldAgainWhereItIsSentAgain() {
        LinkWorld world = LinkWorld.connected();
        world.onTheWay = message -> text(message).equals("newer")
                ? new WireMessage("ship1.query.x.y", message.headers(), message.body())
                : message;
        MessageId newer = world.station.put(Lane.CONTROL, "newer");
        world.lossPercent = 100; // of its receipt
        world.run(Duration.ofMillis(500));
        assertThat(unreadable(world)).hasSize(1);
        world.lossPercent = 0;
        world.station.restart();
        world.run(Duration.ofSeconds(5));

        assertThat(unreadable(world)).extracting(Frame.Numbered::id).containsExactly(newer, newer);
        assertThat(world.station.store.outbox).isEmpty();
    }

    @Test
    void itKeepsItsPlaceInTheOrderWhereFramesOvertakeEachOther() {
        var world = new LinkWorld(7);
        world.jitterMillis = 300;
        world.lossPercent = 20;
        world.onTheWay = message -> text(message).startsWith("odd")
                ? new WireMessage("ship1.command", message.headers(), message.body())
                : message;
        world.connect();
        var expected = new ArrayList<String>();
        for (int i = 0; i < 100; i++) {
            world.station.put(Lane.CONTROL, "odd" + i);
            world.station.put(Lane.CONTROL, "even" + i);
            expected.add("even" + i);
        }
        world.run(Duration.ofSeconds(20));
        world.lossPercent = 0;
        world.drain(Duration.ofMinutes(10));

        assertThat(world.node.received).isEqualTo(expected);
        assertThat(unreadable(world))
                .extracting(Frame.Numbered::id)
                .doesNotHaveDuplicates()
                .hasSize(100);
    }

    @Test
    void whatIsKeptOfAMessageThatIsTooLargeIsSmall() throws Exception {
        WireMessage good = aFrame();
        var large = new WireMessage(good.subject(), good.headers(), new byte[2 * 1024 * 1024]);

        var frame = (Frame.Unreadable) FrameCodec.decode(large);

        assertThat(frame.refusal().kept().body()).hasSize(Limits.QUARANTINE_BODY_BYTES);
        assertThat(frame.refusal().reason()).contains("larger than the limit").contains("2097152 bytes, 4096 kept");
        assertThat(frame.number()).isEqualTo(1);
    }

    @Test
    void aFrameOfAnUnknownLaneIsRefused() {
        assertThatThrownBy(() -> FrameCodec.decode(with(aFrame(), "l", "x")))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("not a lane");
    }

    @Test
    void whatIsKeptOfARefusedMessageIsBoundedAndFitForALog() {
        var headers = new LinkedHashMap<String, String>();
        for (int i = 0; i < 1000; i++) {
            headers.put("h" + i + "x".repeat(1000), "v".repeat(100_000));
        }
        var refusal = Refusal.of(
                new WireMessage("ship1." + "s".repeat(4000) + "\u001b[31m", headers, new byte[1 << 20]),
                "bad\r\n\u001b[2J" + "r".repeat(100_000));

        assertThat(refusal.kept().encodedBytes()).isLessThan(10_000);
        assertThat(refusal.reason()).hasSizeLessThan(400).doesNotContain("\n", "\r", "\u001b");
        assertThat(refusal.kept().subject()).doesNotContain("\u001b");
    }

    /** Whatever comes is a frame or refused, never a defect that would break the connection or the loop. */
    @Test
    void randomDamageOfFramesIsRefusedAndNothingElse() {
        LinkWorld world = LinkWorld.connected();
        world.station.put(Lane.CONTROL, "one");
        world.run(SECOND);
        List<WireMessage> good = new ArrayList<>();
        world.station.sent.forEach(frame -> good.add(FrameCodec.encode(frame)));
        world.node.sent.forEach(frame -> good.add(FrameCodec.encode(frame)));
        long seed = Long.getLong("steward.seed", System.nanoTime());
        var random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < 40_000; i++) {
            WireMessage damaged = damage(good.get(random.nextInt(good.size())), random);
            try {
                FrameCodec.decode(damaged);
            } catch (RefusedException e) {
                refused++;
            } catch (RuntimeException e) {
                throw new AssertionError("seed %d: %s".formatted(seed, damaged), e);
            }
        }
        assertThat(refused).as("seed %d", seed).isGreaterThan(10_000);
    }

    private static WireMessage damage(WireMessage message, Random random) {
        String junk = JUNK.get(random.nextInt(JUNK.size()));
        String name = "vfgsctlni".substring(random.nextInt(9)).substring(0, 1);
        return switch (random.nextInt(6)) {
            case 0 -> new WireMessage(message.subject(), without(message, name), message.body());
            case 1 -> with(message, name, junk);
            case 2 -> new WireMessage(message.subject() + "." + junk, message.headers(), message.body());
            case 3 -> new WireMessage(junk, message.headers(), message.body());
            case 4 -> {
                byte[] body = message.body().clone();
                for (int i = 0; i < body.length && i < 5; i++) {
                    body[random.nextInt(body.length)] = (byte) random.nextInt();
                }
                yield new WireMessage(message.subject(), message.headers(), body);
            }
            default ->
                new WireMessage(
                        message.subject(),
                        message.headers(),
                        text(message).replaceFirst("[0-9]+", junk).getBytes(StandardCharsets.UTF_8));
        };
    }

    private static final List<String> JUNK = List.of(
            "",
            "-",
            "0",
            "-1",
            "00000000000000000001",
            "9223372036854775807",
            "9223372036854775808",
            "1e3",
            "٣",
            "null",
            "-5-5",
            "0123456789abc-",
            "0123456789abc-0",
            "0123456789abc-9223372036854775807",
            ".",
            "..",
            "a b",
            "[".repeat(8000),
            "\ud800",
            "{}",
            "true",
            "\"",
            "ship1",
            "central");

    private static Map<String, String> without(WireMessage message, String name) {
        var headers = new LinkedHashMap<>(message.headers());
        headers.remove(name);
        return headers;
    }

    private static WireMessage with(WireMessage message, String name, String value) {
        var headers = new LinkedHashMap<>(message.headers());
        headers.put(name, value);
        return new WireMessage(message.subject(), headers, message.body());
    }

    private static WireMessage aFrame() {
        LinkWorld world = LinkWorld.connected();
        world.station.put(Lane.CONTROL, "any");
        return FrameCodec.encode(world.station.sent.stream()
                .filter(Frame.Data.class::isInstance)
                .findFirst()
                .orElseThrow());
    }

    private static List<Frame.Unreadable> unreadable(LinkWorld world) {
        return world.node.events.stream()
                .filter(LinkEvent.Unreadable.class::isInstance)
                .map(event -> ((LinkEvent.Unreadable) event).frame())
                .toList();
    }

    private static String text(WireMessage message) {
        return new String(message.body(), StandardCharsets.UTF_8);
    }
}
