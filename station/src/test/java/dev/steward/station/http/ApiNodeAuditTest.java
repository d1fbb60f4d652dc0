// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.audit.AuditEntry;
import dev.steward.message.audit.AuditHash;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the station makes of how far a node's own log has come, by the node's hellos. */
class ApiNodeAuditTest {
    private RunningStation station;
    private ApiClient client;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        station = new RunningStation(folder);
        client = station.client;
    }

    @AfterEach
    void stop() throws Exception {
        station.close();
    }

    @Test
    void howFarItHasComeIsShownAndGrowsWithoutAWord() throws Exception {
        try (ScriptedNode node = station.node("ship1")) {
            assertThat(node().optionalObject("audit")).isEmpty();
            for (int number = 1; number <= 3; number++) {
                tell(node, mark(number, "a"));
            }
            JsonObject audit = node().object("audit");
            assertThat(audit.integer("number", 0, 9)).isEqualTo(3);
            assertThat(audit.text("hash")).isEqualTo(mark(3, "a").hash().hex());
        }
        assertThat(wentBack()).isEmpty();
    }

    @Test
    void aShorterOneAndAnotherOneOfTheSameLengthAreEnteredOnceHoweverOftenTheyAreTold() throws Exception {
        try (ScriptedNode node = station.node("ship1")) {
            tell(node, mark(5, "a"));
            tell(node, mark(4, "a"));
            node.awaitHellos(3);
            tell(node, mark(4, "b"));
            station.restart();
            node.awaitHellos(3);
        }

        assertThat(wentBack()).hasSize(2);
        assertThat(wentBack().getFirst())
                .contains("went back from entry " + mark(5, "a") + " to " + mark(4, "a") + " (time 1)");
        assertThat(wentBack().getLast()).contains("from entry " + mark(4, "a") + " to " + mark(4, "b"));
    }

    @Test
    void whoTakesTurnsDoesNotFillTheLog() throws Exception {
        try (ScriptedNode node = station.node("ship1")) {
            for (int turn = 0; turn < 5; turn++) {
                tell(node, mark(5, "a"));
                tell(node, mark(4, "a"));
            }
        }

        assertThat(wentBack()).hasSize(3).last().asString().contains("(time 4)");
    }

    @Test
    void anotherMachineUnderTheNameOfARevokedOneBeginsALogOfItsOwn() throws Exception {
        try (ScriptedNode node = station.node("ship1")) {
            tell(node, mark(5, "a"));
            client.nodeRecord(TestOperator.sign(station.keys("ship1").record(2, Optional.of(Instant.now()))));
            assertThat(node().optionalObject("audit")).isEmpty();
        }
        TestNode successor = TestNode.named("ship1");
        client.nodeRecord(TestOperator.sign(successor.record(1, Optional.empty())));
        try (ScriptedNode node = station.speakingAs(successor)) {
            tell(node, mark(1, "b"));
        }

        assertThat(wentBack()).isEmpty();
    }

    private static AuditMark mark(long number, String log) {
        return new AuditMark(number, AuditHash.NONE.then((log + number).getBytes(StandardCharsets.UTF_8)));
    }

    /** Returns when the station has heard it. */
    private void tell(ScriptedNode node, AuditMark mark) throws Exception {
        node.tellsAudit(mark);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!node().optionalObject("audit")
                .filter(audit -> mark.hash().hex().equals(audit.get("hash")))
                .isPresent()) {
            assertThat(System.nanoTime()).as("the station hears " + mark).isLessThan(end);
            node.awaitHellos(1);
        }
    }

    private JsonObject node() throws Exception {
        return client.get("/api/v1/nodes").json().objects("nodes", 9).getFirst();
    }

    private List<String> wentBack() throws Exception {
        var texts = new ArrayList<String>();
        for (JsonObject row :
                client.get("/api/v1/audit?after=0&limit=500").json().objects("entries", 500)) {
            AuditEntry entry = AuditEntry.decode(row.text("entry").getBytes(StandardCharsets.UTF_8));
            if (entry.action().equals("went-back")) {
                texts.add(entry.text());
            }
        }
        return texts;
    }
}
