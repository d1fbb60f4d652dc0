// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.WireMessage;
import dev.steward.message.link.FrameCodec;
import dev.steward.message.seal.ForgedException;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Subscription;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody else speaks on the bus: what is no frame ends nothing, is counted and told of, and fills nothing up. */
class GarbageTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    /** Less than the minute or more that a client takes to notice by its pings that it hears nothing. */
    private static final Duration HEARING = Duration.ofSeconds(45);

    private static final Predicate<String> PRINTABLE =
            Pattern.compile("[\\x21-\\x7e]+").asMatchPredicate();
    /** To both receivers; an agent's client holds 4 MiB for it, and drops what comes on top. */
    private static final int BURST_BYTES = 4 * 1024 * 1024;

    private static final int LARGE = 2 * 1024 * 1024;

    @TempDir
    Path folder;

    private final long seed = Long.getLong("steward.seed", System.nanoTime());
    private final Map<String, Long> refused = new TreeMap<>(Map.of("ship1", 0L, "central", 0L));
    private Installation installation = new Installation(Path.of(""));
    private TestNodes.Ends keys = new TestNodes.Ends(installation.nodes, "nobody");

    @BeforeEach
    void start() throws Exception {
        installation = new Installation(folder);
        installation.startBroker("max_payload: 4MB");
        installation.startStation();
        installation.startAgentAndWait("ship1");
        keys = new TestNodes.Ends(installation.nodes, "ship1");
    }

    @AfterEach
    void stop() throws Exception {
        installation.close();
    }

    @Test
    void framesOfGarbageAreCountedAndGoodCommandsRunBetweenThem() throws Exception {
        flooded(20_000, 4_096);
    }

    @Test
    @Tag("soak")
    void aHundredThousandAndMoreDoNoMore() throws Exception {
        flooded(100_000, 32_768);
    }

    /** @param told the a power of two that the count of each of the two passes */
    private void flooded(int frames, int told) throws Exception {
        try (var bus = new RawPublisher(installation.brokerPort())) {
            var garbage = new Garbage(seed, realFrames());
            long agentBefore = Machine.residentKiB(installation.process("ship1"));
            long stationBefore = Machine.residentKiB(installation.process("station"));
            CommandId early = installation.order("echo early", false, "ship1");
            flood(bus, garbage, frames / 4);
            for (int i = 0; i < 20; i++) { // more than either heap could hold at once, did anybody keep them
                for (String receiver : Garbage.receivers()) {
                    publish(bus, garbage.large(receiver, LARGE));
                }
                bus.flush();
                awaitCounted();
            }
            awaitSucceeded(early);
            long agentHalf = Machine.residentKiB(installation.process("ship1"));
            long stationHalf = Machine.residentKiB(installation.process("station"));
            CommandId between = installation.order("echo between", false, "ship1");
            flood(bus, garbage, frames);
            awaitSucceeded(between);
            awaitSucceeded(installation.order("echo after", false, "ship1"));

            long agentAfter = Machine.residentKiB(installation.process("ship1"));
            long stationAfter = Machine.residentKiB(installation.process("station"));
            System.out.printf(
                    "seed %d: refused %s; resident KiB of the agent %d, %d, %d, of the station %d, %d, %d%n",
                    seed, refused, agentBefore, agentHalf, agentAfter, stationBefore, stationHalf, stationAfter);
            assertThat(agentAfter).isLessThan(agentHalf * 5 / 4).isLessThan(160 * 1024);
            assertThat(stationAfter).isLessThan(stationHalf * 5 / 4).isLessThan(450 * 1024);
        }
        for (String program : List.of("ship1", "station")) {
            assertThat(installation.process(program).isAlive()).isTrue(); // the very one that was started
            assertThat(Files.size(folder.resolve(program + ".log"))).isLessThan(100_000);
            assertThat(Files.readString(folder.resolve(program + ".log")))
                    .containsPattern("refused frame %1$d,|%1$d frames refused".formatted(told))
                    .doesNotContain("\u001b");
        }
        assertThat(one(journal(), "SELECT count(*) FROM outbox")).isLessThan(100);
        // The agent has told its station, which keeps it with what it has counted itself.
        assertThat(one(
                        ledger(),
                        "SELECT count(*) FROM event WHERE node = 'ship1' AND text LIKE '%d frames refused%%'"
                                .formatted(told)))
                .isEqualTo(1);
        assertThat(one(
                        ledger(),
                        "SELECT count(*) FROM event WHERE node = 'central' AND text LIKE '%d frames refused%%'"
                                .formatted(told)))
                .isEqualTo(1);
        // What was not sealed was told of, in far fewer words than it came in.
        assertThat(one(ledger(), "SELECT count(*) FROM event WHERE text LIKE '%messages refused, wrong mac%'"))
                .isBetween(10L, 50L);
        for (Path store : List.of(journal(), ledger())) {
            assertThat(one(store, "SELECT count(*) FROM quarantine")).isEqualTo(Limits.QUARANTINE_ROWS);
            assertThat(one(store, "SELECT max(length(body)) FROM quarantine"))
                    .isLessThanOrEqualTo(Limits.QUARANTINE_BODY_BYTES);
            assertThat(Files.size(store)).isLessThan(20 * 1024 * 1024);
        }
    }

    @Test
    void whatIsTooLargeForMemoryAllAtOnceEndsNobody() throws Exception {
        try (var bus = new RawPublisher(installation.brokerPort())) {
            var garbage = new Garbage(seed, realFrames());
            for (int i = 0; i < 200; i++) {
                for (String receiver : Garbage.receivers()) {
                    publish(bus, garbage.large(receiver, LARGE));
                }
            }
            bus.flush();
            awaitSucceeded(installation.order("echo after", false, "ship1"));
            Await.until("the station has met all", SOON, () -> counted("central") >= refused("central"));
        }
        assertThat(counted("ship1")).isPositive();
        assertThat(installation.process("ship1").isAlive()).isTrue();
        assertThat(installation.process("station").isAlive()).isTrue();
    }

    /** 700 bytes each on the wire, half a megabyte each in memory, while nobody takes them out of the queue. */
    @Test
    void whatUnpacksToMuchEndsNobodyWhileTheStoresStandStill() throws Exception {
        byte[] packed = new byte[2_000];
        int length;
        try (var deflater = new Deflater(Deflater.BEST_COMPRESSION, true)) {
            deflater.setInput(new byte[Limits.FRAME_BYTES / 2]);
            deflater.finish();
            length = deflater.deflate(packed);
            assertThat(deflater.finished()).isTrue();
        }
        try (var bus = new RawPublisher(installation.brokerPort());
                AutoCloseable journal = hold(journal());
                AutoCloseable ledger = hold(ledger())) {
            for (int i = 0; i < 4_000; i++) {
                bus.publish(keys.seal(unpacksToMuch("ship1", "central", packed, length)));
                bus.publish(keys.seal(unpacksToMuch("central", "ship1", packed, length)));
            }
            bus.flush();
            for (String program : List.of("ship1", "station")) {
                Await.until(
                        program + " has met its store held",
                        SOON,
                        () -> Files.readString(folder.resolve(program + ".log")).contains("store failed"));
            }
        }
        Document.Command after = Installation.document("echo after", false, "ship1");
        Await.until("the ledger takes orders again", SOON, () -> installation.offer(List.of(after)));
        awaitSucceeded(after.id());
        assertThat(installation.process("ship1").isAlive()).isTrue();
        assertThat(installation.process("station").isAlive()).isTrue();
    }

    private static WireMessage unpacksToMuch(String to, String from, byte[] packed, int length) {
        var headers =
                new LinkedHashMap<>(Map.of("v", "1", "f", from, "g", "1", "l", "c", "n", "1", "i", "1", "z", "d2"));
        headers.put("s", "0000000000000");
        headers.put("t", "0000000000000");
        return new WireMessage(to + ".command.shellcommand.operatingsystem", headers, Arrays.copyOf(packed, length));
    }

    /** Keeps everybody from writing to a store until it is closed. */
    private static AutoCloseable hold(Path store) throws Exception {
        var connection = DriverManager.getConnection("jdbc:sqlite:" + store);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 10000");
            statement.execute("BEGIN IMMEDIATE");
        }
        return connection;
    }

    /** Header blocks that the client's own parser gives up on, and such that pose as a word of the broker. */
    @Test
    void headersThatNoClientCanReadKeepNobodyDeaf() throws Exception {
        List<String> blocks = List.of(
                "NATS/1.0\r\nno colon\r\n\r\n",
                "NATS/9.9\r\n\r\n",
                "NATS/1.0\r\nk\u00fc: \u001b\u00fc\r\n\r\n",
                "garbage without an end",
                "NATS/1.0 409 Consumer Deleted\r\n\r\n",
                "NATS/1.0 404 No Messages\r\n\r\n",
                "NATS/1.0 100 Idle Heartbeat\r\n\r\n",
                "NATS/1.0 503\r\n\r\n");
        for (String block : blocks) {
            try (var bus = new RawPublisher(installation.brokerPort())) {
                for (String receiver : Garbage.receivers()) {
                    bus.publish(receiver + ".command.shellcommand.operatingsystem", block, new byte[0]);
                }
            }
            awaitSucceeded(installation.order("echo after", false, "ship1"), HEARING);
        }
        try (var bus = new RawPublisher(installation.brokerPort())) {
            for (int i = 0; i < 200; i++) {
                bus.publish("central.ack.link.control", blocks.getFirst(), new byte[0]);
            }
        }
        awaitSucceeded(installation.order("echo after", false, "ship1"), HEARING);
    }

    /** Real frames, seen as anybody can see them. */
    private List<WireMessage> realFrames() throws Exception {
        var frames = new ArrayList<WireMessage>();
        try (Connection bus = Nats.connect(installation.brokerUrl())) {
            Subscription all = bus.subscribe(">");
            bus.flush(SOON);
            for (int i = 0; i < 3; i++) {
                awaitSucceeded(installation.order("echo hi", false, "ship1"));
            }
            for (Message message = all.nextMessage(100); message != null; message = all.nextMessage(100)) {
                if (message.hasHeaders() && message.getHeaders().getFirst("s") != null) {
                    var headers = new LinkedHashMap<String, String>();
                    message.getHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
                    frames.add(new WireMessage(message.getSubject(), headers, message.getData()));
                }
            }
        }
        assertThat(frames).hasSizeGreaterThan(10);
        return frames;
    }

    private static boolean survivesTheBus(WireMessage message) {
        return PRINTABLE.test(message.subject())
                && message.headers().values().stream().allMatch(PRINTABLE);
    }

    /** Until both have refused so many, never faster than they count. */
    private void flood(RawPublisher bus, Garbage garbage, int until) throws Exception {
        while (refused.values().stream().mapToLong(Long::longValue).sum() < until) {
            long end = bus.writtenBytes() + BURST_BYTES;
            while (bus.writtenBytes() < end) {
                for (String receiver : Garbage.receivers()) {
                    publish(bus, garbage.next(receiver));
                }
            }
            bus.flush();
            awaitCounted();
        }
    }

    private long refused(String receiver) {
        return refused.getOrDefault(receiver, 0L);
    }

    private void awaitCounted() throws Exception {
        for (String receiver : Garbage.receivers()) {
            Await.until(
                    "%s has counted %d, seed %d".formatted(receiver, refused(receiver), seed),
                    SOON,
                    () -> counted(receiver) >= refused(receiver));
        }
    }

    /** As anybody can publish it, and as only a node or a station could that has gone mad. */
    private void publish(RawPublisher bus, WireMessage message) throws Exception {
        bus.publish(message);
        if (!survivesTheBus(message)) {
            return; // a MAC over what arrives otherwise than it was sent never holds
        }
        WireMessage sealed = keys.seal(message);
        try {
            keys.check(sealed);
            FrameCodec.decode(sealed);
        } catch (RefusedException e) {
            refused.merge(message.subject().substring(0, message.subject().indexOf('.')), 1L, Long::sum);
        } catch (ForgedException e) {
            // not even counted one by one
        }
        bus.publish(sealed);
    }

    private void awaitSucceeded(CommandId id) throws Exception {
        awaitSucceeded(id, Duration.ofMinutes(2));
    }

    private void awaitSucceeded(CommandId id, Duration deadline) throws Exception {
        Await.until(
                "succeeded, seed " + seed,
                deadline,
                () -> installation.state(id, "ship1").equals("succeeded"));
    }

    /** By what is stored: the number of the last one in quarantine. */
    private long counted(String receiver) throws Exception {
        return one(
                receiver.equals("central") ? ledger() : journal(), "SELECT coalesce(max(position), 0) FROM quarantine");
    }

    private Path journal() {
        return installation.agentFolder("ship1").resolve("journal.db");
    }

    private Path ledger() {
        return folder.resolve("station").resolve("ledger.db");
    }

    private static long one(Path store, String query) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:file:" + store + "?mode=ro");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            return rows.getLong(1);
        }
    }
}
