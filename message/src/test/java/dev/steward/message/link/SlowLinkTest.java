// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A link of 64 kbit/s with 800 ms there and back, in time moved by hand. */
class SlowLinkTest {
    private static final String CHUNK = "x".repeat(8 * 1024);
    private final LinkWorld world = new LinkWorld(1);

    SlowLinkTest() {
        world.delayMillis = 400;
        world.bytesPerSecond = 8_000;
        world.connect();
        world.run(Duration.ofSeconds(10));
    }

    @Test
    void anOutcomeOvertakesOutputThatFillsTheLink() {
        output(100);
        for (int i = 0; i < 10; i++) {
            world.run(Duration.ofSeconds(5));
            world.node.put(Lane.RESULTS, "outcome " + i);
            world.run(Duration.ofMillis(3_500));
            assertThat(world.station.received.contains("outcome " + i)).isTrue();
        }
    }

    @Test
    void aFullLinkCarriesEachByteOnceAndIsNotIdle() {
        output(100);
        long before = world.bytesSent;
        world.drain(Duration.ofSeconds(125)); // 100 chunks of 8 KiB at 8,000 bytes a second take 105 s

        assertThat(world.bytesSent - before).isLessThan(100L * CHUNK.length() * 106 / 100);
        assertThat(world.station.link.counters().repeats).isZero();
    }

    @Test
    void aFullLinkStaysLiveInBothDirections() {
        output(100);
        IntStream.range(0, 500).forEach(i -> world.station.put(Lane.CONTROL, "c".repeat(700)));
        world.drain(Duration.ofMinutes(3));

        assertThat(world.station.events).noneMatch(LinkEvent.PeerGone.class::isInstance);
        assertThat(world.node.events).noneMatch(LinkEvent.PeerGone.class::isInstance);
    }

    @Test
    void commandsComeDownWhileOutputFillsTheWayUp() {
        output(100);
        world.run(Duration.ofSeconds(10));
        IntStream.range(0, 200).forEach(i -> world.station.put(Lane.CONTROL, "c".repeat(700)));
        world.run(Duration.ofSeconds(24)); // their frames take 21 s

        assertThat(world.node.received).hasSize(200);
    }

    @Test
    void aCancelOvertakesThousandsOfCommands() {
        IntStream.range(0, 2000).forEach(i -> world.station.put(Lane.CONTROL, "c".repeat(700)));
        world.run(Duration.ofSeconds(20));
        world.station.put(Lane.RESULTS, "cancel");
        world.run(Duration.ofMillis(3_500));

        assertThat(world.node.received.contains("cancel")).isTrue();
    }

    @Test
    void nothingWaitsForALaneThatTheReceiverHasClosed() {
        world.bytesPerSecond = 0;
        world.node.link.grant(Lane.CONTROL, 0); // not told yet: what is in flight will be refused
        IntStream.range(0, 100).forEach(i -> world.station.put(Lane.CONTROL, CHUNK));
        world.run(Duration.ofSeconds(2));
        world.station.put(Lane.BULK, "less urgent");
        world.run(Duration.ofSeconds(2));

        assertThat(world.node.received).containsExactly("less urgent");
    }

    @Test
    void aLinkThatHasBecomeFastIsOpenedWide() {
        output(100);
        world.run(Duration.ofSeconds(30));
        world.bytesPerSecond = 0;
        world.delayMillis = 5;
        world.drain(Duration.ofSeconds(5));
    }

    @Test
    void aLinkThatHasBecomeSlowIsFilledNoFurther() {
        world.bytesPerSecond = 0;
        world.delayMillis = 5;
        output(1000);
        world.run(Duration.ofMillis(200));
        world.bytesPerSecond = 8_000;
        world.run(Duration.ofMinutes(2)); // what was in flight has passed
        world.node.put(Lane.RESULTS, "outcome");
        world.run(Duration.ofMillis(3_500));

        assertThat(world.station.received.contains("outcome")).isTrue();
    }

    @Test
    void onASlowerLinkYetWhatIsLateIsNotTakenForLost() {
        world.bytesPerSecond = 2_000;
        output(30);
        world.drain(Duration.ofSeconds(140)); // 125 s for the bytes

        assertThat(world.station.link.counters().repeats).isLessThan(3); // the first time-outs know nothing yet
    }

    @Test
    void aWholeWindowThatWasLostIsBackAfterOneTimeOut() {
        world.bytesPerSecond = 0;
        world.delayMillis = 5;
        output(40);
        world.run(Duration.ofMillis(10)); // long enough for a first receipt
        world.loseAllInTransit();
        world.run(Duration.ofSeconds(3));

        assertThat(world.station.received).hasSize(40).doesNotHaveDuplicates();
    }

    @Test
    void aStallDoesNotTeachTheLinkToBeSlow() {
        output(30);
        world.run(Duration.ofSeconds(5));
        world.stall(Duration.ofMinutes(1));
        assertThat(world.node.events).anyMatch(LinkEvent.PeerGone.class::isInstance);
        world.run(Duration.ofSeconds(3));

        assertThat(world.node.link.congestion().timeout(0)).isLessThan(5_000);
    }

    private void output(int chunks) {
        IntStream.range(0, chunks).forEach(i -> world.node.put(Lane.BULK, i + CHUNK));
    }
}
