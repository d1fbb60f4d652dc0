// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.Ack;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.NodeName;
import dev.steward.message.OperatorList;
import dev.steward.message.Subject;
import dev.steward.message.Target;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.Signer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * The test holds the station's ledger, and writes into it what it likes; the operator's key it does not hold. Witness is a
 * file to which each command adds its line.
 */
class TakenOverStationTest {
    private static final Ed25519 EVE = Ed25519.generate();

    @TempDir
    static Path folder;

    private static Installation installation;
    private static int made;
    private static long list;
    private static final List<OperatorList.Operator> revoked = new ArrayList<>();

    private Ed25519 bob;
    private Path witness;

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

    @BeforeEach
    void newWitness(TestInfo test) {
        bob = Ed25519.generate(); // revoked for ever in each
        witness = folder.resolve(test.getTestMethod().orElseThrow().getName());
    }

    @Test
    void itMakesNoNodeRunWhatNoOperatorHasSignedForIt() throws Exception {
        installation.stop("ship1");
        var genuine = new LinkedHashMap<CommandId, String>(); // and what its node says of what came in its place
        var forged = new LinkedHashMap<CommandId, byte[]>();
        for (String how : List.of("argument", "deadline", "target", "issuer", "unsigned", "other fleet", "garbled")) {
            Document.Command document = document("ship1", how);
            installation.order(List.of(document));
            forged.put(document.id(), forged(how, document));
            genuine.put(document.id(), how);
        }
        CommandId untouched = order("ship1", "untouched");
        CommandId elsewhere = order("ship2", "ship2 only");
        installation.awaitState(elsewhere, "ship2", "succeeded");
        installation.stop("station");
        for (Map.Entry<CommandId, byte[]> entry : forged.entrySet()) {
            assertThat(write(
                            "UPDATE outbox SET body = ? WHERE peer = 'ship1' AND id = (SELECT message_id FROM execution WHERE command = ?)",
                            entry.getValue(),
                            entry.getKey().toString()))
                    .isEqualTo(1);
        }
        installation.startStation();
        installation.startAgentAndWait("ship1");

        installation.awaitState(untouched, "ship1", "succeeded");
        for (CommandId id : genuine.keySet()) {
            installation.awaitState(id, "ship1", "rejected");
        }
        assertThat(reason(genuine, "argument")).contains("signature: it is not anna's");
        assertThat(reason(genuine, "deadline")).contains("signature: it is not anna's");
        assertThat(reason(genuine, "target")).contains("signature: it is not anna's");
        assertThat(reason(genuine, "issuer")).contains("is no operator's key here");
        assertThat(reason(genuine, "unsigned")).contains("not signed");
        assertThat(reason(genuine, "other fleet")).contains("fleet: the document is for the fleet ffff");
        assertThat(Files.readAllLines(witness)).containsExactly("ship2 only", "untouched");
    }

    @Test
    void itCancelsNothingAndLiftsNoRevocation() throws Exception {
        publish(bob(Optional.empty()));
        CommandId running =
                installation.order("echo running >> %s; exec sleep 1000".formatted(witness), false, "ship1");
        installation.awaitState(running, "ship1", "running");
        publish(bob(Optional.of(Instant.now())));
        Await.until(
                "no list on its way, which would take the forged ones' place",
                Duration.ofMinutes(1),
                () -> listsInOutbox() == 0);
        installation.stop("station");
        OperatorList lifting = list(EVE, list + 1, bob(Optional.empty()));
        put(Subject.cancel(new NodeName("ship1")), TestOperator.sign(cancel(EVE, running), EVE));
        put(
                Subject.cancel(new NodeName("ship1")),
                new SignedDocument(
                                cancel(TestOperator.KEY, running).encode(),
                                SignedDocument.sign(document("ship1", "other"), TestOperator.KEY)
                                        .signatures())
                        .encode());
        put(Subject.operators(new NodeName("ship1")), TestOperator.sign(lifting, EVE));
        put(
                Subject.operators(new NodeName("ship1")),
                TestOperator.sign(list(TestOperator.KEY, 1, bob(Optional.empty()))));
        put(
                Subject.command(new NodeName("ship1"), "shellcommand", "operatingsystem"),
                TestOperator.sign(by(bob, document("ship1", "bob")), bob));
        installation.startStation();
        installation.awaitReachable("ship1", true);

        CommandId after = installation.order("echo after >> " + witness, false, "ship2");
        installation.awaitState(after, "ship2", "succeeded");
        awaitEvents(
                "is no operator's key here",
                "it is not anna's",
                "the list of operators %d is refused: signature".formatted(list + 1),
                "the list of operators 1 is refused: number");
        assertThat(installation.state(running, "ship1")).isEqualTo("running");
        assertThat(Files.readAllLines(witness)).containsExactly("running", "after");

        byte[] genuine = TestOperator.sign(cancel(TestOperator.KEY, running));
        assertThat(installation.offer(List.of(genuine), "commands/" + running + "/cancel"))
                .isTrue();
        installation.awaitState(running, "ship1", "canceled");
    }

