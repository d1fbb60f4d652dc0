// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.Limits;
import dev.steward.message.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinkTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static List<String> texts(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> "m" + i).toList();
    }

    @Test
    void helloOpensAConversationAndMessagesArriveInOrder() {
        LinkWorld world = LinkWorld.connected();
        texts(100).forEach(text -> world.station.put(Lane.CONTROL, text));
        texts(100).forEach(text -> world.node.put(Lane.RESULTS, text));
        world.drain(SECOND);

        assertThat(world.node.received).isEqualTo(texts(100));
        assertThat(world.station.received).isEqualTo(texts(100));
        assertThat(world.station.recordedByOther).isEqualTo(texts(100));
    }

    @Test
    void nothingIsSentToANodeThatHasNotSaidHello() {
        var world = new LinkWorld(1);
        world.lossPercent = 100;
        world.station.link.connected(world.now(), world.station);
        world.station.put(Lane.CONTROL, "waits");
        world.run(SECOND);
        world.lossPercent = 0;

        assertThat(world.station.sent).noneMatch(frame -> frame instanceof Frame.Data);
        world.connect();
        world.drain(Duration.ofSeconds(10));
        assertThat(world.node.received).containsExactly("waits");
    }

    @Test
    void whatIsInFlightStaysWithinTheWindow() {
        LinkWorld world = LinkWorld.connected();
        String large = "x".repeat(10_000);
        for (int i = 0; i < 10; i++) {
            world.station.put(Lane.CONTROL, large);
        }
        world.run(Duration.ofSeconds(1)); // the receipts show that the link is fast
        world.station.sent.clear();
        world.delayMillis = 10_000_000; // nothing arrives any more
        for (int i = 0; i < 100; i++) {
            world.station.put(Lane.CONTROL, large);
        }

        long bytes = world.station.sent.stream()
                .filter(frame -> frame instanceof Frame.Data)
                .mapToLong(frame -> ((Frame.Data) frame).body().length)
                .sum();
        assertThat(bytes).isBetween(Limits.WINDOW_BYTES / 2L, (long) Limits.WINDOW_BYTES);
    }

    @Test
    void aLostTailIsSentAgain() {
        LinkWorld world = LinkWorld.connected();
        world.station.put(Lane.CONTROL, "first");
        world.run(SECOND);
        world.lossPercent = 100;
        texts(50).forEach(text -> world.station.put(Lane.CONTROL, text));
        world.run(Duration.ofMillis(500));
        world.lossPercent = 0;
        world.drain(Duration.ofSeconds(10));

        var expected = new ArrayList<>(List.of("first"));
        expected.addAll(texts(50));
        assertThat(world.node.received).isEqualTo(expected);
    }

    @Test
    void anEndThatStartsAgainSendsWhatIsNotRecordedAndTheOtherKnowsItById() {
        LinkWorld world = LinkWorld.connected();
        texts(10).forEach(text -> world.station.put(Lane.CONTROL, text));
        world.run(Duration.ofMillis(1)); // the node has recorded them; its receipt is under way
        world.loseAllInTransit();
        world.station.restart();
        world.drain(Duration.ofSeconds(10));

        assertThat(world.node.received).isEqualTo(texts(10));
        assertThat(world.node.events).anyMatch(event -> event instanceof LinkEvent.Duplicate);
    }

    @Test
    void aReceiptForANumberThatWasNeverSentIsCountedAndDropped() {
        LinkWorld world = LinkWorld.connected();
        world.delayMillis = 10_000_000;
        world.station.put(Lane.CONTROL, "one");
        Frame.Data data = (Frame.Data) world.station.sent.getLast();
        var envelope = new Frame.Envelope(LinkWorld.NODE, LinkWorld.STATION, 1, world.station.link.peerSession(), 1);
        var session = data.envelope().session();
        world.station.link.frame(
                world.now(),
                new Frame.Recorded(envelope, session, Map.of(Lane.CONTROL, new Frame.Receipt(7, 1000))),
                world.station);

        assertThat(world.station.link.counters().badReceipts).isEqualTo(1);
        assertThat(world.station.store.outbox).hasSize(1);
    }

    @Test
    void twoUnderOneNameTakeTurnsAndWhatOneHasIsNotTakenForTheOthers() {
        LinkWorld world = LinkWorld.connected();
        LinkWorld.Peer twin = world.twin();
        twin.link.connected(world.now(), twin);
        var ordered = new ArrayList<String>();
        for (int i = 1; i <= 60; i++) { // each hears that it is not its turn, and asks for it
            ordered.add("m" + i);
            world.station.put(Lane.CONTROL, "m" + i);
            world.run(SECOND);
            if (world.station.link.isFrozen()) {
                world.station.link.unfreeze(world.now(), world.station); // too early
            }
        }
        world.stop(twin);
        world.station.link.unfreeze(world.now(), world.station);
        world.drain(Duration.ofMinutes(10));

        var received = new TreeSet<>(world.node.received);
        received.addAll(twin.received);
        assertThat(received).isEqualTo(new TreeSet<>(ordered));
        assertThat(world.node.received).isNotEmpty().doesNotHaveDuplicates();
        assertThat(twin.received).isNotEmpty().doesNotHaveDuplicates();
        assertThat(world.station.recordedByOther).containsExactlyElementsOf(ordered);
        assertThat(world.station.events).anyMatch(event -> event instanceof LinkEvent.PeerReturned);
    }

    @Test
    void whileTwoTakeTurnsTheStationSaysThatTheNodeIsFrozenAndSendsNothingElse() {
        LinkWorld world = LinkWorld.connected();
        LinkWorld.Peer twin = world.twin();
        twin.link.connected(world.now(), twin);
        world.station.put(Lane.CONTROL, "before");
        while (!world.station.link.isFrozen()) {
            world.run(SECOND);
            world.node.link.connected(world.now(), world.node);
        }
        world.station.sent.clear();
        world.station.put(Lane.CONTROL, "order");
        world.station.put(Lane.RESULTS, "question");
        world.node.put(Lane.RESULTS, "outcome");
        world.run(Duration.ofMinutes(1));

        assertThat(world.station.sent)
                .noneMatch(frame -> frame instanceof Frame.Data)
                .filteredOn(frame -> frame instanceof Frame.Hello)
                .isNotEmpty()
                .allMatch(frame -> ((Frame.Hello) frame).frozen());
        assertThat(world.station.received).containsExactly("outcome");
        assertThat(lastHello(world.node).frozen()).isTrue();
        assertThat(lastHello(twin).frozen()).isTrue();

        world.stop(twin);
        world.station.link.unfreeze(world.now(), world.station);
        world.drain(Duration.ofMinutes(1));
        assertThat(lastHello(world.node).frozen()).isFalse();
        assertThat(world.node.received).contains("order", "question");
        assertThat(world.station.link.isFrozen()).isFalse();
    }

    private static Frame.Hello lastHello(LinkWorld.Peer node) {
        return node.events.stream()
                .filter(event -> event instanceof LinkEvent.PeerLive)
                .map(event -> ((LinkEvent.PeerLive) event).hello())
                .toList()
                .getLast();
    }

    @Test
    void aWindowThatOpensAgainShowsInTheNextHelloWhereItsReceiptWasLost() {
        LinkWorld world = LinkWorld.connected();
        world.node.link.grant(Lane.CONTROL, 0);
        world.node.link.flush(world.node);
        world.run(SECOND);
        world.station.put(Lane.CONTROL, "waits for the window");
        world.run(SECOND);
        assertThat(world.node.received).isEmpty();

        world.lossPercent = 100;
        world.node.link.grant(Lane.CONTROL, Limits.WINDOW_BYTES);
        world.node.link.flush(world.node);
        world.run(SECOND);
        world.lossPercent = 0;
        world.drain(Duration.ofMinutes(1));

        assertThat(world.node.received).containsExactly("waits for the window");
    }

    @Test
    void whatIsSettledIsNotSentToANewSession() {
        LinkWorld world = LinkWorld.connected();
        world.loseAllInTransit();
        world.lossPercent = 100;
        MessageId known = world.station.put(Lane.CONTROL, "known to have arrived");
        world.station.put(Lane.CONTROL, "next");
        world.station.link.settle(Lane.CONTROL, known, world.station);
        world.lossPercent = 0;
        world.node.restart();
        world.drain(Duration.ofMinutes(1));

        assertThat(world.node.received).containsExactly("next");
    }

    @Test
    void whatIsSettledStillFillsItsGapInTheSameConversation() {
        LinkWorld world = LinkWorld.connected();
        world.lossPercent = 100;
        MessageId known = world.station.put(Lane.CONTROL, "known to have arrived");
        world.station.link.settle(Lane.CONTROL, known, world.station);
        world.lossPercent = 0;
        world.station.put(Lane.CONTROL, "next");
        world.drain(Duration.ofMinutes(1));

        assertThat(world.node.received).containsExactly("known to have arrived", "next");
    }

    @Test
    void whatIsReplacedBeforeItArrivesNeverArrives() {
        LinkWorld world = LinkWorld.connected();
        world.lossPercent = 100;
        MessageId replaced = world.station.put(Lane.CONTROL, "first");
        world.station.put(Lane.CONTROL, "next");
        world.station.replace(Lane.CONTROL, replaced, "instead");
        world.lossPercent = 0;
        world.drain(Duration.ofMinutes(1));
        assertThat(world.node.received).containsExactly("instead", "next");

        world.lossPercent = 100;
        MessageId waiting = world.station.put(Lane.CONTROL, "second");
        world.station.replace(Lane.CONTROL, waiting, "instead again");
        world.lossPercent = 0;
        world.node.restart();
        world.drain(Duration.ofMinutes(1));
        assertThat(world.node.received).last().isEqualTo("instead again");
    }

    @Test
    void whatIsReplacedAfterItArrivedIsTheSameMessage() {
        LinkWorld world = LinkWorld.connected();
        MessageId replaced = world.station.put(Lane.CONTROL, "first");
        world.run(Duration.ofMillis(1));
        assertThat(world.node.received).containsExactly("first");
        world.loseAllInTransit(); // its receipt
        world.station.replace(Lane.CONTROL, replaced, "instead");
        world.node.restart();
        world.drain(Duration.ofMinutes(1));
        assertThat(world.node.received).containsExactly("first");
    }

    @Test
    void aReplayedHelloIsNotLive() {
        LinkWorld world = LinkWorld.connected();
        Frame.Hello old = (Frame.Hello) world.node.sent.stream()
                .filter(frame ->
                        frame instanceof Frame.Hello hello && hello.echo().isPresent())
                .findFirst()
                .orElseThrow();
        world.node.link.disconnected(world.node);
        world.run(Duration.ofSeconds(60));
        assertThat(world.station.link.isLive()).isFalse();

        world.station.link.frame(world.now(), old, world.station);

        assertThat(world.station.link.isLive()).isFalse();
        assertThat(world.station.link.counters().notLive).isPositive();
    }

    @Test
    void aNodeThatLeavesIsUnreachableAtOnce() {
        LinkWorld world = LinkWorld.connected();
        world.node.link.leave(world.now(), world.node);
        world.run(Duration.ofMillis(10));

        assertThat(world.station.link.isLive()).isFalse();
        assertThat(world.station.events).contains(new LinkEvent.PeerGone("it said that it stops"));
    }

    @Test
    void inAnUndisturbedConversationEveryHeartbeatIsTwoFrames() {
        LinkWorld world = LinkWorld.connected();
        int before = world.node.sent.size() + world.station.sent.size();
        world.run(Duration.ofSeconds(50)); // ten heartbeats

        assertThat(world.node.sent.size() + world.station.sent.size() - before).isBetween(18, 22);
        assertThat(world.station.link.counters().notLive).isLessThanOrEqualTo(2);
    }

    @Test
    void aNodeRefusesAStationOfAnOlderGeneration() {
        LinkWorld world = LinkWorld.connected();
        Frame.Hello old = (Frame.Hello) world.station.sent.getFirst();
        world.station.restart();
        world.run(SECOND);

        world.node.link.frame(world.now(), old, world.node);

        assertThat(world.node.events).contains(new LinkEvent.StaleGeneration(1, 2));
    }

    @Test
    void aReceiverWithoutRoomStopsTheLaneAndOpensItAgain() {
        LinkWorld world = LinkWorld.connected();
        world.node.link.grant(Lane.CONTROL, 0);
        world.node.link.flush(world.node);
        world.run(SECOND);
        texts(20).forEach(text -> world.station.put(Lane.CONTROL, text));
        world.run(Duration.ofSeconds(30));
        assertThat(world.node.received).isEmpty();

        world.node.link.grant(Lane.CONTROL, Limits.WINDOW_BYTES);
        world.node.link.flush(world.node);
        world.drain(Duration.ofSeconds(10));
        assertThat(world.node.received).isEqualTo(texts(20));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void whatIsInFlightToALaneThatClosesIsNotRepeatedOverAndOverAndArrivesSoonAfterItOpens(int seconds) {
        LinkWorld world = LinkWorld.connected();
        String large = "x".repeat(1_000);
        world.node.link.grant(Lane.CONTROL, 0); // the station does not know yet
        for (int i = 0; i < 15; i++) {
            world.station.put(Lane.CONTROL, large);
        }
        world.run(SECOND);
        long before = world.bytesSent;
        world.run(Duration.ofMinutes(10).plusSeconds(seconds)); // opens at any time between two hellos
        assertThat(world.node.received).isEmpty();
        assertThat(world.bytesSent - before).isLessThan(200_000); // hellos, and now and then the newest of them

        world.node.link.grant(Lane.CONTROL, Limits.WINDOW_BYTES);
        world.node.link.flush(world.node);
        world.drain(Duration.ofSeconds(2));
        assertThat(world.node.received).hasSize(15);
    }

    @Test
    void aWindowThatOpensInALostFrameOpensWithTheNextHello() {
        LinkWorld world = LinkWorld.connected();
        world.station.put(Lane.CONTROL, "before");
        world.run(SECOND);
        world.node.link.grant(Lane.CONTROL, 0);
        world.node.link.flush(world.node);
        world.run(SECOND);
        world.station.put(Lane.CONTROL, "after");
        world.lossPercent = 100;
        world.node.link.grant(Lane.CONTROL, Limits.WINDOW_BYTES);
        world.node.link.flush(world.node);
        world.lossPercent = 0;

        world.drain(Duration.ofSeconds(20));
        assertThat(world.node.received).containsExactly("before", "after");
    }

    @Test
    void whatWasNeverSentCanBeTakenBack() {
        var world = new LinkWorld(1);
        world.station.put(Lane.CONTROL, "stays");
        world.station.put(Lane.CONTROL, "goes");
        OutboxEntry entry = world.station.store.outbox.lastEntry().getValue();

        world.station.link.withdraw(entry, world.station);
        world.connect();
        world.drain(Duration.ofSeconds(10));

        assertThat(world.node.received).containsExactly("stays");
    }

    @Test
    void aMessageLargerThanAFrameIsRefusedBeforeItIsStored() {
        var world = new LinkWorld(1);
        assertThatThrownBy(() -> world.station.put(Lane.BULK, "x".repeat(Limits.FRAME_BYTES)))
                .hasMessageContaining("exceeds the frame limit");
        assertThat(world.station.store.outbox).isEmpty();
    }

    @Test
    void framesReadBackAsTheyWereWritten() throws Exception {
        LinkWorld world = LinkWorld.connected();
        world.station.put(Lane.CONTROL, "one");
        world.run(SECOND);
        var all = new ArrayList<>(world.station.sent);
        all.addAll(world.node.sent);

        assertThat(all).hasSizeGreaterThan(4);
        for (Frame frame : all) {
            Frame read = FrameCodec.decode(FrameCodec.encode(frame));
            if (frame instanceof Frame.Data data) {
                assertThat(((Frame.Data) read).id()).isEqualTo(data.id());
                assertThat(((Frame.Data) read).subject()).isEqualTo(Subject.command(LinkWorld.NODE, "test", "link"));
            } else {
                assertThat(read).isEqualTo(frame);
            }
        }
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 300);
    }

    /** Loss, repeats, reordering, and both ends dying at random: all arrives once, in order of each lane. */
    @ParameterizedTest
    @MethodSource("seeds")
    void everythingArrivesExactlyOnceInOrderWhateverTheNetworkDoes(long seed) {
        var world = new LinkWorld(seed);
        world.lossPercent = world.random().nextInt(40);
        world.repeatPercent = world.random().nextInt(40);
        world.jitterMillis = world.random().nextInt(300);
        world.connect();
        var expected = new ArrayList<String>();
        var expectedBulk = new ArrayList<String>();
        for (int i = 0; i < 200; i++) {
            expected.add("c" + i);
            world.station.put(Lane.CONTROL, "c" + i);
            expectedBulk.add("b" + i);
            world.node.put(Lane.BULK, "b" + i);
            world.run(Duration.ofMillis(world.random().nextInt(200)));
            switch (world.random().nextInt(40)) {
                case 0 -> world.station.restart();
                case 1 -> world.node.restart();
                case 2 -> world.loseAllInTransit();
                default -> {}
            }
        }
        world.lossPercent = 0;
        world.drain(Duration.ofMinutes(10));

        assertThat(world.node.received).as("seed %d", seed).isEqualTo(expected);
        assertThat(world.station.received).as("seed %d", seed).isEqualTo(expectedBulk);
    }
}
