// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.bus.AccountUpdates;
import dev.steward.bus.Bus;
import dev.steward.bus.BusListener;
import dev.steward.bus.BusSettings;
import dev.steward.bus.Mailbox;
import dev.steward.bus.NatsBus;
import dev.steward.message.CommandId;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.WireMessage;
import dev.steward.message.broker.BrokerKeys;
import dev.steward.message.broker.BrokerLogin;
import dev.steward.message.broker.Credentials;
import dev.steward.message.broker.Role;
import dev.steward.message.signing.Ed25519;
import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.Subscription;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What whoever connects to the broker can do there, by the credentials that he has. */
class BrokerPermissionsTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration NOTICED = Duration.ofSeconds(6);
    private static final int FLOOD = 50_000;
    private static final String MAILBOX = "mailbox-central";

    /** Every request of JetStream's API, in all its forms, and what else begins with a dollar. */
    private static final List<String> SERVER_SUBJECTS = Stream.of(
                    "$JS.API.INFO",
                    "$JS.API.STREAM.CREATE.S",
                    "$JS.API.STREAM.CREATE.mine",
                    "$JS.API.STREAM.UPDATE.S",
                    "$JS.API.STREAM.NAMES",
                    "$JS.API.STREAM.LIST",
                    "$JS.API.STREAM.INFO.S",
                    "$JS.API.STREAM.DELETE.S",
                    "$JS.API.STREAM.PURGE.S",
                    "$JS.API.STREAM.SNAPSHOT.S",
                    "$JS.API.STREAM.RESTORE.S",
                    "$JS.API.STREAM.MSG.GET.S",
                    "$JS.API.STREAM.MSG.DELETE.S",
                    "$JS.API.STREAM.PEER.REMOVE.S",
                    "$JS.API.STREAM.LEADER.STEPDOWN.S",
                    "$JS.API.DIRECT.GET.S",
                    "$JS.API.DIRECT.GET.S.central.event.hello.steward",
                    "$JS.API.CONSUMER.CREATE.S",
                    "$JS.API.CONSUMER.CREATE.S.thief",
                    "$JS.API.CONSUMER.CREATE.S.thief.central.>",
                    "$JS.API.CONSUMER.DURABLE.CREATE.S.thief",
                    "$JS.API.CONSUMER.NAMES.S",
                    "$JS.API.CONSUMER.LIST.S",
                    "$JS.API.CONSUMER.INFO.S.thief",
                    "$JS.API.CONSUMER.DELETE.S.thief",
                    "$JS.API.CONSUMER.PAUSE.S.thief",
                    "$JS.API.CONSUMER.RESET.S.thief",
                    "$JS.API.CONSUMER.UNPIN.S.thief",
                    "$JS.API.CONSUMER.MSG.NEXT.S.thief",
                    "$JS.API.CONSUMER.LEADER.STEPDOWN.S.thief",
                    "$JS.API.META.LEADER.STEPDOWN",
                    "$JS.API.SERVER.REMOVE",
                    "$JS.API.ACCOUNT.PURGE.A",
                    "$JS.API.ACCOUNT.STREAM.MOVE.A.S",
                    "$JS.API.ACCOUNT.STREAM.CANCEL_MOVE.A.S",
                    "$JS.ACK.S.thief.1.1.1.1.0",
                    "$JS.FC.S.thief.x",
                    "$JS.EVENT.ADVISORY.API",
                    "$SYS.REQ.CLAIMS.UPDATE",
                    "$SYS.REQ.CLAIMS.DELETE",
                    "$SYS.REQ.USER.INFO",
                    "$SYS.REQ.SERVER.PING",
                    "$SYS.REQ.ACCOUNT.PING.CONNZ",
                    "$KV.S.x",
                    "$O.S.x")
            .map(subject -> subject.replace(".S", "." + MAILBOX))
            .toList();

    /** As steward has them, to others and to the station, and in forms that it does not use. */
    private static final List<String> OTHERS_SUBJECTS = List.of(
            "ship2.command.shellcommand.operatingsystem",
            "ship2.command.cancel.steward",
            "ship2.command.operators.steward",
            "ship2.event.hello.steward",
            "ship2.ack.link.control",
            "ship1.command.shellcommand.operatingsystem",
            "ship1.ack.link.control",
            "central.command.shellcommand.operatingsystem",
            "central.event",
            "central.event.hello",
            "central.event.hello.steward.more",
            "central.ack",
            "central",
            "enroll-01a20914-1c6b-784c-a61d-eaee97ef98f9.ack.enroll.steward",
            "_INBOX.central.x",
            "_INBOX.ship2.x",
            "_INBOX.ship1.x",
            "anything");

    private static final List<String> OTHERS_SUBSCRIPTIONS = List.of(
            ">",
            "*.>",
            "*.command.>",
            "*.*.*.*",
            "ship2.>",
            "ship2.command.shellcommand.operatingsystem",
            "central.>",
            "central.event.hello.steward",
            "_INBOX.>",
            "_INBOX.central.>",
            "_INBOX.ship1.>",
            "$JS.>",
            "$JS.EVENT.>",
            "$SYS.>",
            "$SYS.ACCOUNT.*.CONNECT");

    @TempDir
    static Path folder;

    private static SecuredBroker broker;
    private static Bus station;

    @BeforeAll
    static void start() throws Exception {
        broker = new SecuredBroker(folder);
        station = station(broker, new LinkedBlockingQueue<>());
    }

    @AfterAll
    static void stop() throws Exception {
        station.close();
        broker.close();
    }

    private static BrokerLogin stationLogin(SecuredBroker broker, Role role) {
        return broker.login(broker.keys().stationCredentials(role, Instant.now()));
    }

    /** The station's own bus; it makes the mailbox, with no more than the station may. */
    private static Bus station(SecuredBroker broker, BlockingQueue<WireMessage> heard) throws Exception {
        var connected = new CountDownLatch(1);
        Bus bus = NatsBus.station(
                BusSettings.of(broker.url(), "central", Optional.of(stationLogin(broker, Role.STATION))),
                Optional.of(stationLogin(broker, Role.MAILBOX)),
                new Mailbox(NodeName.CENTRAL, 1 << 28, incarnation -> 0),
                new BusListener() {
                    @Override
                    public void connected() {
                        connected.countDown();
                    }

                    @Override
                    public void disconnected(String why) {}

                    @Override
                    public void message(WireMessage message, long position) {
                        if (new String(message.body(), StandardCharsets.UTF_8).startsWith("with ")) {
                            heard.add(message); // and not what other tests have left
                        }
                    }
                });
        assertThat(connected.await(30, TimeUnit.SECONDS)).isTrue();
        return bus;
    }

    /** A plain client that notes what the broker forbids it. */
    private static final class Client implements AutoCloseable, ErrorListener {
        private final BlockingQueue<String> errors = new LinkedBlockingQueue<>();
        private final Connection connection;

        Client(Credentials credentials) throws Exception {
            this.connection =
                    Nats.connect(broker.options(credentials).errorListener(this).build());
        }

        @Override
        public void errorOccurred(Connection from, String error) {
            errors.add(error);
        }

        /** Whether each of these ends in a refusal that names it. */
        void assertForbidden(String what, List<String> subjects, Action action) throws Exception {
            errors.clear();
            for (String subject : subjects) {
                action.apply(subject);
            }
            connection.flush(SOON);
            var refused = new ArrayList<String>();
            for (int i = 0; i < subjects.size(); i++) {
                String error = errors.poll(5, TimeUnit.SECONDS);
                refused.add(String.valueOf(error));
            }
            for (String subject : subjects) {
                assertThat(refused)
                        .as("%s %s", what, subject)
                        .anyMatch(error -> error.toLowerCase(java.util.Locale.ROOT)
                                .contains("permissions violation for %s to \"%s\""
                                        .formatted(what, subject)
                                        .toLowerCase(java.util.Locale.ROOT)));
            }
        }

        @Override
        public void close() throws Exception {
            connection.close();
        }
    }

    private interface Action {
        void apply(String subject) throws Exception;
    }

    @Test
    void whoeverHasNoCredentialsGetsNowhere() throws Exception {
        var plain = new Options.Builder().noReconnect().connectionTimeout(Duration.ofSeconds(3));
        assertThatThrownBy(() -> Nats.connect(
                        plain.server("nats://127.0.0.1:" + broker.port()).build()))
                .isInstanceOf(java.io.IOException.class);
        Credentials ship1 = broker.node("ship1");
        Credentials thief = new Credentials(Optional.empty(), Ed25519.generate());
        BrokerKeys others = BrokerKeys.generate(
                Instant.now(), NodeName.CENTRAL, broker.keys().authority());
        assertRefused(
                thief,
                thief.with(ship1.token().orElseThrow()), // heard of it, and has not the key
                thief.with(others.token(Role.NODE, "ship1", thief.key().key(), Instant.now(), Optional.empty())),
                thief.with(broker.keys()
                        .token(
                                Role.NODE,
                                "ship1",
                                thief.key().key(),
                                Instant.now().minusSeconds(100),
                                Optional.of(Instant.now().minusSeconds(10)))));
        broker.connect(ship1).close();
    }

    @Test
    void aNodeHearsWhatIsForItselfAndNothingElse() throws Exception {
        try (var ship1 = new Client(broker.node("ship1"))) {
            ship1.assertForbidden("subscription", OTHERS_SUBSCRIPTIONS, ship1.connection::subscribe);
            ship1.assertForbidden(
                    "subscription", List.of("ship2.>"), subject -> ship1.connection.subscribe(subject, "queue"));
        }
        try (var ship1 = new Client(broker.node("ship1"))) {
            Subscription own = ship1.connection.subscribe("ship1.>");
            ship1.connection.flush(SOON);
            station.publish(message("ship2.command.shellcommand.operatingsystem"));
            station.publish(message("ship1.command.shellcommand.operatingsystem"));
            assertThat(own.nextMessage(SOON).getSubject()).isEqualTo("ship1.command.shellcommand.operatingsystem");
            assertThat(ship1.errors).isEmpty();
        }
    }

    @Test
    void aNodeSpeaksToItsStationAndToNobodyElse() throws Exception {
        try (var ship1 = new Client(broker.node("ship1"));
                var ship2 = new Client(broker.node("ship2"))) {
            Subscription atShip2 = ship2.connection.subscribe("ship2.>");
            ship2.connection.flush(SOON);
            ship1.assertForbidden(
                    "publish", OTHERS_SUBJECTS, subject -> ship1.connection.publish(subject, new byte[0]));
            ship1.assertForbidden(
                    "publish", SERVER_SUBJECTS, subject -> ship1.connection.publish(subject, new byte[0]));

            station.publish(message("ship2.event.marker.steward")); // nothing came before it
            assertThat(atShip2.nextMessage(SOON).getSubject()).isEqualTo("ship2.event.marker.steward");
        }
    }

    @Test
    void aReplySubjectReachesNobodyInANodesName() throws Exception {
        BlockingQueue<WireMessage> heard = new LinkedBlockingQueue<>();
        station.close();
        station = station(broker, heard);
        try (var ship1 = new Client(broker.node("ship1"));
                var ship2 = new Client(broker.node("ship2"))) {
            Subscription atShip2 = ship2.connection.subscribe("ship2.>");
            ship2.connection.flush(SOON);
            List<String> replies = Stream.concat(SERVER_SUBJECTS.stream(), OTHERS_SUBJECTS.stream())
                    .filter(subject -> !subject.contains(">")) // which no reply can be
                    .filter(subject -> !subject.startsWith("$JS.ACK.")) // which the server itself drops
                    .toList();
            for (String reply : replies) {
                ship1.connection.publish("central.event.hello.steward", reply, bytes("with " + reply));
            }
            ship1.connection.flush(SOON);

            for (String reply : replies) { // each arrives, and the mailbox is as it was
                WireMessage message = heard.poll(30, TimeUnit.SECONDS);
                assertThat(message).isNotNull();
                assertThat(message.body()).isEqualTo(bytes("with " + reply));
            }
            station.publish(message("ship2.event.marker.steward"));
            assertThat(atShip2.nextMessage(SOON).getSubject()).isEqualTo("ship2.event.marker.steward");
            assertThat(ship1.errors).isEmpty();
        }
    }

    @Test
    void whoeverHasATokenAsksAndHearsHisAnswerAndNothingElse() throws Exception {
        CommandId id = CommandId.create(Instant.now(), new SecureRandom());
        Ed25519 key = Ed25519.generate();
        String name = Role.nameOf(id);
        var credentials = new Credentials(
                Optional.of(broker.keys()
                        .token(
                                Role.TOKEN,
                                name,
                                key.key(),
                                Instant.now(),
                                Optional.of(Instant.now().plusSeconds(3600)))),
                key);
        try (var machine = new Client(credentials)) {
            var forbidden = new ArrayList<>(OTHERS_SUBJECTS);
            forbidden.addAll(List.of("central.event.hello.steward", "central.ack.link.control", name + ".ack.x.y"));
            machine.assertForbidden("publish", forbidden, subject -> machine.connection.publish(subject, new byte[0]));
            machine.assertForbidden(
                    "publish", SERVER_SUBJECTS, subject -> machine.connection.publish(subject, new byte[0]));
            machine.assertForbidden("subscription", OTHERS_SUBSCRIPTIONS, machine.connection::subscribe);
        }
        try (var machine = new Client(credentials)) {
            Subscription answers = machine.connection.subscribe(name + ".>");
            machine.connection.publish("central.event.enroll.steward", bytes("request"));
            machine.connection.flush(SOON);
            station.publish(message(name + ".ack.enroll.steward"));
            assertThat(answers.nextMessage(SOON)).isNotNull();
            assertThat(machine.errors).isEmpty();
        }
    }

    @Test
    void theAnswersOfAFloodedServerReachNobodyInANodesName(@TempDir Path other) throws Exception {
        try (var small = new SecuredBroker(other, settings -> settings.replace("200000", "20"));
                Bus own = station(small, new LinkedBlockingQueue<>());
                Connection ship1 = small.connect(small.node("ship1"));
                Connection ship2 = small.connect(small.node("ship2"))) {
            Subscription atShip2 = ship2.subscribe("ship2.>");
            ship2.flush(SOON);
            for (int i = 0; i < FLOOD; i++) {
                ship1.publish("central.event.hello.steward", "ship2.command.shellcommand.operatingsystem", new byte[1]);
            }
            ship1.flush(SOON);
            assertThat(waitingIn(small)).isLessThan(FLOOD); // it was flooded, and has dropped some
            own.publish(message("ship2.event.marker.steward"));
            assertThat(atShip2.nextMessage(SOON).getSubject()).isEqualTo("ship2.event.marker.steward");
        }
    }

    private static long waitingIn(SecuredBroker broker) throws Exception {
        Credentials reading = broker.keys().stationCredentials(Role.MAILBOX, Instant.now());
        try (Connection station = Nats.connect(
                broker.options(reading).inboxPrefix("_INBOX.central.").build())) {
            return station.jetStreamManagement()
                    .getStreamInfo(MAILBOX)
                    .getStreamState()
                    .getMsgCount();
        }
    }

    @Test
    void aNodeMaySubscribeAFewTimesAndSendNothingLargerThanAFrame() throws Exception {
        try (var ship1 = new Client(broker.node("ship1"))) {
            for (int i = 0; i < 10; i++) {
                ship1.connection.subscribe("ship1.ack.link.x" + i);
            }
            ship1.connection.flush(SOON);
            assertThat(ship1.errors.poll(5, TimeUnit.SECONDS)).containsIgnoringCase("maximum subscriptions");
        }
        try (var ship1 = new Client(broker.node("ship1"))) {
            ship1.connection.publish("central.event.hello.steward", new byte[Limits.FRAME_BYTES]);
            ship1.connection.flush(SOON);
            assertThat(ship1.errors).isEmpty();
            assertThatThrownBy(
                            () -> // of what the server has told the client
                            ship1.connection.publish("central.event.hello.steward", new byte[700 * 1024]))
                    .hasMessageContaining(String.valueOf(Limits.FRAME_BYTES + 16 * 1024));
        }
    }

    @Test
    void whoIsShutOutIsCutOffAtOnceAndStaysOutWhenTheBrokerComesBack() throws Exception {
        Credentials ship3 = broker.node("ship3");
        Credentials ship4 = broker.node("ship4");
        try (Connection there = broker.connect(ship3);
                Connection other = broker.connect(ship4)) {
            assertThat(shutOut(ship3, Instant.now())).isEqualTo(1);

            Await.until("ship3 is cut off", SOON, () -> there.getStatus() == Connection.Status.CLOSED);
            assertThat(other.getStatus()).isEqualTo(Connection.Status.CONNECTED);
            assertRefused(ship3);
        }

        broker.restart(); // its configuration has the account's first token
        assertRefused(ship3);
        broker.connect(ship4).close();
    }

    @Test
    void whoWasShutOutStaysOutWhateverAStationKnowsThatComesLaterAndWhateverItsClockSays() throws Exception {
        Credentials ship5 = broker.node("ship5"); // issued now, and revoked by a clock that is late
        Credentials ship6 = broker.node("ship6");
        shutOut(ship5, Instant.now().minus(Duration.ofDays(1)));
        int known = shutOut(ship6, Instant.now());

        assertThat(AccountUpdates.send(system(), broker.keys(), Map.of(), Instant.now())) // from an older ledger
                .isEqualTo(known);
        assertRefused(ship5, ship6);
    }

    private static int shutOut(Credentials credentials, Instant now) throws Exception {
        return AccountUpdates.send(
                system(), broker.keys(), Map.of(credentials.key().key(), BrokerKeys.FOR_EVER), now);
    }

    private static BusSettings system() {
        return BusSettings.of(
                broker.url(), "central", Optional.of(broker.login(broker.keys().updateCredentials(Instant.now()))));
    }

    /** The client library takes its whole timeout to notice, so all at once. */
    private static void assertRefused(Credentials... bad) throws Exception {
        var attempts = new ArrayList<Future<Connection>>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Credentials each : bad) {
                attempts.add(executor.submit(() -> Nats.connect(
                        broker.options(each).connectionTimeout(NOTICED).build())));
            }
        }
        for (Future<Connection> attempt : attempts) {
            assertThatThrownBy(attempt::get).hasStackTraceContaining("Authorization Violation");
        }
    }

    private static WireMessage message(String subject) {
        return new WireMessage(subject, Map.of(), bytes("x"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