    @Test
    void whoIsRevokedWhileANodeIsAwayRunsNothingThereWhenItComesBack() throws Exception {
        publish(bob(Optional.empty()));
        installation.stop("ship1");
        Document.Command bobs = by(bob, document("ship1", "bob"));
        assertThat(installation.offer(List.of(TestOperator.sign(bobs, bob)), "commands"))
                .isTrue();
        publish(bob(Optional.of(Instant.now())));
        assertThat(installation.offer(
                        List.of(TestOperator.sign(by(bob, document("ship2", "bob again")), bob)), "commands"))
                .isFalse();
        installation.startAgentAndWait("ship1");

        installation.awaitState(bobs.id(), "ship1", "rejected");
        assertThat(installation.execution(bobs.id(), "ship1").text("reason"))
                .contains("key: bob's key")
                .contains("was revoked");
        assertThat(witness).doesNotExist();
    }

    @Test
    void itCannotHandWhatWasOrderedForOneMachineToAnother() throws Exception {
        NodeName ship1 = new NodeName("ship1");
        NodeName ship2 = new NodeName("ship2");
        Document.Command named = document("ship1", "for ship1");
        installation.stop("station");
        put(Subject.command(ship2, "shellcommand", "operatingsystem"), TestOperator.sign(named)); // as it was ordered
        // The machine is called ship1 by the station, and was when it was approved; another one is meant by who signs.
        Target meant = new Target(ship1, Ed25519.generate().key().id());
        Document.Command retargeted = Installation.document("echo retargeted >> " + witness, false, List.of(meant));
        put(Subject.command(ship1, "shellcommand", "operatingsystem"), TestOperator.sign(retargeted));
        installation.startStation();
        installation.awaitReachable("ship1", true);
        installation.awaitReachable("ship2", true);

        assertThat(installation.offer(List.of(retargeted))).isFalse(); // an honest one would say so at once
        installation.awaitState(order("ship1", "genuine"), "ship1", "succeeded");
        installation.awaitState(order("ship2", "genuine"), "ship2", "succeeded");
        assertThat(rejected("ship1", retargeted.id()))
                .startsWith(
                        "target: the document is for another machine that is called ship1, with the key " + meant.key())
                .contains(TestNodes.target("ship1").key().value());
        assertThat(rejected("ship2", named.id())).isEqualTo("target: the document is not for this node, ship2");
        assertThat(Files.readAllLines(witness)).containsExactly("genuine", "genuine");
    }

    @Test
    void aMachineThatGetsAnothersNameRunsNothingThatWasOrderedForThatOne() throws Exception {
        installation.startAgentAndWait("ship3");
        installation.stop("ship3");
        Document.Command waiting = document("ship3", "for the former");
        installation.order(List.of(waiting));
        installation.replace("ship3");
        installation.startAgentAndWait("ship3");

        installation.awaitState(waiting.id(), "ship3", "rejected");
        assertThat(installation.execution(waiting.id(), "ship3").text("reason"))
                .startsWith("target: the document is for another machine that is called ship3, with the key "
                        + TestNodes.target("ship3").key());
        assertThat(installation.offer(List.of(document("ship3", "for the former too"))))
                .isFalse();
        Document.Command fresh = Installation.document(
                "echo for the present >> " + witness, false, List.of(installation.nodes.present("ship3")));
        installation.order(List.of(fresh));
        installation.awaitState(fresh.id(), "ship3", "succeeded");
        assertThat(Files.readAllLines(witness)).containsExactly("for the present");
    }

    /** What a node's own journal says of a command that its station knows nothing of. */
    private static String rejected(String node, CommandId command) throws Exception {
        try (var journal = DriverManager.getConnection(
                        "jdbc:sqlite:" + installation.agentFolder(node).resolve("journal.db"));
                var statement = journal.prepareStatement("SELECT state, finished FROM execution WHERE id = ?")) {
            statement.setString(1, command.toString());
            var rows = statement.executeQuery();
            assertThat(rows.next()).isTrue();
            assertThat(rows.getString(1)).isEqualTo("rejected");
            return ((Ack.Finished) Ack.decode(rows.getBytes(2)))
                    .outcome()
                    .reason()
                    .orElseThrow();
        }
    }

