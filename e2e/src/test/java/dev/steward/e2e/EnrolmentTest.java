// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.agent.enrolment.NodeKeys;
import dev.steward.message.CommandId;
import dev.steward.message.NodeName;
import dev.steward.message.WireMessage;
import dev.steward.message.seal.Seal;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Subscription;
import io.nats.client.impl.Headers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a machine becomes a node and is one no more, and what whoever else is on the bus can say in its name. */
class EnrolmentTest {
    private static final Duration SOON = Duration.ofMinutes(1);

    @TempDir
    static Path folder;

    private static Installation installation;

    @BeforeAll
    static void start() throws Exception {
        installation = new Installation(folder);
        installation.startBroker();
        installation.startStation();
        installation.startAgentAndWait("ship1");
        installation.startAgentAndWait("ship2");
    }

    @AfterAll
    static void stop() throws Exception {
        installation.close();
    }

    @Test
    void aMachineJoinsWithTwoCommandsAndAnApprovalAndIsShutOutByOneMore() throws Exception {
        String token = cli("token", "create").out().strip();
        var ship4 = new Newcomer(folder, "ship4", token);
        String fingerprint = ship4.awaitFingerprint();

        assertThat(requestsWithin(Duration.ofSeconds(5))).isBetween(1, 4); // it waits, and does not insist
        assertThat(cli("node", "pending").out()).contains("ship4").contains(fingerprint);
        assertThat(cli("node", "approve", "ship4", "--fingerprint", "SHA256:" + "A".repeat(43))
                        .exit())
                .isNotZero();
        Machine.Result approved = cli("node", "approve", "ship4", "--fingerprint", fingerprint);
        assertThat(approved.exit()).as(approved.err()).isZero();
        ship4.awaitEnrolled();

        Process agent = ship4.startAgent(folder.resolve("ship4.log"));
        try {
            installation.awaitReachable("ship4", true);
            Machine.Result run = cli("run", "--on", "ship4", "--", "echo", "joined");
            assertThat(run.out()).as(run.err()).contains("joined");

            assertThat(cli("node", "revoke", "ship4", "--yes").exit()).isZero();
            installation.awaitReachable("ship4", false);
            assertThat(cli("run", "--on", "ship4", "--", "echo", "still").err()).contains("ship4");
            Await.until(
                    "the station tells of it",
                    SOON,
                    () -> cli("events").out().contains("messages refused, revoked sender"));
            assertThat(agent.isAlive()).isTrue();
        } finally {
            Machine.kill(agent);
        }
        Machine.Result again = Machine.cli(
                Map.of(),
                "agent",
                "enroll",
                token,
                "--data",
                folder.resolve("thief").toString(),
                "--name",
                "ship5");
        assertThat(again.exit()).isEqualTo(1);
        assertThat(again.err()).contains("another machine has used the token");
    }

    @Test
    void whatEnrolmentMakesIsItsOwnersAlone() throws Exception {
        for (String file : List.of("identity", "link.key", "broker.creds", "enrolment.json")) {
            assertThat(Files.getPosixFilePermissions(
                            installation.agentFolder("ship1").resolve(file)))
                    .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        }
    }

    @Test
    void whoeverElseIsOnTheBusEndsNoCommandInANodesName() throws Exception {
        try (Connection bus = Nats.connect(installation.brokerUrl())) {
            Subscription all = bus.subscribe("central.>");
            bus.flush(SOON);
            CommandId ended = installation.order("echo template", false, "ship1");
            installation.awaitState(ended, "ship1", "succeeded");
            List<WireMessage> outcomes = frames(all).stream()
                    .filter(frame -> frame.subject().startsWith("central.ack.shellcommand"))
                    .toList();
            assertThat(outcomes).isNotEmpty();
            CommandId running = installation.order("exec sleep 1000", false, "ship1");
            installation.awaitState(running, "ship1", "running");
            WireMessage latest = frames(all).getLast();
            Seal ship2 = installation.nodes.seal("ship2");

            for (int ahead = 1; ahead <= 3; ahead++) { // the very next message of ship1, as far as anybody can tell
                for (WireMessage outcome : outcomes) {
                    WireMessage forged = saying(outcome, ended, running, latest, ahead);
                    publish(bus, forged); // with the MAC of what it was made from
                    publish(bus, without(forged, Seal.HEADER));
                    publish(bus, ship2.seal(forged));
                }
            }
            bus.flush(SOON);
            Await.until(
                    "the station tells of it",
                    SOON,
                    () -> cli("events").out().contains("messages refused, wrong mac")
                            && cli("events").out().contains("messages refused, no mac"));

            CommandId after = installation.order("echo after", false, "ship2");
            installation.awaitState(after, "ship2", "succeeded");
            assertThat(installation.state(running, "ship1")).isEqualTo("running");
            assertThat(cli("cancel", running.toString()).exit()).isZero();
            installation.awaitState(running, "ship1", "canceled");
        }
    }

