// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.NodeRecord;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.Ed25519;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node gets other keys for its link and the broker. */
class ApiRotationTest {
    private RunningStation station;
    private ApiClient client;
    private TestNode present;
    private TestNode next;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        station = new RunningStation(folder);
        client = station.client;
        present = station.keys("ship1");
        next = present.withOtherKeys();
    }

    @AfterEach
    void stop() throws Exception {
        station.close();
    }

    @Test
    void theFormerKeysAreGoodUntilTheNodeHasSpokenWithTheNewOnesAlsoAcrossARestart() throws Exception {
        try (EventReader all = client.stream("", null);
                ScriptedNode former = station.node("ship1")) {
            NodeRecord other = approve(next, 2);
            assertThat(former.awaitOtherKeys().id()).isEqualTo(other.id());
            assertThat(node().bool("rotating")).isTrue();
            Document.Command before = Documents.command("ship1");
            client.order(before);
            assertThat(former.awaitDocument().id()).isEqualTo(before.id());

            station.restart();
            former.awaitHellos(2);
            Document.Command after = Documents.command("ship1");
            client.order(after);
            assertThat(former.awaitDocument().id()).isEqualTo(after.id());
            assertThat(node().bool("rotating")).isTrue();
            all.close();

            try (ScriptedNode changed = station.speakingAs(next)) {
                assertThat(node().bool("rotating")).isFalse();
                Document.Command last = Documents.command("ship1");
                client.order(last);
                assertThat(changed.awaitDocument().id()).isEqualTo(last.id());
                assertThat(former.hasReceivedNothing()).isTrue();
                client.awaitEvent("messages refused, wrong mac"); // of the former, which goes on
            }
        }
        assertThat(node().text("fingerprint"))
                .isEqualTo(present.identity().key().id().value());
        client.awaitEvent("ship1 speaks with its new keys; the former ones are good no more");
        station.restart();
        try (ScriptedNode changed = station.speakingAs(next)) {
            assertThat(changed.hasReceivedNothing()).isTrue();
            assertThat(node().bool("rotating")).isFalse();
        }
    }

    @Test
    void aNodeThatWasAwayWhenItsKeysWereApprovedIsToldOfTheNewestWhenItComesBack() throws Exception {
        try (EventReader all = client.stream("", null)) {
            station.absentNode("ship1", all);
        }
        approve(next, 2);
        TestNode third = present.withOtherKeys();
        NodeRecord newest = approve(third, 3);
        try (ScriptedNode former = station.speakingAs(present)) {
            assertThat(former.awaitOtherKeys().id()).isEqualTo(newest.id()); // of the second it has never heard
            assertThat(node().bool("rotating")).isTrue();
        }
        try (ScriptedNode changed = station.speakingAs(third)) {
            assertThat(node().bool("rotating")).isFalse();
            assertThat(changed.hasReceivedNothing()).isTrue();
        }
        assertConflict(next.login());
    }

    @Test
    void aNodeThatGoesOnWithItsFormerKeysIsToldAgainWhenItComesBackAndWhenItsRecordIsHandedInAgain() throws Exception {
        NodeRecord other;
        try (ScriptedNode former = station.node("ship1")) {
            other = approve(next, 2);
            assertThat(former.awaitOtherKeys().id()).isEqualTo(other.id());
        }
        try (ScriptedNode former = station.speakingAs(present)) { // which has lost what it was told
            assertThat(former.awaitOtherKeys().id()).isEqualTo(other.id());
            assertThat(client.nodeRecord(TestOperator.sign(other)).status()).isEqualTo(200);
            assertThat(former.awaitOtherKeys().id()).isEqualTo(other.id());
        }
    }

    @Test
    void whoIsRevokedWhileItGetsOtherKeysIsHeardWithNone() throws Exception {
        try (EventReader all = client.stream("", null);
                ScriptedNode former = station.node("ship1")) {
            all.until(event -> event.tells("ship1", true));
            approve(next, 2);
            former.awaitOtherKeys();
            assertThat(client.nodeRecord(TestOperator.sign(next.record(3, Optional.of(Instant.now()))))
                            .status())
                    .isEqualTo(200);
            all.until(event -> event.tells("ship1", false));
            client.awaitEvent("messages refused, revoked sender");
        }
        assertConflict(present.login());
        assertConflict(next.login());
    }

    @Test
    void theKeysThatItHasMayTakeThePlaceOfSuchThatItNeverTook() throws Exception {
        try (ScriptedNode _ = station.node("ship1")) {
            approve(next, 2);
            assertThat(node().bool("rotating")).isTrue();
            approve(present, 3);
            assertThat(node().bool("rotating")).isFalse();
        }
        try (ScriptedNode same = station.speakingAs(present)) {
            assertThat(same.hasReceivedNothing()).isTrue();
        }
        assertConflict(next.login());
    }

    private NodeRecord approve(TestNode keys, long number) throws Exception {
        NodeRecord record = keys.record(number, Optional.empty());
        assertThat(client.nodeRecord(TestOperator.sign(record)).status()).isEqualTo(200);
        return record;
    }

    /** Nobody may log in at the broker with that key any more. */
    private void assertConflict(Ed25519 login) throws Exception {
        CommandId id = Documents.id();
        assertThat(client.token(id, Ed25519.generate().key(), login.key(), Duration.ofHours(1))
                        .json()
                        .object("error")
                        .text("message"))
                .contains("was shut out");
    }

    private JsonObject node() throws Exception {
        return client.get("/api/v1/nodes").json().objects("nodes", 10).getFirst();
    }
}