    /** What a station could write in the place of what was ordered, with the signatures that it has. */
    private byte[] forged(String how, Document.Command genuine) throws Exception {
        List<SignedDocument.Signature> signatures =
                SignedDocument.sign(genuine, TestOperator.KEY).signatures();
        String text = new String(genuine.encode(), StandardCharsets.UTF_8);
        String other = switch (how) {
            case "argument" -> text.replace("echo ", "echo forged ");
            case "deadline" -> text.replaceFirst("\"startBefore\":\"20", "\"startBefore\":\"21");
            case "target" -> text.replace("\"node\":\"ship1\"", "\"node\":\"ship2\"");
            case "other fleet" -> text.replace(TestOperator.FLEET.value(), "f".repeat(32));
            default -> text;
        };
        byte[] bytes = other.getBytes(StandardCharsets.UTF_8);
        return switch (how) {
            case "issuer" -> TestOperator.sign(by(EVE, genuine), EVE);
            case "unsigned" -> genuine.encode();
            case "garbled" -> new byte[] {'{', '}', '\n'};
            default -> new SignedDocument(bytes, signatures).encode();
        };
    }

    private String reason(Map<CommandId, String> genuine, String how) throws Exception {
        for (Map.Entry<CommandId, String> entry : genuine.entrySet()) {
            if (entry.getValue().equals(how)) {
                return installation.execution(entry.getKey(), "ship1").text("reason");
            }
        }
        throw new AssertionError(how);
    }

    private void awaitEvents(String... texts) throws Exception {
        for (String text : texts) {
            Await.until("an event that says: " + text, Duration.ofMinutes(1), () -> {
                for (JsonObject event :
                        installation.get("events?limit=500").orElseThrow().objects("events", 500)) {
                    if (event.text("text").contains(text)) {
                        return true;
                    }
                }
                return false;
            });
        }
    }

    private static int listsInOutbox() throws SQLException {
        try (var ledger = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("station/ledger.db"));
                var rows = ledger.createStatement()
                        .executeQuery("SELECT count(*) FROM outbox WHERE subject LIKE '%.command.operators.%'")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private int write(String sql, Object... values) throws SQLException {
        try (var ledger = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("station/ledger.db"));
                var statement = ledger.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            return statement.executeUpdate();
        }
    }

    /** Puts a message of a session that the station never had into its outbox. */
    private void put(Subject subject, byte[] body) throws SQLException {
        write(
                "INSERT INTO outbox (position, peer, lane, id, subject, body, sent) VALUES ((SELECT coalesce(max(position), 0) + 1000 FROM outbox), ?, 'r', ?, ?, ?, 0)",
                subject.node().value(),
                "vvvvvvvvvvvvv-" + ++made,
                subject.toString(),
                body);
    }

    private static void publish(OperatorList.Operator operator) throws Exception {
        byte[] signed = TestOperator.sign(list(TestOperator.KEY, ++list, operator));
        assertThat(installation.offer(List.of(signed), "operators")).isTrue();
        if (operator.revokedAt().isPresent()) {
            revoked.add(operator);
        }
    }

    /** One more operator beside those whom earlier tests have revoked. */
    private static OperatorList list(Signer signer, long number, OperatorList.Operator operator) {
        Instant now = Instant.now();
        var operators = new ArrayList<>(revoked);
        operators.removeIf(earlier -> earlier.key().equals(operator.key())); // a list that lifts his revocation
        operators.add(operator);
        return new OperatorList(
                CommandId.create(now, new SecureRandom()),
                TestOperator.FLEET,
                signer.key().id(),
                now,
                number,
                operators);
    }

    private OperatorList.Operator bob(Optional<Instant> revokedAt) {
        return new OperatorList.Operator("bob", bob.key(), Optional.empty(), revokedAt);
    }

    private CommandId order(String node, String line) throws Exception {
        Document.Command document = document(node, line);
        installation.order(List.of(document));
        return document.id();
    }

    private Document.Command document(String node, String line) {
        return Installation.document("echo %s >> %s".formatted(line, witness), false, node);
    }

    private static Document.Cancel cancel(Signer signer, CommandId command) {
        Instant now = Instant.now();
        return new Document.Cancel(
                CommandId.create(now, new SecureRandom()),
                TestOperator.FLEET,
                signer.key().id(),
                now,
                List.of(TestNodes.target("ship1")),
                command);
    }

    private static Document.Command by(Signer issuer, Document.Command document) {
        return new Document.Command(
                document.id(),
                document.fleet(),
                document.part(),
                document.parts(),
                issuer.key().id(),
                document.issuedAt(),
                document.targets(),
                document.method(),
                document.domain(),
                document.arguments(),
                document.startBefore(),
                document.timeout(),
                document.repeatable(),
                document.dryRun());
    }
}
