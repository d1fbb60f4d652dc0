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
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A thousand commands on one node, and one of the parts killed with -9 in the middle of them, several times. Each
 * command appends a line to a file of its own: a witness of its starts that is outside every store.
 */
class CrashTest {
    private static final int COMMANDS = 1000;
    private static final int KILLS = 3;
    private static final Set<String> OPEN = Set.of("queued", "received", "running");

    @TempDir
    Path folder;

    private final long seed = Long.getLong("steward.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Document.Command> documents = new ArrayList<>();
    private Path witness = Path.of("");
    private Installation installation = new Installation(Path.of(""));

    @BeforeEach
    void start() throws Exception {
        witness = Files.createDirectory(folder.resolve("witness"));
        installation = new Installation(folder);
        installation.startBroker();
        installation.startStation();
        installation.startAgentAndWait("ship1", "--concurrency", "shellcommand.operatingsystem=4");
        for (int i = 0; i < COMMANDS; i++) {
            documents.add(
                    Installation.document("echo x >> %s/%d; sleep 0.1; echo hi".formatted(witness, i), false, "ship1"));
        }
    }

    @AfterEach
    void stop() throws Exception {
        installation.close();
    }

    @Test
    void aKilledAgentLosesNothingAndRunsNothingTwice() throws Exception {
        orderAndKill("agent", () -> {
            installation.kill("ship1");
            installation.startAgent("ship1", "--concurrency", "shellcommand.operatingsystem=4");
        });

        Map<String, Long> states = installation.states();
        assertThat(states.keySet()).isSubsetOf("succeeded", "interrupted");
        // Only what ran at a kill can have been interrupted.
        assertThat(states.getOrDefault("interrupted", 0L)).isLessThanOrEqualTo(KILLS * 4L);
        checkWitness();
    }

    @Test
    void aKilledStationLosesNothingAndRunsNothingTwice() throws Exception {
        orderAndKill("station", () -> {
            installation.kill("station");
            installation.startStation();
        });

        assertThat(installation.states()).isEqualTo(Map.of("succeeded", (long) COMMANDS));
        checkWitness();
    }

    @Test
    void aKilledBrokerWhoseStoreIsWipedLosesNothingAndRunsNothingTwice() throws Exception {
        orderAndKill("broker", () -> {
            installation.kill("broker");
            installation.wipeBroker();
            installation.startBroker();
        });

        assertThat(installation.states()).isEqualTo(Map.of("succeeded", (long) COMMANDS));
        checkWitness();
    }

    private interface Kill {
        void run() throws Exception;
    }

    private void orderAndKill(String what, Kill kill) throws Exception {
        installation.order(documents);
        int started = 0;
        for (int i = 0; i < KILLS; i++) {
            int after = started + 20 + random.nextInt(80); // low enough that work is left at each kill
            Await.until(after + " have started", Duration.ofMinutes(2), () -> starts() >= after);
            Map<String, Long> before = installation.states();
            kill.run();
            started = starts();
            System.out.printf(
                    "seed %d: %s killed with %s in the ledger, %d started by the witness%n",
                    seed, what, before, started);
            long waiting = before.getOrDefault("queued", 0L) + before.getOrDefault("received", 0L);
            assertThat(waiting).as("waiting at the kill").isGreaterThanOrEqualTo(50);
            assertThat(before.getOrDefault("running", 0L))
                    .as("running at the kill")
                    .isPositive();
        }
        Await.until(
                "all have ended, seed " + seed,
                Duration.ofMinutes(3),
                () -> installation.states().keySet().stream().noneMatch(OPEN::contains));
        assertThat(installation.states().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(COMMANDS);
    }

    private int starts() throws Exception {
        try (Stream<Path> files = Files.list(witness)) {
            return (int) files.count();
        }
    }

    private void checkWitness() throws Exception {
        for (int i = 0; i < COMMANDS; i++) {
            Path file = witness.resolve(Integer.toString(i));
            CommandId id = documents.get(i).id();
            int starts = Files.exists(file) ? Files.readAllLines(file).size() : 0;
            String state = installation.state(id, "ship1");
            if (state.equals("succeeded")) {
                assertThat(starts)
                        .as("starts of %s, which succeeded, seed %d", id, seed)
                        .isEqualTo(1);
            } else {
                assertThat(starts)
                        .as("starts of %s, %s, seed %d", id, state, seed)
                        .isLessThanOrEqualTo(1);
            }
        }
    }
}
