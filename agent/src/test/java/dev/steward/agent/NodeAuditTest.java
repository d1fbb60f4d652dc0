// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.agent.core.AgentCore;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.EnrolmentAnswer;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.Refusal;
import dev.steward.message.Subject;
import dev.steward.message.WireMessage;
import dev.steward.message.audit.AuditChain;
import dev.steward.message.audit.AuditEntry;
import dev.steward.message.audit.AuditHash;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.trust.LocalTrust;
import dev.steward.store.Database;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a node keeps of what it has judged, in its journal. */
class NodeAuditTest extends DocumentsFixture {
    @Test
    void whatIsJudgedIsEnteredWithWhoWantedItAndWhatItWas() throws Exception {
        AgentCore core = met();
        Document.Command allowed = command(TestOperator.KEY);
        give(core, TestOperator.sign(allowed));
        Document.Command foreign = of(TestOperator.FLEET, new NodeName("ship2"));
        give(core, TestOperator.sign(foreign));
        Document.Cancel cancel = cancel(TestOperator.KEY, allowed.id());
        give(core, Subject.cancel(SHIP), TestOperator.sign(cancel));
        give(core, "nobody has signed this".getBytes(StandardCharsets.UTF_8));
        core.trust(now, LocalTrust.none("it is damaged"));

        List<AuditEntry> log = log();
        assertThat(log)
                .extracting(AuditEntry::action)
                .containsExactly("start", "command", "refused", "cancel", "refused", "trust");
        AuditEntry command = log.get(1);
        assertThat(command.who().by()).contains("anna");
        assertThat(command.who().key()).contains(TestOperator.KEY.key().id().value());
        assertThat(command.on()).contains(allowed.id().toString());
        assertThat(command.text()).startsWith(PROCESS + ", allowed by ");
        assertThat(command.document()).contains(AuditChain.digest(List.of(allowed.encode())));
        assertThat(log.get(2).text()).contains("target: the document is not for this node");
        assertThat(log.get(3).text()).isEqualTo("cancel of what is running");
        assertThat(log.get(4).text()).contains("not signed");
        assertThat(log.get(5).text()).contains("it is damaged");
    }

    @Test
    void whatIsToldOrCanceledOverAndOverIsEnteredOnce() throws Exception {
        AgentCore core = met();
        byte[] command = TestOperator.sign(command(TestOperator.KEY));
        Document.Command running = command(TestOperator.KEY);
        give(core, TestOperator.sign(running));
        for (int i = 0; i < 5; i++) {
            give(core, command);
            station().cancel(core, now, running.id());
        }

        assertThat(log()).extracting(AuditEntry::action).containsExactly("start", "command", "command", "cancel");
    }

    @Test
    void aFloodOfWhatIsRefusedIsCountedAndCrowdsNothingOut() throws Exception {
        AgentCore core = met();
        int sent = 5_000;
        for (int i = 0; i < sent; i++) {
            core.undecodable(now, Refusal.of(new WireMessage("ship1.x", Map.of(), new byte[0]), "noise " + i));
        }
        assertThat(log().size()).isBetween(Limits.NODE_AUDIT_REFUSED, Limits.NODE_AUDIT_REFUSED + 20);

        pass(core, Duration.ofHours(1));
        assertThat(log().getLast().text())
                .isEqualTo(
                        "%d further refusals in the hour that has ended".formatted(sent - Limits.NODE_AUDIT_REFUSED));
        core.undecodable(now, Refusal.of(new WireMessage("ship1.x", Map.of(), new byte[0]), "one more"));
        assertThat(log().getLast().text()).isEqualTo("on ship1.x: one more");
    }

    @Test
    void approvalsOfOtherKeysThatComeByTurnsAreEnteredOnceEach() throws Exception {
        AgentCore core = met();
        NodeRecord one = record(2);
        NodeRecord other = record(2);
        for (NodeRecord each : List.of(one, other, one, other)) {
            byte[] approval = EnrolmentAnswer.approved(
                            CommandId.create(now.wall(), random), SignedDocument.sign(each, TestOperator.KEY))
                    .encode();
            give(core, Subject.otherKeys(SHIP), approval);
        }

        assertThat(otherKeys).hasSize(4);
        assertThat(log()).extracting(AuditEntry::action).containsExactly("start", "keys", "keys");
    }

    @Test
    void aHelloSaysHowFarItHasCome() {
        AgentCore core = met();
        give(core, TestOperator.sign(command(TestOperator.KEY)));
        station().meet(core, now);

        assertThat(station().audit).isEqualTo(journal().auditMark());
        assertThat(station().audit.number()).isEqualTo(2);
    }

    @Test
    void anotherStartGoesOnWhereTheLogEnds() throws Exception {
        met();
        close();
        open();
        met();

        assertThat(log()).extracting(AuditEntry::action).containsExactly("start", "start");
    }

    @Test
    void aFrozenNodeEntersItOnceForEachTurnUpToWhatWouldFillTheLog() throws Exception {
        AgentCore core = met();
        for (int i = 0; i < 100; i++) {
            station().freezes();
            speak(core);
            station().unfreezes(core, now);
            speak(core);
        }

        List<String> actions = log().stream().map(AuditEntry::action).toList();
        assertThat(actions).startsWith("start", "frozen", "unfrozen", "frozen", "unfrozen");
        assertThat(actions.size()).isLessThan(20);
    }

    @Test
    void aLogOfTheStationThatGoesBackIsEnteredAndRememberedBeyondAStart() throws Exception {
        AuditMark tenth = mark(10);
        station().tellsAudit(tenth);
        AgentCore core = met();
        assertThat(log().getLast().text()).isEqualTo("the station's audit log is at entry " + tenth);
        station().tellsAudit(mark(11));
        station().meet(core, now);
        assertThat(log()).hasSize(2);

        close();
        open();
        station().tellsAudit(mark(9));
        met();
        assertThat(log().getLast().text()).contains("the station's audit log went back from entry " + tenth);
        assertThat(journal().stationAudit()).contains(mark(9));
    }

    /** Until what the station has to say has come: hellos are answered at a bounded pace. */
    private void speak(AgentCore core) {
        for (int i = 0; i < 3; i++) {
            pass(core, Duration.ofSeconds(31));
            station().exchange(core, now);
        }
    }

    private static AuditMark mark(long number) {
        return new AuditMark(number, new AuditHash("%064x".formatted(number)));
    }

    /** The log, which must hold. */
    private List<AuditEntry> log() throws Exception {
        journal().commit();
        var entries = new ArrayList<AuditEntry>();
        AuditChain chain = AuditChain.behind(AuditMark.NONE);
        try (Database database = Database.openReadOnly(folder.resolve("journal.db"))) {
            for (AuditChain.Link link : database.query(
                    "SELECT entry, hash FROM audit ORDER BY number",
                    row -> new AuditChain.Link(row.getBytes(1), row.getString(2), Optional.empty()))) {
                entries.add(chain.follow(link));
            }
        }
        return entries;
    }
}
