// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.agent.Journal;
import dev.steward.agent.core.JournalWrite;
import dev.steward.message.Limits;
import dev.steward.message.audit.AuditEntry;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log that a node keeps itself, of a real agent: what is done to its disk shows. */
class NodeAuditTest {
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
        run("echo one");
        run("echo two");
    }

    @AfterEach
    void stop() throws Exception {
        installation.close();
    }

    @Test
    void whatTheNodeHasJudgedIsListedAndHolds() throws Exception {
        Machine.Result list = audit("list");
        assertThat(list.out()).contains("command", "anna", "shellcommand.operatingsystem, allowed by", "start");

        Machine.Result verified = audit("verify");
        assertThat(verified.exit()).as(verified.err()).isZero();
        assertThat(verified.out())
                .contains("the audit log of ship1 holds: entries 1 to", "verified here for the first time")
                .contains("the same as the node has told the station");
        assertThat(audit("verify").out()).contains("the same as was verified here at");

        Path file = folder.resolve("ship1.jsonl");
        Files.writeString(file, audit("export").out());
        Machine.Result again = audit("verify", "--file", file.toString());
        assertThat(again.exit()).as(again.err()).isZero();
        Files.writeString(file, Files.readString(file).replace("shellcommand", "shellcommend"));
        assertThat(audit("verify", "--file", file.toString()).err()).contains("does not hold: entry 3, or its hash");
    }

    @Test
    void aByteThatWasChangedInTheJournalIsFoundAndItsEntryNamed() throws Exception {
        assertThat(audit("verify").exit()).isZero();
        changeJournal("UPDATE audit SET entry = CAST(replace(entry, 'shell', 'shall') AS BLOB) WHERE number = 3");

        Machine.Result broken = audit("verify");
        assertThat(broken.exit()).isEqualTo(1);
        assertThat(broken.err()).contains("the audit log of ship1 does not hold: entry 3, or its hash, was changed");
    }

    @Test
    void anOlderCopyOfTheJournalIsAnEntryOfTheStationsLogAndDoesNotFitWhatWasVerified() throws Exception {
        installation.kill("ship1");
        Path copy = folder.resolve("copy");
        Folders.copyFiles(installation.agentFolder("ship1"), copy);
        installation.startAgentAndWait("ship1");
        run("rm -rf traces");
        assertThat(audit("verify").exit()).isZero();
        long before = told();

        installation.kill("ship1");
        Folders.deleteFiles(installation.agentFolder("ship1"));
        Folders.copyFiles(copy, installation.agentFolder("ship1"));
        installation.startAgentAndWait("ship1");

        Await.until("the station notices", SOON, () -> wentBack().isPresent());
        assertThat(wentBack().orElseThrow().on()).contains("ship1");
        assertThat(wentBack().orElseThrow().text())
                .contains("the audit log of node ship1 went back from entry " + before);
        run("echo it works all the same"); // noted, and nothing is held up

        Machine.Result broken = audit("verify");
        assertThat(broken.exit()).isEqualTo(1);
        assertThat(broken.err()).containsAnyOf("were verified here at", "is another one than was verified here");
        assertThat(audit("verify", "--forget").exit()).isZero();
        assertThat(audit("verify").exit()).isZero();
    }

    @Test
    void entriesBeyondTheBoundAreGoneAndTheRestHolds() throws Exception {
        installation.stop("ship1");
        int entries = Limits.NODE_AUDIT_ENTRIES + 500;
        try (Journal journal = Journal.open(installation.agentFolder("ship1"))) {
            journal.begin();
            AuditMark mark = journal.auditMark();
            for (int i = 0; i < entries; i++) {
                byte[] entry = new AuditEntry(
                                mark.number() + 1,
                                Instant.now(),
                                "command",
                                AuditEntry.Who.ITSELF,
                                Optional.empty(),
                                "as long as a usual one, with the rule that has allowed it, and its key",
                                Optional.of("0".repeat(64)))
                        .encode();
                mark = mark.then(entry);
                journal.apply(new JournalWrite.PutAudit(mark.number(), entry, mark.hash()));
            }
            journal.commit();
        }
        installation.startAgentAndWait("ship1");

        Machine.Result verified = audit("verify");
        assertThat(verified.exit()).as(verified.err()).isZero();
        assertThat(verified.out()).contains("are gone: a node keeps the newest");
        Machine.Result list = audit("list", "-n", "3");
        assertThat(list.out().lines()).hasSize(4);
    }

    private void run(String shell) throws Exception {
        Machine.Result result = Machine.cli(installation.environment(), "run", "--on", "ship1", "--shell", shell);
        assertThat(result.exit()).as(result.err()).isZero();
    }

    private Machine.Result audit(String what, String... more) throws Exception {
        var words = new ArrayList<>(List.of("audit", what, "--node", "ship1"));
        words.addAll(List.of(more));
        return Machine.cli(installation.environment(), words.toArray(String[]::new));
    }

    private void changeJournal(String sql) throws Exception {
        installation.stop("ship1");
        try (var journal = DriverManager.getConnection(
                        "jdbc:sqlite:" + installation.agentFolder("ship1").resolve("journal.db"));
                var statement = journal.createStatement()) {
            assertThat(statement.executeUpdate(sql)).isEqualTo(1);
        }
        installation.startAgentAndWait("ship1");
    }

    /** How far the log had come, as the station knows. */
    private long told() throws Exception {
        JsonObject node = installation.knownNodes().getFirst();
        return node.object("audit").integer("number", 1, Long.MAX_VALUE);
    }

    private Optional<AuditEntry> wentBack() throws Exception {
        for (JsonObject row :
                installation.get("audit?after=0&limit=500").orElseThrow().objects("entries", 500)) {
            AuditEntry entry = AuditEntry.decode(row.text("entry").getBytes(StandardCharsets.UTF_8));
            if (entry.action().equals("went-back")) {
                return Optional.of(entry);
            }
        }
        return Optional.empty();
    }
}
