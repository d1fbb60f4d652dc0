// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.Ack;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.OperatorList;
import dev.steward.message.Outcome;
import dev.steward.message.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two that speak with the keys of one node. */
class ApiCloneTest {
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
    void aFrozenNodeIsSentNothingUntilAPersonDecidesAndWhatItSaysIsKept() throws Exception {
        try (EventReader all = client.stream("", null);
                ScriptedNode first = station.node("ship1")) {
            Document.Command before = Documents.command("ship1");
            client.order(before);
            first.awaitDocument();
            all.until(event -> event.is("transition", "state", "received"));
            Document.Command canceled = Documents.command("ship1");
            Document.Command waits = Documents.command("ship1");
            try (ScriptedNode second = station.node("ship1")) {
                awaitFrozen(all);
                client.order(canceled);
                client.order(waits);
                client.publish(TestOperator.list(1));
                client.cancel(canceled.id().toString(), Documents.cancel(canceled.id(), "ship1"));
                first.say(new Ack.Finished(
                        before.id(), Outcome.notStarted(ExecutionState.REJECTED, "because", Instant.now())));
                all.until(event -> event.is("transition", "state", "rejected"));
                assertThat(state(canceled)).isEqualTo("canceled"); // it has never left
                assertThat(second.hasReceivedNothing()).isTrue();
            }
            assertThat(first.hasReceivedNothing()).isTrue();
            first.awaitFrozen(true);
            assertThat(state(waits)).isEqualTo("queued");
            assertThat(execution(waits).text("frozenSince"))
                    .isEqualTo(frozenSince().orElseThrow());

            assertThat(client.unfreeze("ship1").status()).isEqualTo(204);
            all.until(
                    event -> event.is("node", "name", "ship1") && !event.data().has("frozenSince"));
            assertThat(first.awaitDocument()).isInstanceOf(OperatorList.class); // first what may revoke
            assertThat(first.awaitDocument().id()).isEqualTo(waits.id());
            first.awaitFrozen(false);
            all.until(event -> event.is("transition", "state", "received"));
        }
        assertThat(client.unfreeze("ship1").error()).isEqualTo("409 conflict");
        assertThat(events().getFirst()).contains("not frozen any more", "local has said so");
        assertThat(events().getLast()).contains("two agents speak as ship1", "steward node unfreeze ship1");
    }

    @Test
    void aNodeStaysFrozenWhenTheStationStartsAgain() throws Exception {
        try (ScriptedNode first = station.node("ship1")) {
            freezeByAnother();
            station.restart();
            assertThat(frozenSince()).isPresent();
            Document.Command waits = Documents.command("ship1");
            client.order(waits);
            first.awaitHellos(3);
            first.awaitFrozen(true);
            assertThat(node().bool("reachable")).isTrue();
            assertThat(state(waits)).isEqualTo("queued");
            client.unfreeze("ship1");
            assertThat(first.awaitDocument().id()).isEqualTo(waits.id());
        }
    }

    @Test
    void whereBothStillSpeakTheNodeIsFrozenAgain() throws Exception {
        try (EventReader all = client.stream("", null);
                ScriptedNode _ = station.node("ship1");
                ScriptedNode _ = station.node("ship1")) {
            awaitFrozen(all);
            client.unfreeze("ship1");
            all.until(
                    event -> event.is("node", "name", "ship1") && !event.data().has("frozenSince"));
            awaitFrozen(all);
        }
    }

    @Test
    void whoIsUnfrozenRightAfterItsTwinHasSpokenIsNotTakenForTheTwin() throws Exception {
        try (EventReader all = client.stream("", null);
                ScriptedNode first = station.node("ship1")) {
            try (ScriptedNode twin = station.node("ship1")) {
                awaitFrozen(all);
                twin.awaitHellos(1);
                twin.vanish();
            }
            client.unfreeze("ship1");
            Document.Command command = Documents.command("ship1");
            client.order(command);
            assertThat(first.awaitDocument().id()).isEqualTo(command.id());
            first.awaitHellos(3);
            assertThat(frozenSince()).isEmpty();
        }
    }

    @Test
    void aRevokedNodeIsNotFrozenAndNeitherIsTheMachineThatGetsItsName() throws Exception {
        try (ScriptedNode _ = station.node("ship1")) {
            freezeByAnother();
            assertThat(client.nodeRecord(TestOperator.sign(station.keys("ship1").record(2, Optional.of(Instant.now()))))
                            .status())
                    .isEqualTo(200);
            assertThat(frozenSince()).isEmpty();
        }
        TestNode successor = TestNode.named("ship1");
        client.nodeRecord(TestOperator.sign(successor.record(1, Optional.empty())));
        try (ScriptedNode node = station.speakingAs(successor)) {
            Document.Command command = Documents.command(successor.target());
            client.order(command);
            assertThat(node.awaitDocument().id()).isEqualTo(command.id());
        }
    }

    private void freezeByAnother() throws Exception {
        try (EventReader all = client.stream("", null);
                ScriptedNode _ = station.node("ship1")) {
            awaitFrozen(all);
        }
    }

    private static void awaitFrozen(EventReader all) throws InterruptedException {
        all.until(event -> event.is("node", "name", "ship1") && event.data().has("frozenSince"));
    }

    private Optional<String> frozenSince() throws Exception {
        return node().optionalText("frozenSince");
    }

    private JsonObject node() throws Exception {
        return client.get("/api/v1/nodes").json().objects("nodes", 9).getFirst();
    }

    private JsonObject execution(Document.Command command) throws Exception {
        return client.get("/api/v1/commands/" + command.id() + "/executions")
                .json()
                .objects("executions", 9)
                .getFirst();
    }

    private String state(Document.Command command) throws Exception {
        return execution(command).text("state");
    }

    private List<String> events() throws Exception {
        return client.get("/api/v1/events").json().objects("events", 50).stream()
                .filter(event -> "clone".equals(event.get("source")))
                .map(event -> String.valueOf(event.get("text")))
                .toList();
    }
}
