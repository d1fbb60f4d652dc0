// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.WireMessage;
import dev.steward.message.json.JsonObject;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Subscription;
import io.nats.client.impl.Headers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The counted attack: whoever may publish on every subject, by the key of the broker's account, sends a node and its
 * station what is not genuine, and a station that is taken over sends such documents by a genuine link. Counters tell at
 * powers of two only, so each kind of refusal is sent as often as one: it is told where not one of them was let in or lost.
 */
class ForgeryTest {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final List<String> RECEIVERS = List.of("ship1", "central");
    private static final List<Forger.OfDocument> DOCUMENT_KINDS = List.of(Forger.OfDocument.values());
    private static final int BURST = 512; // within what an agent's client holds for it
    private static final int DOCUMENTS = 2_048;
    private static final int REQUESTS = 1_024;

    @TempDir
    Path folder;

    private final long seed = Long.getLong("steward.seed", System.nanoTime());
    private final Map<String, Long> markers = new HashMap<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private final List<String> genuine = new ArrayList<>();
    private Installation installation = new Installation(Path.of(""));
    private Path witness = Path.of("");
    private Path forged = Path.of("");

    @BeforeEach
    void start() throws Exception {
        witness = folder.resolve("witness");
        forged = folder.resolve("forged");
        installation = Installation.secured(folder);
        installation.startStation();
        installation.startAgentAndWait("ship1");
        installation.startAgentAndWait("ship2");
    }

    @AfterEach
    void stop() throws Exception {
        installation.close();
    }

    @Test
    void ofAHundredThousandForgedFramesAndDocumentsNoneRuns() throws Exception {
        attack(1);
    }

    @Test
    @Tag("soak")
    void ofAMillionAndAHalfForgedFramesAndDocumentsNoneRuns() throws Exception {
        attack(16);
    }

    private void attack(int times) throws Exception {
        try (Connection bus = installation.securedBroker().attack()) {
            var forger = new Forger(seed, record(bus), installation.nodes);
            run("before");
            byLink(forger);
            byHttp(forger);
            List<Long> pids = pids();
            flood(bus, forger, times);
            run("after");
            assertThat(pids()).isEqualTo(pids);
        }
        assertThat(forged).doesNotExist();
        assertThat(Files.readAllLines(witness)).isEqualTo(genuine);
        System.out.printf("seed %d: %s%n", seed, counts);
    }

    private List<Long> pids() {
        return Stream.of("station", "ship1", "ship2")
                .map(installation::process)
                .filter(Process::isAlive)
                .map(Process::pid)
                .toList();
    }

    /** Frames to and from both nodes, seen as the attacker sees them. */
    private Map<String, List<WireMessage>> record(Connection bus) throws Exception {
        var frames = new HashMap<String, List<WireMessage>>();
        Subscription all = bus.subscribe(">");
        bus.flush(SOON);
        for (int i = 0; i < 3; i++) {
            run("recorded " + i);
            installation.awaitState(installation.order("true", false, "ship2"), "ship2", "succeeded");
        }
        for (Message next = all.nextMessage(200); next != null; next = all.nextMessage(200)) {
            WireMessage frame = wire(next);
            if (frame.headers().containsKey("m") && frame.headers().containsKey("s")) {
                String receiver = frame.subject().substring(0, frame.subject().indexOf('.'));
                frames.computeIfAbsent(receiver, _ -> new ArrayList<>()).add(frame);
            }
        }
        all.unsubscribe();
        assertThat(frames).containsKeys("ship1", "ship2", "central");
        return frames;
    }

    private static WireMessage wire(Message message) {
        var headers = new LinkedHashMap<String, String>();
        if (message.hasHeaders()) {
            message.getHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
        }
        return new WireMessage(message.getSubject(), headers, message.getData());
    }

    /** A genuine command, which runs once. */
    private void run(String line) throws Exception {
        genuine.add(line);
        CommandId id = installation.order("echo '%s' >> %s".formatted(line, witness), false, "ship1");
        installation.awaitState(id, "ship1", "succeeded");
    }

    private Document.Command order(String node) {
        return Installation.document("touch " + forged, false, node);
    }

    /** Signed by somebody whom nobody trusts. */
    private byte[] evil(Forger forger) throws Exception {
        return forger.document(Forger.OfDocument.ISSUER, order("ship1"));
    }

