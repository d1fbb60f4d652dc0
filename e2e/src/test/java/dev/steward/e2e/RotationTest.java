// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.CommandId;
import dev.steward.message.broker.Credentials;
import io.nats.client.Nats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node gets other keys while it works. */
class RotationTest {
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final Duration REFUSED_WITHIN = Duration.ofSeconds(5);

    @TempDir
    Path folder;

    private Installation installation = new Installation(Path.of(""));
    private Witness witness;
    private final List<CommandId> ordered = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        installation = Installation.secured(folder);
        installation.startStation();
        installation.startAgentAndWait("ship1");
        witness = Witness.in(folder);
        witness.allowAll();
    }

    @AfterEach
    void stop() throws Exception {
        installation.close();
    }

    @Test
    void whatIsOrderedMeanwhileRunsOnceAndTheFormerLoginIsGoodNoMore() throws Exception {
        Credentials former = login();
        assertThat(canLogIn(former)).isTrue();
        order(20);
        Machine.Result rotated = rotate();
        assertThat(rotated.exit()).as(rotated.err()).isZero();
        assertThat(rotated.err()).contains("as record 2", "the former ones are good no more");
        order(20);

        awaitEnds(List.of("succeeded"));
        assertThat(login().key().key()).isNotEqualTo(former.key().key());
        Await.until("the former login is shut out", SOON, () -> !canLogIn(former));
        assertThat(canLogIn(login())).isTrue();

        installation.kill("ship1");
        installation.startAgentAndWait("ship1");
        assertThat(rotate().err()).contains("as record 3");
        order(5);
        awaitEnds(List.of("succeeded"));
    }

    @Test
    void killedAtAnyMomentOfARotationNodeAndStationComeBackAndNothingIsLost() throws Exception {
        var random = new Random(11);
        try (ExecutorService background = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 6; round++) {
                order(5);
                Future<Machine.Result> rotation = background.submit(this::rotate);
                int moment = random.nextInt(1_800);
                if (rotation.isDone() || !endsWithin(rotation, moment)) {
                    kill(round % 2 == 0 ? "ship1" : "station");
                }
                rotation.get(2, TimeUnit.MINUTES);
                installation.awaitReachable("ship1", true);
            }
        }
        Machine.Result last = rotate();
        assertThat(last.exit()).as(last.err()).isZero();
        awaitEnds(List.of("succeeded", "interrupted"));
        assertThat(installation.states().get("succeeded")).isGreaterThan(ordered.size() / 2);
    }

    private static boolean endsWithin(Future<Machine.Result> rotation, int millis) throws Exception {
        try {
            rotation.get(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (java.util.concurrent.TimeoutException e) {
            return false;
        }
    }

    private void kill(String name) throws Exception {
        installation.kill(name);
        if (name.equals("station")) {
            installation.startStation();
        } else {
            installation.startAgent(name);
        }
    }

    private void order(int commands) throws Exception {
        for (int i = 0; i < commands; i++) {
            ordered.add(installation.order(witness.command(ordered.size() + 1, "0"), false, "ship1"));
        }
    }

    /** None is lost, and none has run twice; only what a kill has met may be interrupted, and be said to be. */
    private void awaitEnds(List<String> possible) throws Exception {
        Await.until(
                "all ended",
                SOON,
                () -> possible.containsAll(installation.states().keySet()));
        for (int i = 1; i <= ordered.size(); i++) {
            boolean succeeded = installation.state(ordered.get(i - 1), "ship1").equals("succeeded");
            assertThat(witness.starts(i)).as("starts of " + i).isBetween(succeeded ? 1 : 0, 1);
        }
    }

    private Machine.Result rotate() throws Exception {
        return Machine.cli(installation.environment(), "node", "rotate", "ship1", "--wait", "20s");
    }

    private Credentials login() throws Exception {
        Path file = installation.agentFolder("ship1").resolve("broker.creds");
        return Credentials.parse(Files.readString(file), file.toString());
    }

    private boolean canLogIn(Credentials login) throws Exception {
        var options = installation
                .securedBroker()
                .options(login)
                .connectionTimeout(REFUSED_WITHIN)
                .build();
        try {
            Nats.connect(options).close(); // a refusal is noticed at the timeout
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