    @Test
    void whoeverElseIsOnTheBusCutsNoNodeOffFromItsStation() throws Exception {
        try (Connection bus = Nats.connect(installation.brokerUrl())) {
            Subscription all = bus.subscribe(">");
            bus.flush(SOON);
            CommandId id = installation.order("echo before", false, "ship1");
            installation.awaitState(id, "ship1", "succeeded");
            for (WireMessage frame : frames(all)) {
                publish(bus, with(frame, "g", "4000000000000")); // a station of a far higher generation
                publish(bus, with(frame, "s", "vvvvvvvvvvvvv"));
                publish(bus, with(frame, "n", "999"));
                publish(bus, frame); // and as it was
            }
            bus.flush(SOON);
            CommandId after = installation.order("echo after", false, "ship1");
            installation.awaitState(after, "ship1", "succeeded");
        }
        assertThat(Files.readString(folder.resolve("ship1.log"))).contains("messages refused, wrong mac");
    }

    @Test
    void aFolderWithOthersKeysSpeaksForNobody() throws Exception {
        Path data = folder.resolve("changed");
        Folders.copyFiles(installation.agentFolder("ship2"), data);
        NodeKeys.in(installation.agentFolder("ship1")).orElseThrow().write(data, new NodeName("ship2"));
        Machine.Result started = Machine.cli(Map.of(), "agent", "--data", data.toString());
        assertThat(started.exit()).isEqualTo(2);
        assertThat(started.err()).contains("are not those that were let in as ship2");
    }

    private static int requestsWithin(Duration time) throws Exception {
        try (Connection bus = Nats.connect(installation.brokerUrl())) {
            Subscription requests = bus.subscribe("central.event.enroll.steward");
            int count = 0;
            long end = System.nanoTime() + time.toNanos();
            for (long left = time.toMillis(); left > 0; left = (end - System.nanoTime()) / 1_000_000) {
                if (requests.nextMessage(left) != null) {
                    count++;
                }
            }
            return count;
        }
    }

    /** An outcome of one command, made into one of another in the conversation as it stands. */
    private static WireMessage saying(
            WireMessage outcome, CommandId of, CommandId instead, WireMessage latest, int ahead) {
        var headers = new LinkedHashMap<>(outcome.headers());
        for (String name : List.of("s", "t", "g", "c")) {
            if (latest.headers().containsKey(name)) {
                headers.put(name, latest.headers().get(name));
            }
        }
        headers.put("n", Long.toString(Long.parseLong(latest.headers().getOrDefault("n", "1")) + ahead));
        headers.put("i", Long.toString(1_000 + ahead));
        String body = new String(outcome.body(), StandardCharsets.UTF_8).replace(of.toString(), instead.toString());
        return new WireMessage(outcome.subject(), headers, body.getBytes(StandardCharsets.UTF_8));
    }

    private static List<WireMessage> frames(Subscription subscription) throws InterruptedException {
        var frames = new ArrayList<WireMessage>();
        for (Message next = subscription.nextMessage(200); next != null; next = subscription.nextMessage(200)) {
            var headers = new LinkedHashMap<String, String>();
            if (next.hasHeaders()) {
                next.getHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
            }
            if (headers.containsKey("s")) {
                frames.add(new WireMessage(next.getSubject(), headers, next.getData()));
            }
        }
        return frames;
    }

    private static WireMessage with(WireMessage message, String name, String value) {
        var headers = new LinkedHashMap<>(message.headers());
        headers.put(name, value);
        return new WireMessage(message.subject(), headers, message.body());
    }

    private static WireMessage without(WireMessage message, String name) {
        var headers = new LinkedHashMap<>(message.headers());
        headers.remove(name);
        return new WireMessage(message.subject(), headers, message.body());
    }

    private static void publish(Connection bus, WireMessage message) {
        var headers = new Headers();
        message.headers().forEach((name, value) -> headers.put(name, value));
        bus.publish(message.subject(), headers, message.body());
    }

    private static Machine.Result cli(String... arguments) throws Exception {
        return Machine.cli(installation.environment(), arguments);
    }
}
