// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A thousand commands on one node, and one of the parts killed with -9 in the middle of them, twenty times. When is
 * drawn from a seed; {@code -Dsteward.seed=N} draws the same again.
 */
class CrashTest {
    private static final int COMMANDS = 1000;
    private static final int CONCURRENCY = 4;
    private static final int KILLS = 20;
    private static final int KILLS_OF_TWO = 5;
    private static final int COMMANDS_OF_TWO = 400;
    private static final int STARTS_A_KILL = 45; // 20 of these leave 100 waiting
    private static final int WAITING_AT_LEAST = 50;
    private static final int LONGEST_DELAY_MS = 300;
    private static final Set<String> OPEN = Set.of("queued", "received", "running");
    private static final String[] AGENT = {"--concurrency", "shellcommand.operatingsystem=" + CONCURRENCY};

    @TempDir
    Path folder;

    private final long seed = Long.getLong("steward.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Document.Command> documents = new ArrayList<>();
    private final Set<Integer> cutShort = new HashSet<>(); // or ended: by the death of an agent
    private Witness witness = new Witness(Path.of(""));
    private Installation installation = new Installation(Path.of(""));

    @BeforeEach
    void start() throws Exception {
        System.out.println("seed " + seed);
        witness = Witness.in(folder);
        installation = new Installation(folder);
        installation.startBroker();
        installation.startStation();
        installation.startAgentAndWait("ship1", AGENT);
    }

    @AfterEach
    void stop() throws Exception {
        witness.allowAll(); // what still waits for its turn must not outlive the test
        installation.close();
    }

    @Test
    void aKilledAgentLosesNothingAndRunsNothingTwice() throws Exception {
        orderAndKill(COMMANDS, KILLS, () -> installation.startAgent("ship1", AGENT), "ship1");

        checkInterrupted(KILLS);
    }

    @Test
    void aKilledStationLosesNothingAndRunsNothingTwice() throws Exception {
        orderAndKill(COMMANDS, KILLS, installation::startStation, "station");

        checkInterrupted(0);
    }

    @Test
    void aKilledBrokerWhoseStoreIsWipedLosesNothingAndRunsNothingTwice() throws Exception {
        orderAndKill(COMMANDS, KILLS, this::startEmptyBroker, "broker");

        checkInterrupted(0);
    }

    @Test
    void anAgentAndItsBrokerKilledInTheSameMomentLoseNothingAndRunNothingTwice() throws Exception {
        orderAndKill(
                COMMANDS_OF_TWO,
                KILLS_OF_TWO,
                () -> {
                    startEmptyBroker();
                    installation.startAgent("ship1", AGENT);
                },
                "broker",
                "ship1");

        checkInterrupted(KILLS_OF_TWO);
    }

    private void startEmptyBroker() throws Exception {
        installation.wipeBroker();
        installation.startBroker();
    }

    private interface Restart {
        void run() throws Exception;
    }

    private void orderAndKill(int commands, int kills, Restart restart, String... victims) throws Exception {
        for (int i = 0; i < commands; i++) {
            String seconds = "0." + (2 + random.nextInt(4));
            documents.add(Installation.document(witness.command(i, seconds), false, "ship1"));
        }
        installation.order(documents);
        for (int kill = 1; kill <= kills; kill++) {
            int started = witness.started().size();
            // However slow the restart was, work is left for the kills to come.
            witness.allow(kill * STARTS_A_KILL);
            int wanted = Math.min(kill * STARTS_A_KILL, started + 1 + random.nextInt(STARTS_A_KILL / 2));
            Await.until(
                    wanted + " have started, seed " + seed,
                    Duration.ofMinutes(2),
                    () -> witness.started().size() >= wanted);
            Map<String, Long> said = installation.states();
            int delay = random.nextInt(LONGEST_DELAY_MS);
            long moment = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delay);
            Await.until(
                    "its moment has come and one runs, seed " + seed,
                    Duration.ofMinutes(1),
                    () -> System.nanoTime() - moment >= 0 && !running().isEmpty());
            kill("kill %d of %d, seed %d".formatted(kill, kills, seed), said, delay, victims);
            restart.run();
            if (List.of(victims).contains("ship1")) {
                cutShort.addAll(witness.started()); // the new agent has hardly begun to start itself
            }
        }
        witness.allowAll();
        Await.until(
                "all have ended, seed " + seed,
                Duration.ofMinutes(3),
                () -> installation.states().keySet().stream().noneMatch(OPEN::contains));
        checkWitness();
    }

    /**
     * Both counts are of the kill's own moment, by the witness: what had started before it and had not ended after it ran,
     * and what has not started after it waited.
     */
    private void kill(String which, Map<String, Long> said, int delay, String... victims) throws Exception {
        Set<Integer> running = running();
        for (String victim : victims) {
            installation.process(victim).destroyForcibly();
        }
        Set<Integer> ended = witness.ended();
        int waiting = documents.size() - witness.started().size();
        running.removeAll(ended);
        System.out.printf(
                "%s: %s, %d ms or more after the ledger said %s; by the witness %d waited, %d ran, %d were done%n",
                which, String.join(" and ", victims), delay, said, waiting, running.size(), ended.size());
        assertThat(waiting).as("waiting at " + which).isGreaterThanOrEqualTo(WAITING_AT_LEAST);
        assertThat(running).as("running at " + which).isNotEmpty();
        for (String victim : victims) {
            installation.kill(victim); // waits for its end
        }
    }

    /** What has started under the present agent and not ended. */
    private Set<Integer> running() throws Exception {
        Set<Integer> running = witness.started();
        running.removeAll(cutShort);
        running.removeAll(witness.ended());
        return running;
    }

    /** Only what ran at a kill of its agent can have been interrupted. */
    private void checkInterrupted(int killsOfAgent) throws Exception {
        Map<String, Long> states = installation.states();
        System.out.printf("seed %d: %s%n", seed, states);
        assertThat(states.keySet()).as("seed %d", seed).isSubsetOf("succeeded", "interrupted");
        assertThat(states.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(documents.size());
        assertThat(states.getOrDefault("interrupted", 0L))
                .as("interrupted, seed %d", seed)
                .isLessThanOrEqualTo((long) killsOfAgent * CONCURRENCY);
    }

    private void checkWitness() throws Exception {
        var states = new ArrayList<String>();
        for (int i = 0; i < documents.size(); i++) {
            CommandId id = documents.get(i).id();
            String state = installation.state(id, "ship1");
            int starts = witness.starts(i);
            if (state.equals("succeeded") ? starts != 1 : starts > 1) {
                states.add("%s %s, started %d times".formatted(id, state, starts));
            }
        }
        assertThat(states).as("seed %d", seed).isEmpty();
        Set<Integer> endedUnstarted = new HashSet<>(witness.ended());
        endedUnstarted.removeAll(witness.started());
        assertThat(endedUnstarted).as("seed %d", seed).isEmpty();
    }
}
