// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.json.JsonObject;
import dev.steward.station.ledger.Ledger;
import dev.steward.store.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A station whose ledger comes back as an older copy, or not at all, while its nodes have gone on. */
class RestoreTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private Installation installation = new Installation(Path.of(""));

    @BeforeEach
    void start() throws Exception {
        installation = new Installation(folder);
        installation.startBroker();
        installation.startStation();
        installation.startAgentAndWait("ship1");
        installation.startAgentAndWait("ship2");
    }

    @AfterEach
    void stop() throws Exception {
        installation.close();
    }

    @Test
    void aLedgerFromAnOlderCopyIsToldAgainWhatHasHappenedAndNothingRunsTwice() throws Exception {
        // At the moment of the copy: ended, running, waiting, canceled but not yet told to its node, and not yet sent.
        CommandId ended = order("ship1", "ended", "echo was here");
        installation.awaitState(ended, "ship1", "succeeded");
        CommandId running = order("ship1", "running", until("gate1") + "; echo through");
        CommandId waiting = order("ship1", "waiting", "echo then");
        CommandId stopped = order("ship2", "stopped", "exec sleep 1000");
        CommandId canceled = order("ship2", "canceled", "echo never");
        installation.awaitState(running, "ship1", "running");
        installation.awaitState(waiting, "ship1", "received");
        installation.awaitState(stopped, "ship2", "running");
        awaitStart("stopped");
        installation.awaitState(canceled, "ship2", "received");
        installation.kill("ship2");
        Machine.Result cancel =
                Machine.cli(installation.environment(), "cancel", "--wait", "100ms", canceled.toString());
        assertThat(cancel.exit()).as(cancel.err()).isEqualTo(3); // accepted, and waiting for its node
        CommandId queued = order("ship2", "queued", "echo late");
        installation.kill("station");
        Path copy = folder.resolve("copy");
        Folders.copyFiles(stationFolder(), copy);

        installation.startStation();
        installation.startAgentAndWait("ship2");
        Files.createFile(folder.resolve("gate1"));
        installation.awaitState(running, "ship1", "succeeded");
        installation.awaitState(waiting, "ship1", "succeeded");
        installation.awaitState(stopped, "ship2", "interrupted");
        installation.awaitState(canceled, "ship2", "canceled");
        installation.awaitState(queued, "ship2", "succeeded");
        Document.Command lostEnded = document("lostEnded", "echo lost and found");
        Document.Command lostRunning = document("lostRunning", until("gate2"));
        Document.Command lostWaiting = document("lostWaiting", "echo at last");
        installation.order(List.of(lostEnded, lostRunning, lostWaiting));
        installation.awaitState(lostEnded.id(), "ship1", "succeeded");
        installation.awaitState(lostRunning.id(), "ship1", "running");
        installation.awaitState(lostWaiting.id(), "ship1", "received");
        installation.kill("station");
        Folders.deleteFiles(stationFolder());
        Folders.copyFiles(copy, stationFolder());
        installation.startStation();

        installation.awaitState(running, "ship1", "succeeded");
        installation.awaitState(waiting, "ship1", "succeeded");
        installation.awaitState(stopped, "ship2", "interrupted");
        installation.awaitState(canceled, "ship2", "canceled");
        installation.awaitState(queued, "ship2", "succeeded");
        assertThat(installation.state(ended, "ship1")).isEqualTo("succeeded");
        assertThat(stdout(ended, "ship1")).isEqualTo("was here\n");
        assertThat(stdout(waiting, "ship1")).isEqualTo("then\n");
        assertThat(stdout(queued, "ship2")).isEqualTo("late\n");

        // What the ledger has lost goes on at the node, and what the node says of it is kept.
        assertThat(installation.get("commands/" + lostRunning.id())).isEmpty();
        Files.createFile(folder.resolve("gate2"));
        awaitEvent("ship1", lostRunning.id() + ", which is not in the ledger: succeeded");
        awaitEvent("ship1", lostWaiting.id() + ", which is not in the ledger: succeeded");
        installation.order(List.of(lostEnded, lostRunning, lostWaiting));
        for (Document.Command lost : List.of(lostEnded, lostRunning, lostWaiting)) {
            installation.awaitState(lost.id(), "ship1", "succeeded");
        }
        assertThat(stdout(lostEnded.id(), "ship1")).isEqualTo("lost and found\n");

        expectNewOrdersToRun();
        for (String once : List.of(
                "ended", "running", "waiting", "stopped", "queued", "lostEnded", "lostRunning", "lostWaiting")) {
            assertThat(starts(once)).as(once).isEqualTo(1);
        }
        assertThat(starts("canceled")).isZero();
    }

    @Test
    void aDeletedLedgerMeetsItsNodesAnewAndNothingRunsTwice() throws Exception {
        Document.Command ended = document("ended", "echo was here");
        Document.Command running = document("running", until("gate"));
        Document.Command waiting = document("waiting", "echo then");
        installation.order(List.of(ended, running, waiting));
        installation.awaitState(ended.id(), "ship1", "succeeded");
        installation.awaitState(running.id(), "ship1", "running");
        installation.awaitState(waiting.id(), "ship1", "received");
        CommandId stopped = order("ship2", "stopped", "exec sleep 1000");
        CommandId found = order("ship2", "found", "echo found in the journal");
        installation.awaitState(stopped, "ship2", "running");
        awaitStart("stopped");
        installation.awaitState(found, "ship2", "received");

        installation.kill("station");
        installation.kill("ship2");
        Folders.deleteFiles(stationFolder());
        installation.startStation();
        installation.awaitReachable("ship1", true);
        installation.startAgentAndWait("ship2");

        assertThat(installation.states()).isEmpty();
        awaitEvent("ship2", stopped + ", which is not in the ledger: interrupted");
        awaitEvent("ship2", found + ", which is not in the ledger: succeeded");
        Files.createFile(folder.resolve("gate"));
        awaitEvent("ship1", running.id() + ", which is not in the ledger: succeeded");
        awaitEvent("ship1", waiting.id() + ", which is not in the ledger: succeeded");

        installation.order(List.of(ended, running, waiting));
        for (Document.Command again : List.of(ended, running, waiting)) {
            installation.awaitState(again.id(), "ship1", "succeeded");
        }
        assertThat(stdout(ended.id(), "ship1")).isEqualTo("was here\n");
        expectNewOrdersToRun();
        for (String once : List.of("ended", "running", "waiting", "stopped", "found")) {
            assertThat(starts(once)).as(once).isEqualTo(1);
        }
    }

    /** The generation goes by the clock, which was a year ahead when the ledger that is lost was in use. */
    @Test
    void aStationThatIsRefusedForItsGenerationSaysSoAndIsObeyedAfterItsNextStart() throws Exception {
        installation.stop("station");
        Path copy = folder.resolve("copy");
        Folders.copyFiles(stationFolder(), copy);
        try (Ledger ledger = Ledger.open(stationFolder())) {
            ledger.begin();
            ledger.raiseGeneration(Instant.now().plus(Duration.ofDays(365)));
            ledger.commit();
        }
        installation.startStation();
        installation.awaitReachable("ship1", true);
        long high = generation();
        installation.kill("station");
        Folders.deleteFiles(stationFolder());
        Folders.copyFiles(copy, stationFolder());
        installation.startStation();

        CommandId id = order("ship1", "refused", "echo hi");
        String word = "obeys a station of generation %d and refuses this one, of %d".formatted(high, generation());
        awaitEvent("ship1", word);
        assertThat(log("station")).contains(word).contains("start this station again");
        Await.until("the node says so", SOON, () -> log("ship1").contains("generation %d has spoken".formatted(high)));
        assertThat(installation.state(id, "ship1")).isEqualTo("queued");
        assertThat(generation()).as("two stations must not overbid each other").isLessThan(high);

        installation.kill("station");
        installation.startStation();
        assertThat(generation()).isGreaterThan(high);
        installation.awaitState(id, "ship1", "succeeded");
        expectNewOrdersToRun();
        assertThat(starts("refused")).isEqualTo(1);
    }

    private void expectNewOrdersToRun() throws Exception {
        for (String node : List.of("ship1", "ship2")) {
            CommandId id = order(node, "new-" + node, "echo new");
            installation.awaitState(id, node, "succeeded");
            assertThat(starts("new-" + node)).isEqualTo(1);
        }
    }

    private CommandId order(String node, String name, String work) throws Exception {
        return installation.order(line(name, work), false, node);
    }

    private Document.Command document(String name, String work) {
        return Installation.document(line(name, work), false, "ship1");
    }

    /** Appends a line to a file of its own, a witness of its starts that is outside every store. */
    private String line(String name, String work) {
        return "echo x >> %s; %s".formatted(folder.resolve(name + ".starts"), work);
    }

    private String until(String gate) {
        return "until [ -e %s ]; do sleep 0.1; done".formatted(folder.resolve(gate));
    }

    private int starts(String name) throws IOException {
        Path file = folder.resolve(name + ".starts");
        return Files.exists(file) ? Files.readAllLines(file).size() : 0;
    }

    /** What runs may have yet to write its first line. */
    private void awaitStart(String name) throws Exception {
        Await.until(name + " has started", SOON, () -> starts(name) == 1);
    }

    private Path stationFolder() {
        return folder.resolve("station");
    }

    private String log(String process) throws IOException {
        return Files.readString(folder.resolve(process + ".log"));
    }

    private long generation() throws Exception {
        JsonObject version = installation.get("version").orElseThrow();
        return version.integer("generation", 1, Long.MAX_VALUE);
    }

    private String stdout(CommandId id, String node) throws Exception {
        return installation.execution(id, node).text("stdout");
    }

    private void awaitEvent(String node, String text) throws Exception {
        Database ledger = Database.openReadOnly(stationFolder().resolve("ledger.db"));
        try {
            Await.until(
                    "event of %s: %s".formatted(node, text),
                    SOON,
                    () -> !ledger.query(
                                    "SELECT 1 FROM event WHERE node = ? AND instr(text, ?) > 0",
                                    row -> true,
                                    node,
                                    text)
                            .isEmpty());
        } finally {
            ledger.close();
        }
    }
}
