// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The line of an agent, or of the station, goes dead for 20 seconds without a word (half-open), or is cut again and
 * again, in the middle of commands. Each command appends a line to a file of its own: a witness of its starts.
 */
class LinkFaultsTest {
    private static final Duration STALL = Duration.ofSeconds(20);
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final Set<String> OPEN = Set.of("queued", "received", "running");

    /** Three heartbeats of two seconds, and what a busy machine adds. */
    private static final Duration NOTICED = Duration.ofSeconds(12);

    @TempDir
    Path folder;

    private Path witness = Path.of("");
    private Installation installation = new Installation(Path.of(""));
    private final List<LinkProxy> proxies = new ArrayList<>();
    private final List<Document.Command> ordered = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        witness = Files.createDirectory(folder.resolve("witness"));
        installation = new Installation(folder);
        installation.startBroker();
    }

    @AfterEach
    void stop() throws Exception {
        for (LinkProxy proxy : proxies) {
            proxy.heal(); // so that a last word gets through
        }
        installation.close();
        for (LinkProxy proxy : proxies) {
            proxy.close();
        }
    }

    @Test
    void anAgentWhoseLineStallsIsUnreachableAndLosesNothing() throws Exception {
        installation.startStation();
        LinkProxy proxy = proxy();
        startAgent("--broker", proxy.url());
        stallAmidstCommands(proxy);
        // By the hellos that were missing alone: the connection was never given up.
        assertThat(Files.readString(folder.resolve("ship1.log"))).doesNotContain("trying again");
    }

    @Test
    void anAgentThatTestsItsConnectionMakesANewOneAndLosesNothing() throws Exception {
        installation.startStation();
        LinkProxy proxy = proxy();
        startAgent("--broker", proxy.url(), "--ping-interval", "2s");
        stallAmidstCommands(proxy);
        // Two pings without an answer, so the connection was given up while the line was dead.
        assertThat(Files.readString(folder.resolve("ship1.log"))).contains("trying again");
    }

    @Test
    void aStationWhoseLineStallsMissesItsNodesAndLosesNothing() throws Exception {
        LinkProxy proxy = proxy();
        installation.startStation("--broker", proxy.url());
        startAgent();
        stallAmidstCommands(proxy);
    }

    @Test
    void aLineThatIsCutEveryFewSecondsLosesNothing() throws Exception {
        installation.startStation();
        LinkProxy proxy = proxy();
        startAgent("--broker", proxy.url());
        cutAgainAndAgain(proxy);
    }

    @Test
    void theStationsLineThatIsCutEveryFewSecondsLosesNothing() throws Exception {
        LinkProxy proxy = proxy();
        installation.startStation("--broker", proxy.url());
        startAgent();
        cutAgainAndAgain(proxy);
    }

    @Test
    void outputThatStreamsWhenTheLineStallsArrivesWhole() throws Exception {
        installation.startStation();
        LinkProxy proxy = proxy();
        startAgent("--broker", proxy.url());
        Path stream = folder.resolve("stream");
        CommandId id = installation.order(
                "i=0; while [ $i -lt 2000 ]; do echo line $i | tee -a %s; i=$((i+1)); sleep 0.005; done"
                        .formatted(stream),
                false,
                "ship1");
        Await.until(
                "output is on its way",
                SOON,
                () -> installation.execution(id, "ship1").text("stdout").contains("line 50\n"));

        proxy.stall();
        installation.awaitReachable("ship1", false);
        assertThat(installation.state(id, "ship1")).isEqualTo("running");
        int written = Files.readAllLines(stream).size();
        Await.until(
                "it goes on without the line",
                SOON,
                () -> Files.readAllLines(stream).size() > written);
        proxy.heal();

        installation.awaitState(id, "ship1", "succeeded");
        Await.until(
                "all of its output",
                SOON,
                () -> installation.execution(id, "ship1").bool("outputComplete"));
        assertThat(installation.execution(id, "ship1").text("stdout")).isEqualTo(Files.readString(stream));
    }

    private void stallAmidstCommands(LinkProxy proxy) throws Exception {
        CommandId longOne = order("x", 1, "sleep 30").getFirst();
        order("before", 300, "sleep 0.2");
        awaitWorkUnderWay();

        Map<String, Long> before = installation.states();
        proxy.stall();
        long stalledAt = System.nanoTime();
        System.out.printf("stalled with %s, %d started by the witness%n", before, starts());
        assertThat(before.getOrDefault("queued", 0L) + before.getOrDefault("received", 0L))
                .as("waiting at the stall")
                .isGreaterThanOrEqualTo(50);
        assertThat(before.getOrDefault("running", 0L))
                .as("running at the stall")
                .isPositive();

        installation.awaitReachable("ship1", false);
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - stalledAt);
        assertThat(seconds).as("until it was noticed, s").isLessThanOrEqualTo(NOTICED.toSeconds());
        List<CommandId> during = order("during", 50, "true");
        while (System.nanoTime() - stalledAt < STALL.toNanos()) {
            assertThat(installation.state(during.getFirst(), "ship1")).isEqualTo("queued");
            LockSupport.parkNanos(200_000_000);
        }
        assertThat(installation.state(longOne, "ship1")).isEqualTo("running");

        proxy.heal();
        long healedAt = System.nanoTime();
        installation.awaitReachable("ship1", true);
        System.out.printf(
                "noticed after %d s, reachable %d ms after it healed%n",
                seconds, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - healedAt));
        awaitEndOfAll();
    }

    private void cutAgainAndAgain(LinkProxy proxy) throws Exception {
        order("cut", 400, "sleep 0.1");
        awaitWorkUnderWay();
        for (int i = 0; i < 5; i++) {
            System.out.printf("cut with %s, %d started by the witness%n", installation.states(), starts());
            proxy.cut();
            int more = starts() + 30;
            List<CommandId> next = order("after" + i, 5, "true");
            Await.until("work goes on", SOON, () -> starts() >= more);
            Await.until(
                    "orders get through between two cuts",
                    SOON,
                    () -> !installation.state(next.getLast(), "ship1").equals("queued"));
        }
        awaitEndOfAll();
    }

    private LinkProxy proxy() throws Exception {
        var proxy = new LinkProxy(installation.brokerPort());
        proxies.add(proxy);
        return proxy;
    }

    private void startAgent(String... more) throws Exception {
        var arguments = new ArrayList<>(List.of("--concurrency", "shellcommand.operatingsystem=4"));
        arguments.addAll(List.of(more));
        installation.startAgentAndWait("ship1", arguments.toArray(new String[0]));
    }

    private List<CommandId> order(String name, int count, String work) throws Exception {
        var documents = new ArrayList<Document.Command>();
        for (int i = 0; i < count; i++) {
            documents.add(Installation.document(
                    "echo x >> %s/%s-%d; %s; echo hi".formatted(witness, name, i, work), false, "ship1"));
        }
        ordered.addAll(documents);
        installation.order(documents);
        return documents.stream().map(Document.Command::id).toList();
    }

    private void awaitWorkUnderWay() throws Exception {
        Await.until("30 have started", SOON, () -> starts() >= 30);
    }

    /** Every command has succeeded, and has started once. */
    private void awaitEndOfAll() throws Exception {
        Await.until(
                "all have ended",
                Duration.ofMinutes(3),
                () -> installation.states().keySet().stream().noneMatch(OPEN::contains));
        assertThat(installation.states()).isEqualTo(Map.of("succeeded", (long) ordered.size()));
        assertThat(starts()).isEqualTo(ordered.size());
        try (var files = Files.list(witness)) {
            for (Path file : files.toList()) {
                assertThat(Files.readAllLines(file))
                        .as("starts of %s", file.getFileName())
                        .hasSize(1);
            }
        }
    }

    private int starts() throws Exception {
        try (var files = Files.list(witness)) {
            return (int) files.count();
        }
    }
}