    /** A station that is taken over has them in its outbox, so that they come with its MACs. */
    private void byLink(Forger forger) throws Exception {
        installation.stop("station");
        try (var ledger = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("station/ledger.db"))) {
            ledger.setAutoCommit(false);
            try (var insert = ledger.prepareStatement(
                    "INSERT INTO outbox (position, peer, lane, id, subject, body, sent) VALUES ((SELECT coalesce(max(position), 0) + 1000 FROM outbox), 'ship1', 'r', ?, 'ship1.command.shellcommand.operatingsystem', ?, 0)")) {
                for (int i = 0; i < DOCUMENTS; i++) {
                    Forger.OfDocument how = DOCUMENT_KINDS.get(i % DOCUMENT_KINDS.size());
                    Document.Command order = order(how == Forger.OfDocument.TARGET ? "ship2" : "ship1");
                    insert.setString(1, "vvvvvvvvvvvvv-" + (i + 1));
                    insert.setBytes(2, forger.document(how, order));
                    insert.executeUpdate();
                    counts.merge("document by link, " + how, 1, Integer::sum);
                }
            }
            ledger.commit();
        }
        installation.startStation();
        Await.until("the node has refused them, seed " + seed, SOON, () -> quarantined("ship1") >= DOCUMENTS);
        run("between"); // and nothing of them is left on its way
        assertThat(quarantined("ship1")).isEqualTo(DOCUMENTS);
    }

    private void byHttp(Forger forger) throws Exception {
        for (int i = 0; i < REQUESTS; i++) {
            Forger.OfDocument how = DOCUMENT_KINDS.get(i % DOCUMENT_KINDS.size());
            Document.Command order = order(how == Forger.OfDocument.TARGET ? "ship2" : "ship1");
            assertThat(installation.offer(List.of(forger.document(how, order)), "commands"))
                    .as("%s, seed %d", how, seed)
                    .isFalse();
            counts.merge("document to the API, " + how, 1, Integer::sum);
        }
    }

    private void flood(Connection bus, Forger forger, int times) throws Exception {
        List<Forger.OfFrame> turns = turns(times);
        var expected = new HashMap<String, Integer>();
        turns.forEach(how -> expected.merge(how.counted, 1, Integer::sum));
        byte[] order = evil(forger);
        for (String receiver : RECEIVERS) {
            markers.put(receiver, quarantined(receiver));
        }
        var keys = new TestNodes.Ends(installation.nodes, "ship1");
        var early = new EnumMap<Which, Long>(Which.class);
        for (int at = 0; at < turns.size(); at++) {
            Forger.OfFrame how = turns.get(at);
            for (String receiver : RECEIVERS) {
                publish(bus, forger.frame(how, receiver, order));
                counts.merge("frame to %s, %s".formatted(receiver, how), 1, Integer::sum);
            }
            if (at % BURST == BURST - 1 || at == turns.size() - 1) {
                awaitMarkers(bus, keys);
            }
            if (at == turns.size() / 5) {
                early.putAll(resident());
            }
            if (at == turns.size() / 2) {
                run("during");
            }
        }
        expected.remove("");
        for (String receiver : RECEIVERS) {
            for (Map.Entry<String, Integer> each : expected.entrySet()) {
                awaitTold(receiver, "%d messages refused, %s;".formatted(each.getValue(), each.getKey()));
            }
        }
        resident().forEach((which, kib) -> {
            System.out.printf("resident KiB of %s: %d at a fifth, %d at the end%n", which, early.get(which), kib);
            assertThat(kib).as("%s", which).isLessThan(early.getOrDefault(which, 0L) * 13 / 10);
        });
    }

    private enum Which {
        STATION,
        SHIP1
    }

    private Map<Which, Long> resident() throws Exception {
        return Map.of(
                Which.STATION, Machine.residentKiB(installation.process("station")),
                Which.SHIP1, Machine.residentKiB(installation.process("ship1")));
    }

    /** What is done to which frame in turn: as many of each counter as a power of two. */
    private List<Forger.OfFrame> turns(int times) {
        var turns = new ArrayList<Forger.OfFrame>();
        var wrong = Stream.of(Forger.OfFrame.values())
                .filter(how -> how.counted.equals("wrong mac"))
                .toList();
        for (int i = 0; i < 32_768 * times; i++) {
            turns.add(wrong.get(i % wrong.size()));
            if (i % 8 == 0) {
                turns.add(Forger.OfFrame.WITHOUT_MAC);
                turns.add(Forger.OfFrame.OF_A_STRANGER);
                turns.add(Forger.OfFrame.NAMELESS);
                turns.add(Forger.OfFrame.REPLAYED);
            }
        }
        return turns;
    }

    /** With the right MAC, and of a format that nobody knows: in quarantine it shows that all before it was met. */
    private void awaitMarkers(Connection bus, TestNodes.Ends keys) throws Exception {
        for (String receiver : RECEIVERS) {
            String from = receiver.equals("central") ? "ship1" : "central";
            publish(
                    bus,
                    keys.seal(new WireMessage(
                            receiver + ".ack.link.control", Map.of("f", from, "v", "99"), new byte[0])));
            markers.merge(receiver, 1L, Long::sum);
        }
        bus.flush(SOON);
        for (String receiver : RECEIVERS) {
            long wanted = markers.getOrDefault(receiver, 0L);
            Await.until(
                    "%s has met all before marker %d, seed %d".formatted(receiver, wanted, seed),
                    SOON,
                    () -> quarantined(receiver) >= wanted);
        }
    }

    private long quarantined(String receiver) throws Exception {
        Path store = receiver.equals("central")
                ? folder.resolve("station/ledger.db")
                : installation.agentFolder(receiver).resolve("journal.db");
        try (var connection = DriverManager.getConnection("jdbc:sqlite:file:" + store + "?mode=ro");
                var rows = connection
                        .createStatement()
                        .executeQuery("SELECT coalesce(max(position), 0) FROM quarantine")) {
            return rows.getLong(1);
        }
    }

    private static void publish(Connection bus, WireMessage message) {
        var headers = new Headers();
        message.headers().forEach((name, value) -> headers.put(name, value));
        bus.publish(message.subject(), headers, message.body());
    }

    private void awaitTold(String node, String text) throws Exception {
        Await.until("%s tells: %s seed %d".formatted(node, text, seed), SOON, () -> {
            for (JsonObject event : installation
                    .get("events?limit=500&node=" + node)
                    .orElseThrow()
                    .objects("events", 500)) {
                if (event.text("text").startsWith(text)) {
                    return true;
                }
            }
            return false;
        });
    }
}
