// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.signing.Ed25519;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fleet whose authorities anna and bob must both sign who is a node and who is an operator, with real processes. */
class QuorumTest {
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final Pattern HELD = Pattern.compile("held: 1 of 2 signatures.* approve ([0-9a-f]{16})");

    @TempDir
    Path folder;

    private Installation installation;
    private Path bob;
    private String bobsKey;

    @BeforeEach
    void start() throws Exception {
        installation = new Installation(folder);
        bob = folder.resolve("bob");
        Machine.Result made = cli(
                "operator",
                "init",
                "--name",
                "bob",
                "--fleet",
                TestOperator.FLEET.value(),
                "--authority",
                TestOperator.KEY.key().toString(),
                "--operator",
                bob.toString());
        assertThat(made.exit()).as(made.err()).isZero();
        bobsKey = Files.readString(bob.resolve("key.pub")).strip().replaceFirst(" bob$", "");
        trustFile(folder.resolve("station"), 2);
        installation.startBroker();
        installation.startStation();
    }

    @AfterEach
    void stop() throws Exception {
        installation.close();
    }

    @Test
    void aMachineJoinsAndAnOperatorGoesByTwoAndByOneAloneNothingChanges() throws Exception {
        String token = cli("token", "create").out().strip();
        trustFile(folder.resolve("ship4"), 2);
        var ship4 = new Newcomer(folder, "ship4", token);
        String fingerprint = ship4.awaitFingerprint();

        String approval = held(cli("node", "approve", "ship4", "--fingerprint", fingerprint));
        assertThat(cli("nodes").out()).doesNotContain("ship4");
        installation.kill("station");
        installation.startStation();
        assertThat(cli("pending").out()).contains(approval, "1 of 2", "anna", "approves node ship4, " + fingerprint);
        Machine.Result second = byBob("approve", approval, "--yes");
        assertThat(second.err())
                .contains("lets a machine in as the node ship4", fingerprint, "an authority named here")
                .contains("signed, and it has taken effect");
        ship4.awaitEnrolled();

        Process agent = ship4.startAgent(folder.resolve("ship4.log"));
        try {
            installation.awaitReachable("ship4", true);
            assertThat(cli("run", "--on", "ship4", "--", "echo", "joined").out())
                    .contains("joined");
            Machine.Result byBob = byBob("run", "--on", "ship4", "--", "echo", "also by bob");
            assertThat(byBob.out()).as(byBob.err()).contains("also by bob");
            operatorsComeAndGoByTwo();
            aListByOneIsRefusedByTheNode();
        } finally {
            Machine.kill(agent);
        }
    }

    private void operatorsComeAndGoByTwo() throws Exception {
        String carol = Ed25519.generate().key().toString();
        String added = held(cli("operator", "add", "carol", carol));
        assertThat(cli("operator", "list").out()).doesNotContain("carol");
        assertThat(byBob("approve", added, "--yes").err())
                .contains("list 1 of operators, against none", "new: carol", "taken effect");
        assertThat(cli("operator", "list").out()).contains("carol");

        String revoked = held(cli("operator", "revoke", "carol"));
        assertThat(cli("pending").out()).contains("list 2 of operators: revokes carol");
        assertThat(cli("operator", "list").out()).doesNotContain("revoked");
        assertThat(byBob("approve", revoked, "--yes").err()).contains("changed: carol", "revoked at", "taken effect");
        assertThat(cli("operator", "list").out()).contains("revoked");

        String unwanted =
                held(cli("operator", "add", "mallory", Ed25519.generate().key().toString()));
        Machine.Result no = byBob("cancel", unwanted);
        assertThat(no.exit()).as(no.err()).isZero();
        assertThat(cli("pending").out()).doesNotContain(unwanted);
        assertThat(cli("audit", "list").out()).contains("turned-down");
    }

    /** Also where a station asks for less than its nodes, or was taken over. */
    private void aListByOneIsRefusedByTheNode() throws Exception {
        held(cli("operator", "add", "dave", Ed25519.generate().key().toString()));
        trustFile(folder.resolve("station"), 1);
        Await.until(
                "the station takes it by one",
                SOON,
                () -> cli("operator", "list").out().contains("dave"));
        Await.until(
                "the node refuses it",
                SOON,
                () -> cli("events")
                        .out()
                        .contains(
                                "is refused: authority: this needs the signatures of 2 authorities of the trust file"));
        assertThat(cli("run", "--on", "ship4", "--", "echo", "goes on").out()).contains("goes on");
    }

    private void trustFile(Path data, int signatures) throws Exception {
        Files.createDirectories(data);
        Path next = data.resolve("trust.yaml.new");
        Files.writeString(next, """
                fleet: %s
                authorities:
                  anna: %s
                  bob: %s
                authoritySignatures: %d
                rules:
                  - profile: full
                    by: '*'
                """.formatted(TestOperator.FLEET, TestOperator.KEY.key(), bobsKey, signatures));
        Files.move(next, data.resolve("trust.yaml"), StandardCopyOption.REPLACE_EXISTING);
    }

    /** The id of what waits. */
    private static String held(Machine.Result said) {
        assertThat(said.exit()).as(said.err()).isEqualTo(3);
        Matcher id = HELD.matcher(said.err());
        assertThat(id.find()).as(said.err()).isTrue();
        return id.group(1);
    }

    private Machine.Result byBob(String... words) throws Exception {
        var all = new ArrayList<>(List.of(words));
        int at = all.contains("--") ? all.indexOf("--") : all.size();
        all.addAll(at, List.of("--operator", bob.toString()));
        return cli(all.toArray(String[]::new));
    }

    private Machine.Result cli(String... arguments) throws Exception {
        return Machine.cli(installation.environment(), arguments);
    }
}
