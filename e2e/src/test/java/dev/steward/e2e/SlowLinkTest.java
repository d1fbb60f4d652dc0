// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent behind 64 kbit/s and 800 ms there and back, with commands that were ordered while it was away. Every fifth
 * writes 256 KiB, which the link carries in half a minute: output fills the link from the first seconds to long after
 * the last outcome.
 */
class SlowLinkTest {
    private static final int BYTES_PER_SECOND = 8_000;
    private static final Duration ONE_WAY = Duration.ofMillis(400);
    private static final int MEASURED = 20;
    private static final Set<String> OPEN = Set.of("queued", "received", "running");

    @TempDir
    Path folder;

    private Installation installation = new Installation(Path.of(""));
    private LinkProxy proxy;
    private int unreachable;
    private long maxRssKib;

    SlowLinkTest() throws Exception {
        proxy = new LinkProxy(installation.brokerPort());
    }

    @BeforeEach
    void start() throws Exception {
        proxy.close();
        installation = new Installation(folder);
        proxy = new LinkProxy(installation.brokerPort());
        installation.startBroker();
        installation.startStation();
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close(); // first, so that the agent's last words need not cross it
        installation.close();
    }

    @Test
    void outcomesDoNotWaitBehindTenMegabytesOfOutput() throws Exception {
        waitingCommandsEnd(200);
    }

    @Test
    @Tag("soak")
    void outcomesDoNotWaitBehindAHundredMegabytesOfOutput() throws Exception {
        waitingCommandsEnd(2000);
    }

    private void waitingCommandsEnd(int commands) throws Exception {
        Path witness = Files.createDirectory(folder.resolve("witness"));
        startAgent();
        long bytesPerCommand = measureOneCommand(witness);
        installation.stop("ship1");
        installation.awaitReachable("ship1", false);

        var documents = new ArrayList<Document.Command>();
        Path pid = folder.resolve("pid");
        Document.Command sleeping =
                Installation.document("echo $$ > %s; exec sleep 1000".formatted(pid), false, "ship1");
        documents.add(sleeping);
        for (int i = 1; i < commands; i++) {
            String loud = i % 5 == 0 ? "; head -c 262144 /dev/urandom" : "";
            documents.add(Installation.document("echo x >> %s/%d%s".formatted(witness, i, loud), false, "ship1"));
        }
        installation.order(documents);

        proxy.shape(BYTES_PER_SECOND, ONE_WAY);
        long up = proxy.bytesToServer();
        long down = proxy.bytesToClient();
        long began = System.nanoTime();
        startAgent();
        long toReachable = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        int half = commands / 2;
        long atHalf = awaitWatching("half have ended", () -> ended(installation.states()) >= half + MEASURED);
        long stopped = cancel(sleeping.id(), pid);
        awaitWatching("all have ended", () -> ended(installation.states()) == commands + MEASURED);
        long atEnd = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) - toReachable;
        long ownMillis = commands * bytesPerCommand * 1000 / BYTES_PER_SECOND;
        System.out.printf(
                "%d commands: reachable after %d ms, then half of the outcomes after %d ms, all after %d ms (their own bytes need %d ms at %d a command); up %d, down %d bytes%n",
                commands,
                toReachable,
                atHalf,
                atEnd,
                ownMillis,
                bytesPerCommand,
                proxy.bytesToServer() - up,
                proxy.bytesToClient() - down);

        // Output alone has the link now.
        CommandId late = installation.order("echo late", false, "ship1");
        long lateMillis = awaitWatching("the late command", () -> isAt(late, "succeeded"));
        Files.delete(pid);
        CommandId second = installation.order("echo $$ > %s; exec sleep 1000".formatted(pid), false, "ship1");
        awaitWatching("it runs", () -> isAt(second, "running"));
        long secondStopped = cancel(second, pid);
        long confirmed = awaitWatching("the word of it", () -> isAt(second, "canceled"));
        System.out.printf(
                "stopped in the middle after %d ms; late command after %d ms, its cancel after %d ms, known %d ms later; unreachable %d times; agent at most %d KiB%n",
                stopped, lateMillis, secondStopped, confirmed, unreachable, maxRssKib);

        assertThat(installation.states()).isEqualTo(Map.of("succeeded", (long) commands + MEASURED, "canceled", 2L));
        for (int i = 1; i < commands; i++) {
            assertThat(Files.readAllLines(witness.resolve(Integer.toString(i))))
                    .as("starts of %d", i)
                    .hasSize(1);
        }
        assertThat(unreachable).as("times the node was not reachable").isZero();
        assertThat(conversations()).as("conversations since it is back").isEqualTo(2);
        assertThat(atEnd).as("all outcomes, ms").isLessThan(2 * ownMillis + 10_000);
        assertThat(List.of(stopped, lateMillis, secondStopped, confirmed))
                .as("what is urgent, ms")
                .allMatch(millis -> millis < 15_000);
        assertThat(maxRssKib).as("the agent's memory, KiB").isLessThan(200 * 1024);
    }

    private void startAgent() throws Exception {
        installation.startAgent("ship1", "--broker", proxy.url(), "--concurrency", "shellcommand.operatingsystem=4");
        installation.awaitReachable("ship1", true);
    }

    /** The bytes that one command takes in the direction that carries more of them. */
    private long measureOneCommand(Path witness) throws Exception {
        long up = proxy.bytesToServer();
        long down = proxy.bytesToClient();
        for (int i = 0; i < MEASURED; i++) {
            CommandId id = installation.order("echo x >> %s/m%d".formatted(witness, i), false, "ship1");
            Await.until("one command", Duration.ofSeconds(30), () -> isAt(id, "succeeded"));
        }
        up = (proxy.bytesToServer() - up) / MEASURED;
        down = (proxy.bytesToClient() - down) / MEASURED;
        System.out.printf("one command: %d bytes up, %d down%n", up, down);
        return Math.max(up, down);
    }

    /** Cancels a command by hand; returns the milliseconds until its process is gone. */
    private long cancel(CommandId id, Path pid) throws Exception {
        String process = Files.readString(pid).strip();
        long start = System.nanoTime();
        Machine.Result result = Machine.cli(installation.environment(), "cancel", id.toString(), "--wait", "1s");
        assertThat(result.exit()).as(result.err()).isIn(0, 3); // 3: still without an answer
        Await.until("it is stopped", Duration.ofMinutes(2), () -> !Machine.isRunning(process));
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    private boolean isAt(CommandId id, String state) throws Exception {
        return installation.state(id, "ship1").equals(state);
    }

    private static long ended(Map<String, Long> states) {
        return states.entrySet().stream()
                .filter(entry -> !OPEN.contains(entry.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** Waits and looks at the node and its agent meanwhile; returns the milliseconds it took. */
    private long awaitWatching(String what, Callable<Boolean> condition) throws Exception {
        long start = System.nanoTime();
        Await.until(what, Duration.ofMinutes(40), () -> {
            JsonObject node = installation.knownNodes().getFirst();
            if (!node.bool("reachable")) {
                unreachable++;
                installation.awaitReachable("ship1", true);
            }
            maxRssKib = Math.max(maxRssKib, rssKib());
            return condition.call();
        });
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    private long rssKib() throws Exception {
        String status = Files.readString(
                Path.of("/proc", Long.toString(installation.process("ship1").pid()), "status"));
        return status.lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }

    private long conversations() throws Exception {
        try (var lines = Files.lines(folder.resolve("ship1.log"))) {
            return lines.filter(line -> line.contains("is there, generation")).count();
        }
    }
}
